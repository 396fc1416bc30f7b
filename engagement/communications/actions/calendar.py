"""Changes of communications, the lines of the calendar that give the dates."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import not_, select

from engagement import audit, clock
from engagement.accounts.models import Account
from engagement.audiences.models import Audience
from engagement.audiences.outside.queries import outsiders_in
from engagement.audiences.queries import people_in
from engagement.audit import Actor
from engagement.communications.actions.approving import lapse, withdraw_approval
from engagement.communications.actions.placing import take_up_occurrence
from engagement.communications.actions.planning import plan_anew, plan_dates, untouched_drafts
from engagement.communications.actions.states import refuse_unless
from engagement.communications.actions.waiting import stop_overtaken
from engagement.communications.models import Communication, Details, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.communications.scopes import writes_outside, written_to
from engagement.communications.texts.queries.outlines import standard_outlines
from engagement.communications.texts.rules.languages import check_language
from engagement.communications.texts.rules.limits import check_text
from engagement.days.local_time import check_zone, clock_time
from engagement.days.recurrence import read_rule
from engagement.days.working_days import check_country
from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.letters import clean
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.verbs import Verb
from engagement.words import plural

LONGEST_LEAD = 60
#: An approval is given for these readers and this sender; changing one of these withdraws it.
ADDRESSING = frozenset(("audience", "wave", "owner"))
#: A change of these moves untouched drafts to other dates; a change of those below gives them another text.
DATING = frozenset(("cadence", "at", "timezone", "starts_on", "holiday_policy", "holiday_country"))
SHAPING = DATING | {"write_lead_days", "subject", "outline", "asks_confirmation"}
#: The reason stored when ending a communication skips its messages; resuming it finds them by this reason.
ENDED = "The communication was ended."
LONGEST_WAIT, MOST_REMINDERS = 30, 3


def refuse_readers_beyond(planning: Reach, programme_id: int, audience: Audience, on: date) -> None:
    """Raise BadInput when the audience reaches somebody now to whom `planning` may not write (see `scopes.written_to`)."""
    beyond = count_of(people_in(audience, on).where(not_(written_to(planning, programme_id))))
    beyond += sum(not writes_outside(planning, programme_id, each.places) for each in outsiders_in(audience, on))
    if beyond:
        sentence = (
            f"“{audience.name}” reaches {plural(beyond, 'person', 'people')} outside the waves that you plan. Choose an audience within them, or ask a "
            "change manager of the programme to plan this."
        )
        raise BadInput(sentence, {"audience": sentence})


def make_communication(programme: Programme, details: Details, *, by: Actor) -> Communication:
    """Add a line to the calendar and plan its dates for the coming 100 days.

    Raises BadInput with a sentence for each field that can't be used.
    """
    starter, now = standard_outlines()[details.kind], clock.now()
    complete = replace(
        details,
        starts_on=details.starts_on or clock.today(check_zone(details.timezone)),
        subject=starter.subject if details.subject is None else details.subject,
        outline=starter.body if details.outline is None else details.outline,
    )
    kept = _checked(complete, programme).items()
    communication = Communication(programme=programme, made_at=now, cadence_since=now, **kept)
    db.session.add(communication)
    db.session.flush()
    audit.record(Verb.MADE_COMMUNICATION, communication, by=by, cadence=(None, communication.how_often))
    plan_dates([communication], now)
    return communication


def _checked(details: Details, programme: Programme) -> Details:
    """Return the details as they are stored; raise BadInput with a sentence for each field that can't be used."""
    problems: dict[str, str] = {}
    checks: tuple[tuple[Callable[..., object], tuple[Any, ...]], ...] = (
        (read_rule, (details.cadence,) if details.cadence else ()),
        (clock_time, (details.at,)),
        (check_zone, (details.timezone,)),
        (check_country, (details.holiday_country,)),
        (check_language, (details.language,) if details.language else ()),
        (check_text, (details.subject, details.outline, "outline")),
    )
    for check, values in checks:
        try:
            if values:
                check(*values)
        except BadInput as error:
            problems |= error.problems
    name = clean(details.name)
    if not 0 < len(name) <= 200:
        problems["name"] = "Give it a name of at most 200 characters."
    if not 0 <= details.write_lead_days <= LONGEST_LEAD:
        problems["write_lead_days"] = f"Use 0 to {LONGEST_LEAD} working days."
    if details.approver is not None and details.approver.id == details.owner.id:
        problems["approver"] = "Choose somebody other than the owner: nobody approves their own text."
    if details.wave is not None and details.wave.programme_id != programme.id:
        problems["wave"] = "This wave belongs to another programme."
    if details.audience.archived_at is not None:
        problems["audience"] = "This audience is archived. Choose another one."
    problems |= _confirmation_problems(details)
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    language = check_language(details.language) if details.language else None
    country = details.holiday_country.upper()
    return replace(details, name=name, cadence=details.cadence or None, holiday_country=country, language=language)


def _confirmation_problems(details: Details) -> dict[str, str]:
    problems = {}
    if details.asks_confirmation and not details.is_required:
        problems["asks_confirmation"] = "Only a message that readers can’t switch off can ask them to confirm it."
    if not 1 <= details.remind_after_days <= LONGEST_WAIT:
        problems["remind_after_days"] = f"Use 1 to {LONGEST_WAIT} days."
    if not 0 <= details.remind_times <= MOST_REMINDERS:
        problems["remind_times"] = f"Use 0 to {MOST_REMINDERS} reminders."
    return problems


