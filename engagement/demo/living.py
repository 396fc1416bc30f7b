"""One day of the demonstration: messages are written, approved and sent, people learn, object and are answered."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement import clock
from engagement.communications import actions as communications
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from engagement.demo import mapping, roster, story
from engagement.demo.stage import DAYS_OF_HISTORY, Stage
from engagement.intake import actions as intake
from engagement.intake.reading import read_file
from engagement.mail.delivering import deliver_until_empty
from engagement.mail.rules import DeliveryState, Outcome
from engagement.people.models import Department, Person
from engagement.people.organisation import Organisation
from engagement.resistance import actions as resistance
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Sender
from engagement.training import actions as training
from engagement.training.models import Assignment, CurriculumItem, Module
from engagement.training.rules import ItemKind
from engagement.waves import actions as waves
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus

#: Share of a wave's people who finish by so many days before go-live; the rest learns late or not at all.
FINISHING = {1: 0.98, 2: 0.93, 3: 0.58}
#: Days from today to the town hall at which wave 3 was explained.
TOWN_HALL = -8
LEARNING_BEGINS = {1: -40, 2: -38, 3: -46}


class AcceptingServer:
    """Stands for the mail server of months ago: it takes nearly everything, puts a few off and refuses one in 900."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def send(self, _sender: str, _recipient: str, _message: bytes) -> Outcome:
        """Return what such a server would have answered."""
        if self.stage.chance.random() < 1 / 900:
            return Outcome(DeliveryState.BOUNCED, reply="550 5.1.1 The mailbox does not exist")
        return Outcome(DeliveryState.SENT, reply="250 2.0.0 Accepted")

    def close(self) -> None:
        """Do nothing; there is no connection."""


def live_a_day(stage: Stage, offset: int) -> None:
    """Live through the day `offset` days from today; today itself ends in the early morning."""
    day = stage.day(offset)
    if offset == -64:
        _petra_leaves(stage, day)
    _move_waves_on(stage, offset)
    mapping.keep_the_map(stage, offset)
    _write_and_send(stage, day)
    _learn(stage, offset)
    _talk(stage, offset)


def _petra_leaves(stage: Stage, day: date) -> None:
    with stage.at(day, 5):
        begun = stage.day(-DAYS_OF_HISTORY)
        file = read_file(roster.roster(begun, without=(roster.DEPARTED.email,)), "people.csv")
        by = stage.accounts[roster.ADMIN.email].actor
        intake.apply_run(intake.stage_file(file, full=True, skip_bad=False, by=by), confirm_leavers=False, by=by)
        waves.settle_memberships()
        training.settle_assignments(clock.now())


def _move_waves_on(stage: Stage, offset: int) -> None:
    steps = {
        -80: (1, WaveStatus.READY),
        -78: (1, WaveStatus.LIVE),
        -64: (1, WaveStatus.STABILISING),
        -50: (1, WaveStatus.CLOSED),
        -24: (2, WaveStatus.READY),
        -22: (2, WaveStatus.LIVE),
        -8: (2, WaveStatus.STABILISING),
    }
    if offset in steps:
        number, status = steps[offset]
        with stage.at(stage.day(offset), 6):
            waves.change_status(stage.waves[number], status, by=stage.accounts[roster.WAVE_LEAD.email].actor)


def _write_and_send(stage: Stage, day: date) -> None:
    """Write what is due within a week, approve what goes out tomorrow or today, send what is due."""
    with stage.at(day, 6):
        communications.plan_occurrences(clock.now())
        _date_briefings(stage, day)
    with stage.at(day, 7):
        for occurrence in _due_to_write(stage):
            _write(stage, occurrence)
    end = datetime.combine(day, time(18), UTC) if day < stage.today else datetime.combine(day, time(5), UTC)
    due = select(Occurrence).where(Occurrence.status == OccurrenceStatus.APPROVED, Occurrence.sends_at <= end)
    for occurrence in db.session.scalars(due).all():
        with clock.standing_at(occurrence.sends_at):
            communications.queue_occurrence(
                occurrence.id,
                now=clock.now(),
                lateness_limit_hours=stage.settings.lateness_limit,
                organisation=Organisation.of(stage.settings),
            )
            db.session.commit()
        with clock.standing_at(occurrence.sends_at + timedelta(minutes=2)):
            deliver_until_empty(AcceptingServer(stage), "history", lambda _d, path: path, stage.settings.mail_from)  # type: ignore[arg-type]
            communications.settle_sending(clock.now())
            db.session.commit()
    with stage.at(day, 19):
        if day < stage.today:
            communications.settle_missed(clock.now())


