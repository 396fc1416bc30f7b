"""Measures the page of a wave against a bare Flask page with sign-in and one query, in one run, by processor time and by the clock.

    python tests/benchmarks/wave_page.py --people 20000 --engine postgresql

Everybody in the directory is in the wave and learns in four roles (80,000 assignments) and a fifth of them in another wave too; half of
what is asked is finished. 300 messages are planned; five went out to everybody and ask for a confirmation, and there are concerns and
stakeholders. Both pages are asked in turn by test clients in one process, each request signed in and with a session of its own; processor
time is printed with that of PostgreSQL and without. The aim: at most five times the bare page, and at most 1.2 times as long for ten times
the people.
"""

import argparse
import gc
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

import structlog  # noqa: E402
from factories import TESTER, make_account, make_programme, make_wave, make_workflow, signed_in  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from people_list import bare_page  # noqa: E402
from shared.grounds import Clock, application, database, fill_directory  # noqa: E402
from sqlalchemy import event, func, insert, literal, select, text  # noqa: E402

from engagement import clock  # noqa: E402
from engagement.accounts.models import Account  # noqa: E402
from engagement.accounts.rules import Role  # noqa: E402
from engagement.audiences.models import Audience  # noqa: E402
from engagement.communications.models import Communication, Occurrence  # noqa: E402
from engagement.communications.rules import CommunicationKind, OccurrenceStatus  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.mail.models import Acknowledgement, Delivery, Mailing  # noqa: E402
from engagement.mail.rules import DeliveryState, MailingKind  # noqa: E402
from engagement.people.models import Department, Person, PersonRole  # noqa: E402
from engagement.people.rules import RoleOrigin, TrainingRole  # noqa: E402
from engagement.readiness.tallies.actions import count_everything  # noqa: E402
from engagement.stakeholders.actions.mapping import add_stakeholder  # noqa: E402
from engagement.stakeholders.rules import StakeholderGroup  # noqa: E402
from engagement.training.actions.assigning import settle_assignments  # noqa: E402
from engagement.training.actions.library import settle_library  # noqa: E402
from engagement.training.models import Completion, Curriculum, CurriculumItem  # noqa: E402
from engagement.training.rules import CompletionSource  # noqa: E402
from engagement.waves.models import Membership, Wave  # noqa: E402
from engagement.waves.rules import MembershipOrigin  # noqa: E402

ASKED, WARM = 21, 25


