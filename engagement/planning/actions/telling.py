"""The letters about a re-planning: one for each who plans, writes, leads or sponsors, and one for each whose training moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, case, literal, select

from engagement import clock
from engagement.accounts.models import Account
from engagement.audit import Actor
from engagement.communications.models import Approval, Occurrence
from engagement.communications.queries.readers import due_column, translation_column
from engagement.communications.texts.rules.merge_fields import without_slots
from engagement.content.frames import Frame, frame_in, frames_by_language
from engagement.content.markdown import to_html
from engagement.days.local_time import instant_of
from engagement.db import db
from engagement.mail.actions.building import add_translation, build_mailing
from engagement.mail.actions.deciding import stop_waiting
from engagement.mail.actions.queueing import queue_for_address, queue_for_people
from engagement.mail.letters.rules.layout import Around, Button, html_layout
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.people.models import Person
from engagement.people.organisation.rules import Organisation
from engagement.planning.models import Replan
from engagement.planning.rules import Replanning, Row, RowKind
from engagement.training.models import Assignment
from engagement.training.queries.standing import is_asked, standing_of
from engagement.training.waiting.queries import holding_back
from engagement.training.waiting.rules import due_after
from engagement.waves.models import Wave
from engagement.waves.queries import member_ids
from engagement.words import day_words

WHY = "You get this because you lead or sponsor this wave, or because a message of yours has another day."
LINK, TRAINING_LINK = "{{ wave_link }}", "{{ training_link }}"
#: So many rows stand in a letter; the wave's page has them all.
MOST_TOLD = 25
RETURNED = "The move was taken back: the former days hold again."
#: Deliveries of a letter that its reader may have.
_GONE = (DeliveryState.SENT, DeliveryState.ATTEMPTING, DeliveryState.UNKNOWN)


@dataclass(frozen=True)
class _Reader:
    """Somebody who plans, with an address."""

    address: str
    name: str
    person_id: int | None


def tell_of(
    done: Replan, plan: Replanning, messages: Sequence[Occurrence], *, by: Actor, organisation: Organisation
) -> None:
    """Queue the letters about a re-planning; nobody gets two, and who did it gets none."""
    planners = _planners(done, messages, by)
    if planners:
        done.planners_letter = _planners_letter(done, _body(done, plan))
        _queue(done.planners_letter, done, planners)
    due = next((row for row in plan.of(RowKind.TRAINING) if row.moves), None)
    if due is not None:
        told = {reader.person_id for reader in planners} | {by.person_id}
        done.learners_letter = _learners_letter(done, due.old_on, due.new_on, organisation, done.reason)
        _queue_learners(done.learners_letter, _learners(done.wave_id, told), done.wave, due.new_on, organisation)
    db.session.flush()


def _planners(done: Replan, messages: Sequence[Occurrence], by: Actor) -> list[_Reader]:
    """Return lead, sponsor, owners of changed messages and whoever approved them, each address once."""
    accounts = {message.communication.owner for message in messages}
    approved = select(Account).join(Approval, Approval.approved_by_id == Account.id)
    ended = approved.where(
        Approval.occurrence_id.in_([message.id for message in messages]), Approval.withdrawn_at == done.at
    )
    accounts |= set(db.session.scalars(ended))
    found = [_Reader(each.email, each.name, each.person_id) for each in accounts if each.is_active]
    people = [person for person in (done.wave.lead, done.wave.sponsor) if person is not None and not person.has_left]
    found += [_Reader(person.email or "", person.name, person.id) for person in people]
    own = db.session.get(Account, by.account_id) if by.account_id else None
    mine = (own.email or "").casefold() if own is not None else ""
    by_address = {reader.address.casefold(): reader for reader in found if is_usable_address(reader.address)}
    is_me = by.person_id
    return [
        reader
        for address, reader in sorted(by_address.items())
        if address != mine and (is_me is None or reader.person_id != is_me)
    ]


def _body(done: Replan, plan: Replanning) -> str:
    moved = [row for row in plan.rows if row.effect.changes_day or row.effect.ends_approval]
    lines = [_line(row) for row in moved[:MOST_TOLD]]
    if len(moved) > MOST_TOLD:
        lines.append(f"{len(moved) - MOST_TOLD} more, on the wave’s page")
    head = (
        f"{done.by} moved “{done.name}” of {done.wave.title} from {day_words(done.from_on)} to {day_words(done.to_on)}.\n\n"
        f"{_quoted(done.reason)}\n\n"
    )
    return head + "\n".join(f"- {line}" for line in lines)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _line(row: Row) -> str:
    if row.effect.ends_approval and not row.moves:
        return f"{row.name}, {day_words(row.old_on)}: needs approval again"
    more = f", {row.effect.word[:1].lower()}{row.effect.word[1:]}" if row.effect.word != "Moves" else ""
    return f"{row.name}: {day_words(row.old_on)} → {day_words(row.new_on)}{more}"


def _planners_letter(done: Replan, body: str) -> Mailing:
    subject, body = without_slots(f"{done.wave.title} was re-planned"), without_slots(body)
    html = html_layout(subject, "Engagement", to_html(body), subject, Around(WHY), button=Button("Open the wave", LINK))
    text = f"{body}\n\nOpen the wave:\n{LINK}\n\n--\n{WHY}"
    return build_mailing(MailingKind.NOTICE, Letter(subject, text, html), title=subject)


def _queue(mailing: Mailing, done: Replan, readers: Sequence[_Reader]) -> None:
    for reader in readers:
        values = {"wave_link": f"/waves/{done.wave_id}"}
        queue_for_address(mailing, reader.address, reader.name, values, person_id=reader.person_id)


def _learners_letter(done: Replan, former: date, due: date, organisation: Organisation, reason: str = "") -> Mailing:
    """Build the letter in the organisation's language, and in each other language that the service speaks.

    Without a reason it says that the move was taken back.
    """
    own = frame_in(organisation.language)

    def letter(frame: Frame) -> Letter:
        days = {
            name: day_words(day, with_year=True, language=frame.language)
            for name, day in (("day", due), ("former", former))
        }
        wave = without_slots(done.wave.title)
        subject = frame.say("training_moved_subject", day=days["day"])
        sentence = frame.say("training_moved", wave=wave, **days)
        why, button = frame.say("training_moved_why", wave=wave), frame.say("training_link")
        said = without_slots(reason) or frame.say("training_moved_back")
        html = html_layout(
            subject,
            "",
            f"<p>{escape(sentence)}</p><blockquote><p>{escape(said)}</p></blockquote>",
            subject,
            Around(why, organisation=organisation.name, language=frame.language),
            language=frame.language,
            button=Button(button, TRAINING_LINK, copy_words=frame.say("copy_address")),
        )
        text = f"{sentence}\n\n{_quoted(said)}\n\n{button}:\n{TRAINING_LINK}\n\n--\n{why}"
        return Letter(subject, text, html, frame.language)

    mailing = build_mailing(MailingKind.NOTICE, letter(own), title=f"{done.wave.title}: training is due on another day")
    for language, frame in frames_by_language().items():
        if language != own.language:
            add_translation(mailing, letter(frame))
    return mailing


def _learners(wave_id: int, without: set[int | None]) -> Select[int]:
    """Return who has training of this wave to finish that is due with the wave, besides those who hear otherwise."""
    standing = standing_of(Assignment.wave_id == wave_id, Assignment.own_due_on.is_(None), is_asked())
    unfinished = select(standing.c.person_id).where(standing.c.asked > 0, standing.c.is_finished == 0)
    told = [key for key in without if key is not None]
    return select(Person.id).where(Person.left_at.is_(None), Person.id.in_(unfinished), Person.id.not_in(told))


def _queue_learners(mailing: Mailing, people: Select[int], wave: Wave, due_on: date, organisation: Organisation) -> int:
    """Queue the letter. Whoever is left to settle with another wave gets it afterwards, or not if their day is a later one."""
    today = clock.today(organisation.timezone)
    quiet = [(each.id, until) for each, until in holding_back(wave, today) if each.status.is_live and until >= today]
    others = [wave_id for wave_id, until in quiet if due_after(until) > due_on]
    people = people.where(*(Person.id.not_in(member_ids(wave_id)) for wave_id in others))
    whens = [(Person.id.in_(member_ids(wave_id)), _morning_after(until, organisation)) for wave_id, until in quiet]
    now = due_column(clock.now(), organisation)
    return queue_for_people(
        mailing,
        people,
        due_at=case(*whens, else_=now) if whens else now,
        filled={"training_link": literal("/me/training", String)},
        translation=translation_column(mailing, organisation),
    )


def _morning_after(until: date, organisation: Organisation) -> ColumnElement[datetime]:
    morning = instant_of(until + timedelta(days=1), time(8), ZoneInfo(organisation.timezone))
    return due_column(morning, organisation)


def tell_of_return(done: Replan, told_due: date | None, *, by: Actor, organisation: Organisation) -> None:
    """Stop the letters that nobody has yet, and tell those who have theirs that the former days hold again.

    `told_due` is the due day of training that the letter said.
    """
    planners, learners = done.planners_letter, done.learners_letter
    for letter in (planners, learners):
        if letter is not None:
            stop_waiting(letter, RETURNED)
    if planners is not None and (readers := _who_has(planners)):
        back = f"{by.name} took back the move of “{done.name}” of {done.wave.title}: it falls on {day_words(done.from_on)} again."
        _queue(_planners_letter(done, back), done, readers)
    if learners is not None and told_due is not None:
        has = select(Delivery.person_id).where(Delivery.mailing_id == learners.id, Delivery.state.in_(_GONE))
        if db.session.scalar(has.limit(1)) is not None:
            again = _learners_letter(done, told_due, done.wave.training_due_on, organisation)
            who = select(Person.id).where(Person.left_at.is_(None), Person.id.in_(has))
            _queue_learners(again, who, done.wave, done.wave.training_due_on, organisation)


def _who_has(letter: Mailing) -> list[_Reader]:
    rows = select(Delivery).where(Delivery.mailing_id == letter.id, Delivery.state.in_(_GONE))
    return [_Reader(row.address, row.name, row.person_id) for row in db.session.scalars(rows)]