def _date_briefings(stage: Stage, day: date) -> None:
    by = stage.accounts[roster.WAVE_LEAD.email].actor
    for number, texts in story.BRIEFINGS.items():
        for before, _, _ in texts:
            if day == stage.waves[number].go_live_on + timedelta(days=before - 9):
                at = datetime.combine(day + timedelta(days=9), time(9), UTC)
                communications.schedule_briefing(stage.communications[f"briefing {number}"], at, by=by)
    if day == stage.today - timedelta(days=2):
        at = datetime.combine(_next_weekday(stage.today), time(13), UTC)
        communications.schedule_briefing(stage.communications["briefing 3"], at, by=by)


def _next_weekday(day: date) -> date:
    day += timedelta(days=1)
    return day if day.weekday() < 5 else _next_weekday(day)


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
    communications.write_occurrence(occurrence, subject, body, by=writer)
    communications.ask_approval(occurrence, by=writer)
    if occurrence.sends_at.date() <= stage.today - timedelta(days=1):
        communications.approve(occurrence, by=approver)


def _text_for(stage: Stage, occurrence: Occurrence) -> tuple[str, str]:
    kind, day = occurrence.communication.kind, occurrence.sends_at.date()
    since = (day - stage.day(-DAYS_OF_HISTORY)).days
    if kind is CommunicationKind.PROGRAMME_UPDATE:
        part = next(part for until, part in story.UPDATE_PARTS if (day - stage.today).days < until)
        return story.UPDATE[0].format(month=f"{day:%B}"), _put(story.UPDATE[1], part)
    if kind is CommunicationKind.TECHNICAL_UPDATE:
        change, means = story.TECHNICAL_PARTS[since // 14 % len(story.TECHNICAL_PARTS)]
        return story.TECHNICAL[0].format(day=f"{day.day} {day:%B}"), _put(
            story.TECHNICAL[1], {"change": change, "means": means}
        )
    if kind is CommunicationKind.EXECUTIVE_UPDATE:
        values = story.EXECUTIVE_PARTS[min(since // 92, len(story.EXECUTIVE_PARTS) - 1)]
        return story.EXECUTIVE[0], _put(
            story.EXECUTIVE[1], dict(zip(("progress", "objections", "needs"), values, strict=True))
        )
    wave = occurrence.communication.wave
    assert wave is not None
    if wave.number not in story.BRIEFINGS:
        return story.UPCOMING_BRIEFING
    _, subject, body = story.BRIEFINGS[wave.number][0]
    return subject.replace("{go_live}", "{{ go_live }}"), body


def _put(text: str, values: dict[str, str]) -> str:
    """Put values into the single-brace places of a text, leaving merge fields in double braces alone."""
    for name, value in values.items():
        text = text.replace("\n{" + name + "}", "\n" + value)
    return text


def _learn(stage: Stage, offset: int) -> None:
    for number, begins in LEARNING_BEGINS.items():
        go_live = (stage.waves[number].go_live_on - stage.today).days
        first, last = go_live + begins, min(go_live - 3, -1)
        if first <= offset <= last and (offset - first) % 3 == 0:
            turns = (last - first) // 3 + 1
            turn = (offset - first) // 3
            with stage.at(stage.day(offset), 10, 30):
                for person, modules in _learners(stage.waves[number], turn, turns, FINISHING[number]):
                    _study(stage, person, modules)


def _learners(wave: Wave, turn: int, turns: int, share: float) -> Iterator[tuple[Person, list[Module]]]:
    """Give the people whose turn it is; every eighth does only the first module."""
    required: dict[str, list[Module]] = {}
    items = db.session.scalars(
        select(CurriculumItem).where(CurriculumItem.kind == ItemKind.REQUIRED).order_by(CurriculumItem.position)
    )
    for item in items:
        required.setdefault(item.curriculum.role, []).append(item.module)
    assigned = db.session.scalars(
        select(Assignment)
        .where(Assignment.wave_id == wave.id, Assignment.withdrawn_at.is_(None))
        .options(joinedload(Assignment.person))
        .order_by(Assignment.id)
    ).all()
    finishing = [
        a for a in assigned if a.person_id * 37 % 100 < share * 100 and a.person.email != roster.EMPLOYEE.email
    ]
    for assignment in finishing[turn::turns]:
        modules = required[assignment.role]
        yield assignment.person, modules[:1] if assignment.person_id % 8 == 0 and share < 0.9 else modules


def _study(stage: Stage, person: Person, modules: list[Module]) -> None:
    by = stage.accounts[roster.MANAGER.email].actor
    for module in modules:
        right = {question.id: sorted(question.right_keys) for question in module.questions}
        if stage.chance.random() < 0.12:
            first = module.questions[0]
            wrong = [choice.key for choice in first.choices if not choice.is_right][:1]
            training.answer_quiz(
                person, module, {q.id: wrong if q is first else right[q.id] for q in module.questions}, "1", by=by
            )
        training.answer_quiz(person, module, right, "2", by=by)


def _talk(stage: Stage, offset: int) -> None:
    """Somebody says something on most days; the team answers within a week."""
    texts = story.CONCERNS
    if TOWN_HALL <= offset < -1:
        # After the town hall of wave 3 many people speak at once.
        said = [texts[(offset * 5 + n) % len(texts)] for n in range(5)]
    elif -120 <= offset < TOWN_HALL and offset % 2 == 0:
        said = [texts[(offset + 120 + n * 11) % len(texts)] for n in range(2 if offset % 3 == 0 else 1)]
    else:
        said = []
    with stage.at(stage.day(offset), 11):
        for source, severity, text, answer in said:
            _say(stage, offset, source, severity, text, answer)
        _answer(stage, offset)


def _say(stage: Stage, offset: int, source: object, severity: object, text: str, answer: str | None) -> None:
    on = stage.day(offset)
    if answer is None and offset < -9:
        return  # what still waits was said lately
    wave = stage.waves[1 if offset < -60 else 2 if offset < -30 else 3]
    team = stage.accounts[roster.WAVE_LEAD.email].actor
    if stage.chance.random() < 0.6:
        resistance.say_something(text, Sender.ANONYMOUS, secret=stage.secret, on=on, source=source, wave=wave)  # type: ignore[arg-type]
    else:
        members = (
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .join(Department, Department.id == Person.department_id)
            .where(Membership.wave_id == wave.id)
            .order_by(Person.id)
            .offset(stage.chance.randrange(200))
            .limit(1)
        )
        person = db.session.scalars(members).one()
        resistance.log_concern(text, by=team, on=on, source=source, severity=severity, person=person, wave=wave)  # type: ignore[arg-type]
    db.session.flush()
    newest = db.session.scalars(select(Concern).where(Concern.text == text, Concern.received_on == on)).first()
    if newest is not None and newest.severity is not severity and newest.is_anonymous and offset < -2:
        resistance.change_severity(newest, severity, by=team)  # type: ignore[arg-type]


def _answer(stage: Stage, offset: int) -> None:
    answers = {text: answer for _, _, text, answer in story.CONCERNS}
    team = stage.accounts[roster.WAVE_LEAD.email]
    on = stage.day(offset)
    waiting = db.session.scalars(
        select(Concern).where(Concern.status.in_([s for s in ConcernStatus if s.is_open])).order_by(Concern.id)
    ).all()
    for concern in waiting:
        age = (on - concern.received_on).days
        if concern.status is ConcernStatus.RECEIVED and age >= 1:
            resistance.acknowledge(concern, by=team.actor)
            resistance.take_over(concern, team, by=team.actor)
        answer = answers.get(concern.text)
        patience = 2 + concern.id % 5 if concern.received_on < stage.day(TOWN_HALL) else 6
        if answer and age >= patience:
            resistance.answer(concern, answer, by=team.actor, on=on)
