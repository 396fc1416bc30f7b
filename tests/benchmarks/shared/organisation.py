"""A whole organisation, filled at once past the rooms' actions: people, waves, training, messages, concerns and days of use."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from factories import TESTER, make_account, make_programme, make_wave, make_workflow
from shared.grounds import fill_directory
from sqlalchemy import Date, Select, String, case, cast, func, insert, literal, null, select, text, true, update

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.adoption.actions.counting import count_wave, waves_to_count
from engagement.adoption.actions.writing import rebuild_spans
from engagement.adoption.models import Usage, UsageUpload
from engagement.adoption.rules.vocabulary import UsageWay
from engagement.audiences.models import Audience
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Department, Person, PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.programmes.models import Programme, Workflow
from engagement.readiness.tallies.actions import count_everything
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.models import Concern, ConcernResponse
from engagement.resistance.periods.actions import count_spans_of
from engagement.resistance.rules import ConcernStatus, Source
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.library import settle_library
from engagement.training.models import Completion, Curriculum, CurriculumItem, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin, WaveStatus

WAVES, LIVE, MODULES, DEPARTMENTS = 20, 16, 40, 40
COUNTRY, FLOOR = "GB-ENG", 5


@contextmanager
def saying(what: str) -> Iterator[None]:
    """Print how long something took."""
    begun = time.perf_counter()
    yield
    db.session.commit()
    print(f"   {what}: {time.perf_counter() - begun:.1f} s", flush=True)


def take_statistics() -> None:
    """Let PostgreSQL know what was filled in, as it does by itself in a running service."""
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def fill_organisation(people: int, each: int, concerns: int, days: int) -> None:
    """Fill an empty database: waves of a twentieth of the people, 16 of them live, and of each person `each` completions and messages.

    Everybody in a live wave used its workflow on `days` days.
    """
    with saying(f"{people:,} people"):
        fill_directory(people, DEPARTMENTS + 4)
        # Nobody is in one of the four above, so that each wave is made of two departments.
        db.session.execute(update(Person).values(department_id=5 + Person.id % DEPARTMENTS))
    make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    programme = make_programme()
    with saying("waves and members"):
        waves = _waves(programme)
    with saying("assignments"):
        _learn(programme)
    with saying("completions"):
        _finish(each)
    with saying("messages and their confirmations"):
        _send(programme, waves, each)
    with saying(f"{concerns:,} concerns"):
        _worry(concerns)
    with saying("days of use"):
        _use(programme, waves[:LIVE], days)
    take_statistics()
    with saying("kept numbers"):
        count_everything("UTC")
    with saying("kept numbers of use"):
        flows = _workflow_ids()
        rebuild_spans((flows[n % WAVES], n) for n in range(1, people + 1) if n % WAVES < LIVE)
        for wave_id in waves_to_count(clock.now().date()):
            count_wave(wave_id, floor=FLOOR)
    with saying("kept numbers of concerns"):
        on = clock.now().date()
        count_objections(on, FLOOR, COUNTRY)
        count_spans_of(programme.id, on, FLOOR, COUNTRY)
    take_statistics()


def _workflow_ids() -> list[int]:
    return list(db.session.scalars(select(Workflow.id).order_by(Workflow.id)))


def _copy(table: Any, rows: Select[Any]) -> None:
    """Insert what a SELECT gives, under the names of its columns."""
    db.session.execute(insert(table).from_select([column.key for column in rows.selected_columns], rows))


def _waves(programme: Programme) -> list[Wave]:
    now, today = clock.now(), clock.now().date()
    waves = []
    for n in range(WAVES):
        is_live = n < LIVE
        wave = make_wave(
            programme,
            departments=tuple(db.session.get_one(Department, 5 + n + more) for more in (0, WAVES)),
            number=n + 1,
            name=f"Wave of {n + 1}",
            workflows=(make_workflow(programme, f"Workflow {n}"),),
            go_live_on=today + timedelta(days=-300 if is_live else 30),
            status=WaveStatus.LIVE if is_live else WaveStatus.PLANNED,
        )
        waves.append(wave)
        origin = literal(MembershipOrigin.DEPARTMENT, Membership.origin.type).label("origin")
        joined = literal(now, Membership.joined_at.type).label("joined_at")
        members = select(literal(wave.id).label("wave_id"), Person.id.label("person_id"), origin, joined)
        _copy(Membership, members.where(Person.id % WAVES == n))
    return waves


def _learn(programme: Programme) -> None:
    """Give everybody the four roles, of ten required modules each, and assign them."""
    now = clock.now()
    for role in TrainingRole:
        missing = Person.id.not_in(select(PersonRole.person_id).where(PersonRole.role == role))
        given = select(
            Person.id.label("person_id"),
            literal(role, PersonRole.role.type).label("role"),
            literal(RoleOrigin.FILE, PersonRole.origin.type).label("origin"),
            literal(now, PersonRole.given_at.type).label("given_at"),
        )
        _copy(PersonRole, given.where(missing))
    settle_library(by=TESTER)
    for curriculum in db.session.scalars(select(Curriculum)).all():
        known = db.session.scalar(
            select(func.count()).select_from(CurriculumItem).where(CurriculumItem.curriculum_id == curriculum.id)
        )
        for number in range(known or 0, MODULES // 4):
            name = f"{curriculum.role.value} {number}"
            module = Module(slug=name.replace(" ", "-"), title=name, body="Text.", minutes=10, changed_at=now)
            db.session.add(module)
            item = {"curriculum": curriculum, "module": module, "position": number + 1, "kind": ItemKind.REQUIRED}
            db.session.add(CurriculumItem(**item))
    db.session.flush()
    settle_assignments(now)


def _finish(each: int) -> None:
    """Let everybody finish whole roles, so that it is `each` modules a person in the middle."""
    at = clock.now() - timedelta(days=1)
    one_in = MODULES // each
    rows = (
        select(
            Person.id.label("person_id"),
            CurriculumItem.module_id.label("module_id"),
            literal(1).label("module_version"),
            literal(CompletionSource.IMPORT, Completion.source.type).label("source"),
            literal(at, Completion.completed_at.type).label("completed_at"),
            literal(at.date(), Completion.completed_on.type).label("completed_on"),
            literal("The tests").label("recorded_by"),
        )
        .join(CurriculumItem, (Person.id // WAVES + CurriculumItem.curriculum_id) % one_in == 0)
        .distinct()
    )
    _copy(Completion, rows)


def _send(programme: Programme, waves: list[Wave], each: int) -> None:
    """Send everybody `each` messages: a briefing of their wave, and updates that half of them confirm; one is yet to come in each wave."""
    now, today = clock.now(), clock.now().date()
    account = db.session.scalars(select(Account)).first()
    audience = Audience(name="Everybody", rule={"field": "everybody"}, made_at=now)
    said = {"programme": programme, "audience": audience, "owner": account, "timezone": "Europe/London"}
    said |= {"starts_on": today, "cadence_since": now, "made_at": now, "asks_confirmation": True}
    for wave in waves:
        kind = CommunicationKind.DEPARTMENT_BRIEFING
        briefing = Communication(kind=kind, name=f"Briefing of {wave.name}", wave=wave, **said)
        _sent(briefing, 30, Person.id % WAVES == wave.number - 1)
        at = now + timedelta(days=2)
        db.session.add(Occurrence(communication=briefing, planned_for=at, sends_at=at, write_by=today))
    update = Communication(kind=CommunicationKind.PROGRAMME_UPDATE, name="Update", **said)
    for number in range(1, each):
        _sent(update, number * 7, true())
    for statement_id, workflow_id in db.session.execute(text("SELECT id, workflow_id FROM scope_statement")).all():
        answers = select(
            literal(statement_id).label("statement_id"),
            Person.id.label("person_id"),
            true().label("is_right"),
            literal(now, ScopeAnswer.at.type).label("at"),
        )
        _copy(ScopeAnswer, answers.where(Person.id % WAVES == workflow_id - 1, Person.id // WAVES % 2 == 0))


def _sent(about: Communication, days_ago: int, to: Any) -> None:
    at = clock.now() - timedelta(days=days_ago)
    text_of = {"subject": "Sent", "text": "News", "html": "News"}
    mailing = Mailing(kind=MailingKind.COMMUNICATION, built_at=at, asks_confirmation=True, **text_of)
    when = {"planned_for": at, "sends_at": at, "write_by": at.date(), "queued_at": at, "finished_at": at}
    # As sending notes it.
    reached = db.session.scalar(select(func.count(Person.id)).where(to))
    told = {"status": OccurrenceStatus.SENT, "subject": "Sent", "asks_confirmation": True, "reached": reached}
    db.session.add_all([about, mailing, Occurrence(communication=about, mailing=mailing, **told, **when)])
    db.session.flush()
    sent = select(
        literal(mailing.id).label("mailing_id"),
        Person.id.label("person_id"),
        Person.email.label("address"),
        literal(DeliveryState.SENT, Delivery.state.type).label("state"),
        literal(at, Delivery.due_at.type).label("due_at"),
        literal(at, Delivery.queued_at.type).label("queued_at"),
    )
    _copy(Delivery, sent.where(to))
    acknowledged = literal(at, Acknowledgement.acknowledged_at.type).label("acknowledged_at")
    read = select(literal(mailing.id).label("mailing_id"), Person.id.label("person_id"), acknowledged)
    _copy(Acknowledgement, read.where(to, Person.id // WAVES % 2 == 0))


def _worry(number: int) -> None:
    """Let people say something over 300 days, half of it with their name, of which nine tenths are answered; two responses were tried."""
    today = clock.now().date()
    sources, waves = list(Source), list(db.session.scalars(select(Wave.id).order_by(Wave.id)))
    rows = []
    for n in range(1, number + 1):
        on, is_open, is_named = today - timedelta(days=1 + n % 300), n % 10 == 0, n % 2 == 0
        rows.append(
            {
                "id": n * 1_000_003,
                "is_anonymous": not is_named,
                "person_id": n * 5 if is_named else None,
                "source": sources[n // 3 % len(sources)],
                "text": "I fear for my work.",
                "wave_id": waves[n * 5 % WAVES if is_named else n % WAVES],
                "department_id": 5 + n % DEPARTMENTS,
                "status": ConcernStatus.RECEIVED if is_open else ConcernStatus.ANSWERED,
                "received_on": on,
                "received_at": clock.now() - timedelta(days=1 + n % 300) if is_named else None,
                "waiting_since_on": on if is_open else None,
                "answered_on": None if is_open else min(on + timedelta(days=n % 9), today),
                "first_answered_on": None if is_open else min(on + timedelta(days=n % 9), today),
                "receipt_hash": None if is_named else f"hash {n}",
            }
        )
    db.session.execute(insert(Concern), rows)
    tried = select(
        Concern.id.label("concern_id"),
        Concern.source.label("source"),
        case((Concern.id % 2 == 0, "Talk about it"), else_="Show the plan").label("title"),
        cast(Concern.received_on, Date).label("tried_on"),
        null().label("by_id"),
    )
    _copy(ConcernResponse, tried.where(Concern.id % 3 == 0, cast(Concern.status, String) != "received"))


def _use(programme: Programme, waves: list[Wave], days: int) -> None:
    """Let everybody in these waves use their workflow on days that are spread over the time since go-live."""
    now, today = clock.now(), clock.now().date()
    told = {str(n): {"rows": 1, "first": "2026-01-01", "last": today.isoformat()} for n in _workflow_ids()}
    upload = UsageUpload(programme=programme, way=UsageWay.FILE, name="all.csv", told=told, received_at=now)
    db.session.add(upload)
    db.session.flush()
    flows = _workflow_ids()
    for day in range(days):
        for n, _ in enumerate(waves):
            rows = select(
                literal(upload.id).label("upload_id"),
                literal(flows[n]).label("workflow_id"),
                Person.id.label("person_id"),
                literal(today - timedelta(days=1 + day * 300 // days)).label("used_on"),
                literal(1).label("uses"),
                literal(False).label("is_superseded"),
            )
            _copy(Usage, rows.where(Person.id % WAVES == n))
