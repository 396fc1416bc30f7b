"""One day of the demonstration: messages are written, approved and sent; people learn, object and get answers."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement import clock
from engagement.audit import Actor
from engagement.content.library import playbook
from engagement.db import db
from engagement.demo import (
    assessing,
    bouncing,
    consulting,
    deciding,
    including,
    judging,
    leading,
    mapping,
    measuring,
    messaging,
    roster,
    subscribing,
    talking,
    telling,
    using,
    volunteering,
    workflows,
)
from engagement.demo.concerns import CONCERNS
from engagement.demo.stage import DAYS_OF_HISTORY, Stage
from engagement.intake.actions import runs as intake
from engagement.intake.reading.queries.files import open_file
from engagement.people.models import Department, Person
from engagement.reach import Reach
from engagement.readiness import actions as readiness
from engagement.readiness.actions import Overruled
from engagement.readiness.queries.obstacles import obstacles
from engagement.reports.snapshots.actions import close_period
from engagement.reports.snapshots.queries import programmes_to_close
from engagement.resistance import actions as resistance
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.models import About, Concern
from engagement.resistance.periods.actions import count_spans_of, programmes_to_span
from engagement.resistance.rules import ConcernStatus, Sender, Severity, Source
from engagement.resistance.saying.actions import empty_letterbox, say_something
from engagement.resistance.saying.rules import Moment
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import answer_quiz
from engagement.training.models import Assignment, CurriculumItem, Module
from engagement.training.rules import ItemKind
from engagement.waves import actions as waves
from engagement.waves.fallbacks.actions import write_fallback
from engagement.waves.lessons.actions import note_lessons
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus

#: By wave, the share of its people who finish in time; the others finish late or not at all.
FINISHING = {1: 0.98, 2: 0.93, 3: 0.58}
#: Days from today to the town hall at which wave 3 was explained.
TOWN_HALL = -15
#: How far apart in the list people's concerns are that come one after the other, so that their sources differ.
BETWEEN = 11
#: For one concern in so many the team begins with the second response of the playbook rather than the first.
SECOND_TRIED = 5
REASONS = {
    WaveStatus.READY: "Rehearsed with each team, the way back included.",
    WaveStatus.LIVE: "Switched on at six, and the first cases went through.",
    WaveStatus.CLOSED: "Four quiet weeks, and nothing is open any more.",
}
GONE_ON = "Known to the sponsor, and put on the list for the first week."
LEARNING_BEGINS = {1: -40, 2: -38, 3: -46}


def live_a_day(stage: Stage, offset: int) -> None:
    """Play the day `offset` days from today; today itself ends in the early morning."""
    day = stage.day(offset)
    with stage.at(day, 5, 30):
        empty_letterbox(day, stage.settings.holidays)
        count_objections(day - timedelta(days=1), stage.settings.anonymity_floor, stage.settings.holidays)
        _close_month(stage, day)
    if offset == -64:
        _petra_leaves(stage, day)
    measuring.measure(stage, offset)
    consulting.consult(stage, offset)
    assessing.assess(stage, offset)
    including.include(stage, offset)
    volunteering.volunteer(stage, offset)
    telling.tell_workers(stage, offset)
    _move_waves_on(stage, offset)
    workflows.announce_versions(stage, offset)
    workflows.keep_the_roster(stage, offset)
    workflows.publish_more(stage, offset)
    workflows.confirm_changes(stage, offset)
    mapping.keep_the_map(stage, offset)
    talking.talk_with_stakeholders(stage, offset)
    judging.judge_stakeholders(stage, offset)
    talking.make_and_close_promises(stage, offset)
    talking.judge_relationships(stage, offset)
    leading.lead_visibly(stage, offset)
    deciding.decide_early(stage, offset)
    messaging.write_and_send(stage, offset)
    bouncing.bounce(stage, offset)
    subscribing.subscribe_to_reports(stage, offset)
    _learn(stage, offset)
    using.use(stage, offset)
    _talk(stage, offset)


WAY_BACK = (
    "Switch the workflow off in the console.\nCases that are open stay with whoever has them, and are decided by hand.\n"
    "The desk calls each team before it writes.\nSay within an hour what went wrong, in two sentences."
)
#: What went well, and what to do otherwise, one a line.
LESSONS = (
    "Champions sat beside people on the first two mornings.\nThe desk had one number for everything.",
    "Begin with the desk’s training, a week before the others.\nSend fewer messages in the last week.",
)


def _close_month(stage: Stage, day: date) -> None:
    """Count what came in during a month that ended the day before, and freeze the reports of it."""
    if day.day == 1:
        yesterday, settings = day - timedelta(days=1), stage.settings
        for programme_id in programmes_to_span(yesterday):
            count_spans_of(programme_id, yesterday, settings.anonymity_floor, settings.holidays)
        for programme_id in programmes_to_close(yesterday):
            close_period(programme_id, yesterday, day, settings.anonymity_floor)


def _petra_leaves(stage: Stage, day: date) -> None:
    with stage.at(day, 5):
        begun = stage.day(-DAYS_OF_HISTORY)
        file = open_file(roster.roster(begun, without=(roster.DEPARTED.email,)), "people.csv")
        by = stage.accounts[roster.ADMIN.email].actor
        intake.apply_run(intake.stage_file(file, full=True, skip_bad=False, by=by), confirm_leavers=False, by=by)
        waves.settle_memberships()
        settle_assignments(clock.now())


def _move_waves_on(stage: Stage, offset: int) -> None:
    steps = {
        -64: (1, WaveStatus.STABILISING),
        -50: (1, WaveStatus.CLOSED),
        -8: (2, WaveStatus.STABILISING),
    }
    for number, wave in stage.waves.items():
        live = (wave.go_live_on - stage.today).days
        steps |= {live - 2: (number, WaveStatus.READY), live: (number, WaveStatus.LIVE)}
    if offset in steps:
        number, status = steps[offset]
        with stage.at(stage.day(offset), 6):
            deciding.let_through(stage, stage.waves[number], status)
            _take_step(stage.waves[number], status, stage.accounts[roster.WAVE_LEAD.email].actor)


def _take_step(wave: Wave, status: WaveStatus, by: Actor) -> None:
    on, reason = clock.now().date(), REASONS.get(status, "")
    reasons = {each.name: GONE_ON for each in obstacles(wave, on, to=status)}
    if status is WaveStatus.READY:
        readiness.make_ready(wave, reason=reason, overruled=Overruled(reasons, Reach(everything=True)), today=on, by=by)
    elif status is WaveStatus.LIVE:
        readiness.go_live(
            wave, on, reason=reason, overruled=Overruled(reasons, Reach(everything=True)), today=on, by=by
        )
    else:
        waves.change_status(wave, status, reason=reason, by=by)
    if status is WaveStatus.READY:
        write_fallback(wave, WAY_BACK, "Margaret Leclerc, else Sam Pryce; by phone, at any hour", by=by)
    elif status is WaveStatus.CLOSED:
        note_lessons(wave, *LESSONS, by=by)


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
    """Yield the people whose turn it is, with their modules; every eighth does only the first one."""
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
            answer_quiz(
                person, module, {q.id: wrong if q is first else right[q.id] for q in module.questions}, "1", by=by
            )
        answer_quiz(person, module, right, "2", by=by)


def _talk(stage: Stage, offset: int) -> None:
    """Let some people object on most days; the team answers within a week."""
    if TOWN_HALL <= offset < -1:
        # After the town hall of wave 3 many people object at once, each to something else.
        numbers = range((offset - TOWN_HALL) * 6, (offset - TOWN_HALL + 1) * 6)
        waves = [3]
    elif -120 <= offset < TOWN_HALL and offset % 2 == 0:
        first = (offset + 120) // 2 * 3
        numbers = range(first, first + (3 if offset % 3 == 0 else 2))
        waves = [1, 2, 1] if offset < -60 else [2, 1, 2] if offset < -30 else [3, 2, 3]
    else:
        numbers, waves = range(0), []
    with stage.at(stage.day(offset), 11):
        for number in numbers:
            _say(
                stage, offset, *CONCERNS[number * BETWEEN % len(CONCERNS)], wave=stage.waves[waves[number % len(waves)]]
            )
        _answer(stage, offset)


def _say(
    stage: Stage, offset: int, source: Source, severity: Severity, text: str, answer: str | None, *, wave: Wave
) -> None:
    on = stage.day(offset)
    if answer is None and offset < -9:
        return  # the newest ones still wait for an answer
    team = stage.accounts[roster.WAVE_LEAD.email].actor
    if stage.chance.random() < 0.6:
        say_something(
            text,
            Sender.ANONYMOUS,
            About(source, wave=wave),
            secret=stage.secret,
            moment=Moment(on, stage.settings.holidays),
        )
    else:
        members = (
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .join(Department, Department.id == Person.department_id)
            .where(Membership.wave_id == wave.id, Membership.ended_at.is_(None))
            .order_by(Person.id)
            .offset(stage.chance.randrange(200))
            .limit(1)
        )
        person = db.session.scalars(members).one()
        resistance.log_concern(text, About(source, wave=wave), by=team, on=on, severity=severity, person=person)


def _answer(stage: Stage, offset: int) -> None:
    answers = {text: answer for _, _, text, answer in CONCERNS}
    severities: dict[str, Severity] = {text: severity for _, severity, text, _ in CONCERNS}
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
            resistance.change_severity(concern, severities.get(concern.text, concern.severity), by=team.actor)
        if age == 1:
            responses = playbook(concern.source.value).responses
            resistance.try_response(concern, responses[int(concern.id % SECOND_TRIED == 0)].title, by=team.actor, on=on)
        answer = answers.get(concern.text)
        patience = 2 + concern.id % 5 if concern.received_on < stage.day(TOWN_HALL) else 6
        if answer and age >= patience:
            resistance.answer(concern, answer, by=team.actor, on=on)
