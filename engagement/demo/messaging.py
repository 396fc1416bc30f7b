"""One day's messages of the demonstration: written, translated, approved, sent, confirmed, and reminded of."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from engagement import clock
from engagement.audit import Actor
from engagement.communications.actions import planning
from engagement.communications.actions.approving import approve, ask_approval
from engagement.communications.actions.reminding import messages_to_remind_of, remind
from engagement.communications.actions.sending import queue_occurrence, settle_sending
from engagement.communications.actions.writing import write_occurrence, write_translation
from engagement.communications.answers.actions import answer_message
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from engagement.demo import letters, roster
from engagement.demo.stage import DAYS_OF_HISTORY, Stage
from engagement.mail.confirmations import queries as confirming
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.rules import DeliveryState, Outcome
from engagement.mail.wire.actions.conversation import Supply, Talk
from engagement.people.organisation.rules import Organisation
from engagement.words import day_words, month_words

#: Days from today to the short briefing that tells wave 3 early what is coming.
EARLY_BRIEFING = -8
#: Days after a message that asks for a confirmation → percentage of its readers who have confirmed.
CONFIRMING = {0: 41, 1: 58, 2: 66, 3: 70, 4: 81, 5: 85, 7: 91, 9: 95}

#: Percentage of those who answer the question of a message because they understood it; the others guess.
UNDERSTANDING = 74


class AcceptingServer:
    """A stand-in for a past mail server: it takes nearly everything, defers a few and refuses one in 900."""

    in_hand = False

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def hand_over(self, supply: Supply) -> Talk:
        """Yield the answers of such a server."""
        while supply() is not None:
            if self.stage.chance.random() < 1 / 900:
                yield Outcome(DeliveryState.BOUNCED, reply="550 5.1.1 The mailbox does not exist")
            else:
                yield Outcome(DeliveryState.SENT, reply="250 2.0.0 Accepted")

    def close(self) -> None:
        """Do nothing; there is no connection."""


def write_and_send(stage: Stage, offset: int) -> None:
    """Write what is due within a week, approve messages of today and tomorrow, send and confirm what is due."""
    day = stage.day(offset)
    with stage.at(day, 6):
        planning.plan_occurrences(clock.now())
        _date_briefings(stage, offset)
    with stage.at(day, 7):
        for occurrence in _due_to_write(stage):
            _write(stage, occurrence)
    end = datetime.combine(day, time(18), UTC) if day < stage.today else datetime.combine(day, time(5), UTC)
    due = select(Occurrence).where(Occurrence.status == OccurrenceStatus.APPROVED, Occurrence.sends_at <= end)
    for occurrence in db.session.scalars(due).all():
        with clock.standing_at(occurrence.sends_at):
            queue_occurrence(
                occurrence.id,
                now=clock.now(),
                lateness_limit_hours=stage.settings.lateness_limit,
                organisation=Organisation.of(stage.settings),
            )
            db.session.commit()
        with clock.standing_at(occurrence.sends_at + timedelta(minutes=2)):
            _deliver(stage)
    if day < stage.today:
        _remind_and_confirm(stage, day)
        with stage.at(day, 19):
            planning.settle_missed(clock.now())


def _deliver(stage: Stage) -> None:
    deliver_until_empty(AcceptingServer(stage), "history", lambda _d, path: path, stage.settings.mail_from)  # type: ignore[arg-type]
    settle_sending(clock.now())
    db.session.commit()


def _remind_and_confirm(stage: Stage, day: date) -> None:
    """Late in the morning send reminders and deliveries that waited; in the afternoon people confirm."""
    with stage.at(day, 10):
        asking = messages_to_remind_of(clock.now())
        for occurrence_id in asking:
            remind(occurrence_id, now=clock.now(), organisation=Organisation.of(stage.settings))
        _deliver(stage)
    with stage.at(day, 15):
        for occurrence in db.session.scalars(select(Occurrence).where(Occurrence.id.in_(asking))):
            assert occurrence.mailing_id
            age = (day - occurrence.sends_at.date()).days
            for delivery in db.session.scalars(confirming.unconfirmed(occurrence.mailing_id)) if age < 14 else ():
                _confirm(stage, occurrence, delivery, age)


def _confirm(stage: Stage, occurrence: Occurrence, delivery: Delivery, age: int) -> None:
    person = delivery.person
    assert person is not None
    share = max(share for since, share in CONFIRMING.items() if since <= age)
    if person.id * 53 % 100 < share and person.email != roster.EMPLOYEE.email:
        if choices := occurrence.asked.choices:
            answer = occurrence.right_answer if person.id * 31 % 100 < UNDERSTANDING else person.id % len(choices) + 1
            answer_message(occurrence, person, answer, floor=stage.settings.anonymity_floor)
        acknowledge(delivery, by=Actor(None, person.name, person.id))


def _date_briefings(stage: Stage, offset: int) -> None:
    day = stage.day(offset)
    by = stage.accounts[roster.WAVE_LEAD.email].actor
    for number, texts in letters.BRIEFINGS.items():
        for before, _, _ in texts:
            if day == stage.waves[number].go_live_on + timedelta(days=before - 9):
                at = datetime.combine(day + timedelta(days=9), time(9), UTC)
                planning.schedule_briefing(stage.communications[f"briefing {number}"], at, by=by)
    if offset == EARLY_BRIEFING - 9:
        at = datetime.combine(stage.working_day(EARLY_BRIEFING + 1), time(9), UTC)
        planning.schedule_briefing(stage.communications["briefing 3"], at, by=by)
    if offset == -2:
        at = datetime.combine(stage.working_day(1), time(13), UTC)
        planning.schedule_briefing(stage.communications["briefing 3"], at, by=by)


def _due_to_write(stage: Stage) -> list[Occurrence]:
    """Return the drafts for the coming week. The technical update of two weeks ago was never written."""
    rows = db.session.scalars(
        select(Occurrence)
        .join(Communication)
        .where(
            Occurrence.status == OccurrenceStatus.DRAFT,
            Occurrence.written_at.is_(None),
            Occurrence.sends_at > clock.now(),
            Occurrence.sends_at < clock.now() + timedelta(days=8),
        )
        .order_by(Occurrence.sends_at)
    ).all()
    quiet_since = stage.day(-12)
    return [
        row
        for row in rows
        if row.communication.kind is not CommunicationKind.TECHNICAL_UPDATE or row.sends_at.date() < quiet_since
    ]


def _write(stage: Stage, occurrence: Occurrence) -> None:
    writer = stage.accounts[roster.WAVE_LEAD.email].actor
    approver = stage.accounts[roster.MANAGER.email].actor
    subject, body = _text_for(stage, occurrence)
    question = letters.EARLY_QUESTION if subject == letters.EARLY_BRIEFING[0] else None
    write_occurrence(occurrence, subject, body, by=writer, question=question)
    if occurrence.communication.kind is CommunicationKind.TECHNICAL_UPDATE:
        subject, body = _technical(stage, occurrence.sends_at.date(), "pl")
        write_translation(occurrence, "pl", subject, body, by=writer)
    ask_approval(occurrence, by=writer)
    if occurrence.sends_at.date() <= stage.today - timedelta(days=1):
        approve(occurrence, by=approver)


def _text_for(stage: Stage, occurrence: Occurrence) -> tuple[str, str]:
    kind, day = occurrence.communication.kind, occurrence.sends_at.date()
    since = (day - stage.day(-DAYS_OF_HISTORY)).days
    if kind is CommunicationKind.PROGRAMME_UPDATE:
        part = next(part for until, part in letters.UPDATE_PARTS if (day - stage.today).days < until)
        return letters.UPDATE[0].format(month=month_words(day, with_year=False)), _put(letters.UPDATE[1], part)
    if kind is CommunicationKind.TECHNICAL_UPDATE:
        return _technical(stage, day, "en")
    if kind is CommunicationKind.EXECUTIVE_UPDATE:
        values = letters.EXECUTIVE_PARTS[min(since // 92, len(letters.EXECUTIVE_PARTS) - 1)]
        return letters.EXECUTIVE[0], _put(
            letters.EXECUTIVE[1], dict(zip(("progress", "objections", "needs"), values, strict=True))
        )
    wave = occurrence.communication.wave
    assert wave is not None
    if wave.number not in letters.BRIEFINGS:
        return letters.EARLY_BRIEFING if day < stage.today else letters.UPCOMING_BRIEFING
    _, subject, body = letters.BRIEFINGS[wave.number][0]
    return subject.replace("{go_live}", "{{ go_live }}"), body


def _technical(stage: Stage, day: date, language: str) -> tuple[str, str]:
    turn = (day - stage.day(-DAYS_OF_HISTORY)).days // 14 % len(letters.TECHNICAL_PARTS)
    subject, body = letters.TECHNICAL[language]
    change, means = letters.TECHNICAL_PARTS[turn][language]
    return subject.format(day=day_words(day, language=language)), _put(body, {"change": change, "means": means})


def _put(text: str, values: dict[str, str]) -> str:
    """Fill values into single braces, leaving merge fields in double braces alone."""
    for name, value in values.items():
        text = text.replace("\n{" + name + "}", "\n" + value)
    return text