def fill_wave(people: int, account: Account) -> Wave:
    """Put everybody into a wave with four roles each, and make what its page shows."""
    now = clock.now()
    programme = make_programme()
    every = tuple(db.session.scalars(select(Department).where(Department.parent_id.is_(None))))
    wave = make_wave(programme, departments=every, workflows=(make_workflow(programme),))
    other = make_wave(programme, number=4, name="Payments")
    for row, chosen in ((wave, Person.id > 0), (other, Person.id % 5 == 0)):
        members = select(
            literal(row.id),
            Person.id,
            literal(MembershipOrigin.DEPARTMENT, Membership.origin.type),
            literal(now, Membership.joined_at.type),
        ).where(chosen)
        db.session.execute(insert(Membership).from_select(["wave_id", "person_id", "origin", "joined_at"], members))
    for role in TrainingRole:
        missing = Person.id.not_in(select(PersonRole.person_id).where(PersonRole.role == role))
        given = select(
            Person.id,
            literal(role, PersonRole.role.type),
            literal(RoleOrigin.FILE, PersonRole.origin.type),
            literal(now, PersonRole.given_at.type),
        ).where(missing)
        db.session.execute(insert(PersonRole).from_select(["person_id", "role", "origin", "given_at"], given))
    settle_library(by=TESTER)
    _take_statistics()
    settle_assignments(now)
    _finish_half(now)
    _plan_and_send(wave, account, now)
    for number in range(12):
        add_stakeholder(f"Group {number}", StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    _take_statistics()
    count_everything("UTC")
    db.session.commit()
    return wave


def _take_statistics() -> None:
    """Let PostgreSQL know what was filled in, as it does by itself in a running service; without it, counting takes minutes."""
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _finish_half(now: object) -> None:
    done = (
        select(
            Person.id,
            CurriculumItem.module_id,
            literal(1),
            literal(CompletionSource.IMPORT, Completion.source.type),
            literal(now, Completion.completed_at.type),
            literal(clock.now().date(), Completion.completed_on.type),
            literal("The tests"),
        )
        .join(CurriculumItem, (Person.id + CurriculumItem.curriculum_id) % 2 == 0)
        .join(Curriculum, Curriculum.id == CurriculumItem.curriculum_id)
        .distinct()
    )
    columns = ["person_id", "module_id", "module_version", "source", "completed_at", "completed_on", "recorded_by"]
    db.session.execute(insert(Completion).from_select(columns, done))


def _plan_and_send(wave: Wave, account: Account, now: object) -> None:
    today, people = clock.now().date(), db.session.scalar(select(func.count(Person.id)))
    audience = Audience(name="Everybody", rule={"field": "everybody"}, made_at=now)
    about = Communication(
        programme=wave.programme,
        wave=wave,
        kind=CommunicationKind.PROGRAMME_UPDATE,
        name="Update",
        audience=audience,
        owner=account,
        timezone="Europe/London",
        starts_on=today,
        cadence_since=now,
        made_at=now,
        asks_confirmation=True,
    )
    db.session.add(about)
    for number in range(300):
        at = clock.now() + timedelta(hours=number + 1)
        db.session.add(
            Occurrence(
                communication=about, planned_for=at, sends_at=at, write_by=today, subject=f"Week {number}", body="News"
            )
        )
    for number in range(5):
        at = clock.now() - timedelta(days=number + 1)
        mailing = Mailing(
            kind=MailingKind.COMMUNICATION, subject=f"Sent {number}", text="News", html="News", built_at=at
        )
        db.session.add(mailing)
        db.session.add(
            Occurrence(
                communication=about,
                planned_for=at,
                sends_at=at,
                write_by=today,
                subject=f"Sent {number}",
                body="News",
                status=OccurrenceStatus.SENT,
                mailing=mailing,
                queued_at=at,
                finished_at=at,
                asks_confirmation=True,
                reached=people,
            )
        )
        db.session.flush()
        sent = select(
            literal(mailing.id),
            Person.id,
            Person.email,
            literal(DeliveryState.SENT, Delivery.state.type),
            literal(at, Delivery.due_at.type),
            literal(at, Delivery.due_at.type),
        )
        db.session.execute(
            insert(Delivery).from_select(["mailing_id", "person_id", "address", "state", "due_at", "queued_at"], sent)
        )
        read = select(literal(mailing.id), Person.id, literal(at, Acknowledgement.acknowledged_at.type)).where(
            Person.id % 2 == 0
        )
        db.session.execute(insert(Acknowledgement).from_select(["mailing_id", "person_id", "acknowledged_at"], read))


def taken(ask: Callable[[], object]) -> tuple[float, float]:
    """Return the median milliseconds of some requests, by this process's processor time and by the clock."""
    (times,) = taken_in_turn(time.process_time, ask)
    return times[0], times[1]


def taken_in_turn(processor: Callable[[], float], *asks: Callable[[], object]) -> list[tuple[float, float, float]]:
    """Return the median milliseconds of requests asked in turn: by the processor, by the clock, and by this process's share of the processor."""
    # A connection has its statements planned anew ten times before the database keeps the plans.
    for ask in asks * WARM:
        ask()
    gc.collect()
    spent: list[list[tuple[float, ...]]] = [[] for _ in asks]
    for _ in range(ASKED):
        for ask, times in zip(asks, spent, strict=True):
            begun = processor(), time.perf_counter(), time.process_time()
            ask()
            ended = processor(), time.perf_counter(), time.process_time()
            times.append(tuple(end - begin for begin, end in zip(begun, ended, strict=True)))
    medians = [[sorted(each)[ASKED // 2] * 1000 for each in zip(*times, strict=True)] for times in spent]
    return [(whole, wall, own) for whole, wall, own in medians]


def asking(client: FlaskClient, path: str) -> Callable[[], object]:
    """Return what asks for a page and looks at its status, outside the context in which the benchmark keeps its own session."""

    def ask() -> None:
        assert client.get(path).status_code == 200

    return lambda: Context().run(ask)


class Standing(NamedTuple):
    """What is measured: a wave, and clients that are signed in to the product and to the bare page."""

    wave_id: int
    go_live_on: date
    client: FlaskClient
    bare: FlaskClient


@contextmanager
def standing(people: int, engine: str, more: Callable[[Wave], None] = lambda _: None) -> Iterator[Standing]:
    """Make a wave of everybody, and `more` of it, and sign in to both pages; measured quietly, and with the database's statistics."""
    with database(engine) as url, application(url) as app:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        app.config["WTF_CSRF_ENABLED"] = False
        fill_directory(people)
        account = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
        wave = fill_wave(people, account)
        more(wave)
        wave_id, go_live_on = wave.id, wave.go_live_on
        if engine == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        client = signed_in(app, account)
        bare = bare_page(app).test_client()
        Context().run(bare.post, "/login")
        db.session.remove()
        yield Standing(wave_id, go_live_on, client, bare)


def measure(people: int, engine: str, explain: bool) -> tuple[float, float]:
    """Print what both pages take and the number of statements; return ours by processor and by the clock."""
    with standing(people, engine) as stands:
        client, bare, path = stands.client, stands.bare, f"/waves/{stands.wave_id}"
        ours, theirs = asking(client, path), asking(bare, "/people")
        ours(), theirs()
        mine, yardstick = taken_in_turn(Clock(engine), ours, theirs)
        both, wall, own = (one / other for one, other in zip(mine, yardstick, strict=True))
        print(
            f"{engine}: wave of {people:,}: {mine[0]:.1f} ms of processor, {mine[1]:.1f} ms by the clock; bare page {yardstick[0]:.1f}, "
            f"{yardstick[1]:.1f}: {both:.1f} × and {wall:.1f} × (≤ 5), without the database's processes {mine[2]:.1f} ms and {own:.1f} ×; "
            f"{len(statements_of(ours, explain))} statements"
        )
        return mine[0], mine[1]


def statements_of(ask: Callable[[], object], explain: bool) -> list[str]:
    """Return the statements of a request; with `explain`, print the slowest."""
    seen: list[tuple[float, str]] = []
    begun = [0.0]

    def before(*_: object) -> None:
        begun[0] = time.perf_counter()

    def after(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append((time.perf_counter() - begun[0], statement))

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "after_cursor_execute", after)
    ask()
    event.remove(db.engine, "before_cursor_execute", before)
    event.remove(db.engine, "after_cursor_execute", after)
    if explain:
        print(f"   {sum(each for each, _ in seen) * 1000:.1f} ms in the database")
        for each, statement in sorted(seen, reverse=True)[:8]:
            print(f"   {each * 1000:6.2f} ms  {' '.join(statement.split())[:200]}")
    return [statement for _, statement in seen if not statement.startswith(("BEGIN", "PRAGMA"))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--explain", action="store_true", help="print the slowest statements")
    given = parser.parse_args()
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        small, large = measure(given.people // 10, engine, given.explain), measure(given.people, engine, given.explain)
        print(
            f"{engine}: ten times the people cost {large[0] / small[0]:.2f} × and {large[1] / small[1]:.2f} × (≤ 1.2)"
        )