def change_communication(communication: Communication, details: Details, *, by: Actor) -> None:
    """Change a communication.

    Drafts that nobody has touched follow new dates or a new outline. Texts that somebody wrote or moved stay as they
    are, and skipped messages stay skipped. Another audience, wave or owner withdraws approvals. Raises BadInput for
    fields that can't be used, RuleBroken for a communication that has ended.
    """
    refuse_unless(communication.ended_at is None, "This communication has ended. Make a new one.")
    old, new = communication.details.items(), _checked(details, communication.programme).items()
    differing = {field: (old[field], value) for field, value in new.items() if old[field] != value}
    if not differing:
        return
    for field, (_, value) in differing.items():
        setattr(communication, field, value)
    said = {field: (_said(before), _said(after)) for field, (before, after) in differing.items()}
    audit.record(Verb.CHANGED_COMMUNICATION, communication, by=by, **said)
    db.session.flush()
    if not ADDRESSING.isdisjoint(differing):
        _withdraw_all(communication, by)
    if not SHAPING.isdisjoint(differing):
        plan_anew(communication, clock.now(), other_dates=not DATING.isdisjoint(differing))


def _withdraw_all(communication: Communication, by: Actor) -> None:
    given = (OccurrenceStatus.APPROVED, OccurrenceStatus.IN_REVIEW)
    rows = select(Occurrence).where(Occurrence.communication_id == communication.id, Occurrence.status.in_(given))
    why = "The audience, the wave or the owner of the communication was changed after it was approved."
    for occurrence in db.session.scalars(rows.with_for_update().execution_options(populate_existing=True)).all():
        if occurrence.status is OccurrenceStatus.APPROVED:
            lapse(occurrence, why, by=by)
        else:
            withdraw_approval(occurrence, why.replace("approved", "handed on"), by=by)


def _said(value: Any) -> Any:
    return getattr(value, "name", None) if hasattr(value, "id") else value


def end_communication(communication: Communication, *, by: Actor) -> None:
    """End a communication: it gets no more dates, and none of its messages is sent any more.

    Untouched drafts are deleted; texts that somebody wrote are kept as skipped. Readers who still wait for their
    working hours don't get a message that is being sent. Calling it twice changes nothing.
    """
    if communication.ended_at is not None:
        return
    now = clock.now()
    communication.ended_at = now
    audit.record(Verb.ENDED_COMMUNICATION, communication, by=by)
    for untouched in untouched_drafts(communication.id, now):
        db.session.delete(untouched)
    db.session.flush()
    unsent = (OccurrenceStatus.DRAFT, OccurrenceStatus.IN_REVIEW, OccurrenceStatus.APPROVED, OccurrenceStatus.HELD)
    rows = select(Occurrence).where(Occurrence.communication_id == communication.id, Occurrence.status.in_(unsent))
    for occurrence in db.session.scalars(rows.with_for_update().execution_options(populate_existing=True)):
        occurrence.status = OccurrenceStatus.SKIPPED
        occurrence.reason = ENDED
        audit.record(Verb.SKIPPED_MESSAGE, occurrence, by=by, reason=(None, occurrence.reason))
    db.session.flush()
    stop_overtaken(by=by)


def take_up_communication(communication: Communication, *, by: Actor) -> None:
    """Resume an ended communication: plan its dates from now on, and turn the texts that were kept into drafts.

    They need approval again. Calling it twice changes nothing.
    """
    if communication.ended_at is None:
        return
    now = clock.now()
    audit.record(Verb.TOOK_UP_COMMUNICATION, communication, by=by, ended_at=(communication.ended_at, None))
    communication.ended_at, communication.cadence_since = None, now
    db.session.flush()
    rows = select(Occurrence).where(
        Occurrence.communication_id == communication.id,
        Occurrence.status == OccurrenceStatus.SKIPPED,
        Occurrence.reason == ENDED,
    )
    for occurrence in db.session.scalars(rows.order_by(Occurrence.id)).all():
        take_up_occurrence(occurrence, by=by)
    plan_dates([communication], now)


def adopt_standard_communications(
    programme: Programme,
    *,
    owner: Account,
    approver: Account | None,
    audiences: Mapping[CommunicationKind, Audience],
    by: Actor,
    timezone: str = "Europe/London",
    holiday_country: str = "GB-ENG",
    starts_on: date | None = None,
) -> list[Communication]:
    """Add the standard communications to a programme, with cadence, time and outline from the starter library.

    Leaves out kinds without an audience in `audiences` and kinds that the programme already has. Returns the new ones,
    which can be edited like any other.
    """
    present = select(Communication.kind).where(
        Communication.programme_id == programme.id, Communication.ended_at.is_(None)
    )
    there = set(db.session.scalars(present))
    return [
        make_communication(
            programme,
            Details(
                kind,
                outline.title,
                audiences[kind],
                owner,
                approver,
                cadence=outline.rule,
                at=outline.at,
                timezone=timezone,
                starts_on=starts_on,
                holiday_country=holiday_country,
                write_lead_days=outline.write_lead_days,
                is_required=outline.is_required,
            ),
            by=by,
        )
        for kind, outline in standard_outlines().items()
        if kind in audiences and kind not in there
    ]
