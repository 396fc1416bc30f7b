"""Each figure of the reports on maturity and on communication counted again in the plainest way, row by row, and rows for it by chance."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from random import Random
from statistics import mean, median

from readiness.random_programme import ON, make_mailing, some
from reports.random_sheet import FLOOR, make_random_sheet
from reports.sheet_by_hand import Counted, Number, rows_of, share_by_hand
from sqlalchemy import select

from engagement import clock
from engagement.communications.answers.models import MessageAnswer
from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import READABLE, DeliveryState
from engagement.people.models import Department, Person, PersonRole
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor, applying
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.value.models import MetricReading, ValueMetric
from engagement.value.rules import MetricKind
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.rules import WaveStatus

READ = {"tickets": (MetricKind.TICKETS, mean), "self_service": (MetricKind.SELF_SERVICE, median)}


def make_random_further(seed: int) -> Programme:
    """Make a random sheet with targets, metrics of support, copies in every state, and answers to questions."""
    random, programme = Random(seed), make_random_sheet(seed)
    programme.target_processes = random.choice((None, 2, 9))
    workflows = list(db.session.scalars(select(Workflow).order_by(Workflow.id)))
    for workflow in workflows:
        workflow.made_at = clock.now() - timedelta(days=random.choice((0, 20, 90)))
    for metric in db.session.scalars(select(ValueMetric).order_by(ValueMetric.id)).all():
        metric.kind = random.choice((MetricKind.SELF_SERVICE, MetricKind.SELF_SERVICE, *MetricKind))
        db.session.add(
            MetricReading(metric_id=metric.id, measured_on=ON, value=random.randint(0, 90_000), said_at=clock.now())
        )
    for wave in db.session.scalars(select(Wave).order_by(Wave.id)).all():
        wave.status = random.choice((wave.status, WaveStatus.LIVE, WaveStatus.STABILISING))
    for statement in db.session.scalars(select(ScopeStatement).order_by(ScopeStatement.id)).all():
        statement.question = "Who?" if random.random() < 0.6 else ""
    people = list(db.session.scalars(select(Person).order_by(Person.id)))
    for person in some(random, people, 0.4):
        person.left_at = clock.now()
    _copies_in_states(random, people)
    _answers(random, people)
    db.session.flush()
    return programme


def _copies_in_states(random: Random, people: list[Person]) -> None:
    """Let copies be anything, also nearly all of a mailing unread, and let messages that did not go out go to very few."""
    for message in db.session.scalars(
        select(Occurrence).where(Occurrence.mailing_id.is_(None)).order_by(Occurrence.id)
    ).all():
        message.mailing, message.queued_at = make_mailing(random, people[:5]), clock.now() - timedelta(days=60)
    db.session.flush()
    for mailing in db.session.scalars(select(Mailing).order_by(Mailing.id)).all():
        share, states = random.choice(((0.3, list(DeliveryState)), (0.8, [DeliveryState.SUPPRESSED])))
        copies = db.session.scalars(select(Delivery).where(Delivery.mailing_id == mailing.id).order_by(Delivery.id))
        for row in some(random, copies.all(), share):
            row.state, row.attempted_at = random.choice(states), random.choice((None, clock.now()))


def _answers(random: Random, people: list[Person]) -> None:
    places = [None, *db.session.scalars(select(Department.id).order_by(Department.id))][:3]
    for message in db.session.scalars(select(Occurrence).order_by(Occurrence.id)).all():
        if random.random() < 0.5:
            message.question, message.answers, message.right_answer = "Who?", "You\nIt", 1
        if not asks_question(message):
            continue
        for person in some(random, people, random.choice((0.3, 0.9))):
            said = {"answer": 1, "is_right": random.random() < 0.5, "is_counted": random.random() < 0.8}
            place = random.choice(places)
            db.session.add(
                MessageAnswer(
                    occurrence_id=message.id, person_id=person.id, department_id=place, at=clock.now(), **said
                )
            )


def asks_question(message: Occurrence) -> bool:
    return bool(message.mailing and message.mailing.asks_confirmation and message.question)


def maturity_by_hand(programme: Programme) -> Counted:
    """Return every figure of the report on maturity."""
    found: Counted = {}
    kept = [row for row in rows_of(Workflow) if row.programme_id == programme.id and row.retired_at is None]
    days = {workflow.id: _days(workflow) for workflow in kept}
    there = [key for key, number in days.items() if number is not None]
    of = ("programme", str(programme.id))
    found["production", *of] = share_by_hand(len(there), len(kept))
    found["of_target", *of] = share_by_hand(len(there), programme.target_processes or 0)
    found["to_production", *of] = Number(float(median(days[key] for key in there)) if there else None)
    for name, (kind, together) in READ.items():
        last = {workflow.id: _last_reading(workflow, kind) for workflow in kept}
        read = [last[key] for key in there if last[key] is not None]
        found[name, *of] = Number(round(float(together(read)) / 1000, 1) if read else None)
        found |= {
            (name, "workflow", str(key)): Number(value / 1000 if value is not None else None)
            for key, value in last.items()
        }
    return found | {("to_production", "workflow", str(key)): Number(number) for key, number in days.items()}


def _days(workflow: Workflow) -> int | None:
    live = [
        row.go_live_on
        for row in rows_of(Wave)
        if row.status.is_in_use
        and (row.id, workflow.id) in {(each.wave_id, each.workflow_id) for each in rows_of(WaveWorkflow)}
    ]
    return max(0, (min(live) - workflow.made_at.date()).days) if live else None


def _last_reading(workflow: Workflow, kind: MetricKind) -> int | None:
    """Return what the first metric of a kind, by name, was read last."""
    metrics = sorted(
        (row.name, row.id) for row in rows_of(ValueMetric) if (row.workflow_id, row.kind) == (workflow.id, kind)
    )
    readings = [
        (row.measured_on, row.value) for row in rows_of(MetricReading) if metrics and row.metric_id == metrics[0][1]
    ]
    return max(readings)[1] if readings else None


def communication_by_hand(programme: Programme) -> Counted:
    """Return every figure of the report on communication."""
    out = [row for row in rows_of(Occurrence) if row.mailing_id and row.communication.programme_id == programme.id]
    found: Counted = {}
    topics = {"all": out} | {
        kind.value: [row for row in out if row.communication.kind is kind]
        for kind in {row.communication.kind for row in out}
    }
    is_any_asked = any(map(asks_question, out))
    for key, messages in topics.items():
        if messages:
            found |= _of_messages("topic", key, messages, is_any_asked)
    for message in out:
        found |= _of_messages("message", str(message.id), [message], is_any_asked)
    for wave in {row.communication.wave for row in out if row.communication.wave and asks_question(row)}:
        theirs = [row for row in out if row.communication.wave is wave]
        found["answered_right", "wave", str(wave.id)] = _answered(theirs)
    places = defaultdict(list)
    for message in filter(asks_question, out):
        for place, group in _groups(message).items():
            places[place] += group
    for place, group in places.items():
        found["answered_right", "department", str(place or "smaller")] = share_by_hand(sum(group), len(group))
    return found | _understood(programme)


def _of_messages(kind: str, key: str, messages: list[Occurrence], is_any_asked: bool) -> Counted:
    copies = [row for message in messages for row in _copies(message)]
    sent = sum(row.state is DeliveryState.SENT for row in copies)
    found = {("delivered_copies", kind, key): share_by_hand(sent, len(copies))}
    asked = [_confirmations(message) for message in messages if message.mailing.asks_confirmation]
    told = [(part, whole) for part, whole in asked if whole >= FLOOR]
    confirmed = [sum(each) for each in zip(*told, strict=True)] if told else [0, 0]
    found["confirmed", kind, key] = share_by_hand(*confirmed)
    if is_any_asked:
        found["answered_right", kind, key] = _answered(messages)
    return found


def _copies(message: Occurrence) -> list[Delivery]:
    return [row for row in rows_of(Delivery) if row.mailing_id == message.mailing_id]


def _confirmations(message: Occurrence) -> tuple[int, int]:
    """Return how many confirmed, and how many were asked: whoever could read it or has confirmed, and who left after a try."""
    acks = {row.person_id for row in rows_of(Acknowledgement) if row.mailing_id == message.mailing_id}
    asked = 0
    for row in _copies(message):
        stopped = row.state is DeliveryState.SUPPRESSED and row.attempted_at and row.person.left_at
        asked += bool(row.state in READABLE or row.person_id in acks or stopped)
    return len(acks), asked


def _groups(message: Occurrence) -> dict[int | None, list[bool]]:
    found = defaultdict(list)
    for row in rows_of(MessageAnswer):
        if row.occurrence_id == message.id and row.is_counted:
            found[row.department_id].append(row.is_right)
    return {place: group for place, group in found.items() if len(group) >= FLOOR}


def _answered(messages: Iterable[Occurrence]) -> Number:
    every = [
        right for message in filter(asks_question, messages) for group in _groups(message).values() for right in group
    ]
    return share_by_hand(sum(every), len(every))


def _understood(programme: Programme) -> Counted:
    right = {(row.person_id, row.statement_id) for row in rows_of(ScopeAnswer) if row.is_right}
    brought = [(row.wave_id, row.workflow_id) for row in rows_of(WaveWorkflow)]
    found: Counted = {}
    for workflow in (row for row in rows_of(Workflow) if row.programme_id == programme.id):
        newest: dict[StatementFor, ScopeStatement] = {}
        for row in sorted(rows_of(ScopeStatement), key=lambda each: each.number):
            if row.workflow_id == workflow.id:
                newest[row.role] = row
        asked = done = 0
        for member in rows_of(Membership):
            if member.ended_at or not member.wave.status.is_open or (member.wave_id, workflow.id) not in brought:
                continue
            roles = {row.role for row in rows_of(PersonRole) if row.person_id == member.person_id}
            for each in applying(newest, roles):
                if newest[each].question:
                    asked += 1
                    done += (member.person_id, newest[each].id) in right
        if asked:
            found["understood", "workflow", str(workflow.id)] = (
                share_by_hand(done, asked) if asked >= FLOOR else Number(None)
            )
    return found


def same(one: Counted, other: Counted) -> bool:
    """Whether both say the same, values to a millionth."""
    return {key: _rounded(number) for key, number in one.items()} == {
        key: _rounded(number) for key, number in other.items()
    }


def _rounded(number: Number) -> tuple[Fraction | None, int | None, int | None]:
    value = None if number.value is None else Fraction(round(number.value * 10**6), 10**6)
    return value, number.numerator, number.denominator
