"""Measures Today and every page of stakeholders at 5,000 against a bare Flask page, in one run.

    python tests/benchmarks/stakeholder_pages.py --stakeholders 5000 --engine postgresql

Page and bare page are asked in turn, in this process; what counts is the median of the processor time, that of PostgreSQL's own
processes included (it is read from Linux), so that a busy machine changes little. The bare page has sign-in and one SELECT that
reads what a list shows of fifty stakeholders, and writes it into a plain table. The aim is at most five times its time.

Of the stakeholders a fifth are people of the directory with managers, forty are departments, the others groups outside; a tenth
were said to influence somebody. Nobody looks after them or was in touch, so that all of them need the reader. First setup is over,
as wherever 5,000 are on a map.
"""

import argparse
import sys
from collections.abc import Callable
from contextvars import Context
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

from factories import TESTER, make_account, make_programme, make_wave, signed_in  # noqa: E402
from flask import Flask, render_template_string  # noqa: E402
from flask.testing import FlaskClient  # noqa: E402
from flask_login import login_required  # noqa: E402
from people_list import bare_page  # noqa: E402
from shared.grounds import Clock, application, database, fill_directory  # noqa: E402
from shared.maps import fill_map  # noqa: E402
from sqlalchemy import event, insert, select, text, update  # noqa: E402
from sqlalchemy.orm import joinedload  # noqa: E402

from engagement import clock  # noqa: E402
from engagement.accounts.models import Account  # noqa: E402
from engagement.accounts.rules import Role  # noqa: E402
from engagement.attention.setup.actions import skip_setup  # noqa: E402
from engagement.attention.setup.rules import SetupStep  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.people.models import Department, Person  # noqa: E402
from engagement.readiness.tallies.actions import count_everything  # noqa: E402
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile  # noqa: E402
from engagement.stakeholders.relations.models import StakeholderRelation  # noqa: E402
from engagement.stakeholders.relations.rules import RelationKind  # noqa: E402

ROUNDS, MOST = 9, 5
#: PostgreSQL plans a statement anew for its first ten times.
WARM = 12
DEPARTMENTS = 40
PAGE = (
    "<!doctype html><title>Stakeholders</title><table>{% for row, said, place in rows %}<tr><td>{{ row.title }}</td>"
    "<td>{{ said.group.word }}</td><td>{{ said.role }}</td><td>{{ place.programme.name }}</td></tr>{% endfor %}</table>"
)
PAGES = (
    "/",
    "/stakeholders",
    "/stakeholders?q=district+48",
    "/stakeholders/map",
    "/stakeholders/map?order=-urgency",
    "/stakeholders/map?near=55",
    "/stakeholders/map?since={ago}",
    "/stakeholders/gaps",
    "/stakeholders/gaps/wanted",
    "/stakeholders/network",
    "/stakeholders/network?around={person}",
    "/stakeholders/duplicates",
    "/stakeholders/chain",
    "/stakeholders/champions",
    "/stakeholders/leadership",
    "/stakeholders/promises",
    "/stakeholders/new",
    "/stakeholders/interactions/new",
    "/stakeholders/{outside}",
    "/stakeholders/{person}",
    "/stakeholders/{person}/edit",
    "/stakeholders/{person}/relations",
    "/stakeholders/{person}/interactions",
    "/stakeholders/{person}/promises/new",
    "/stakeholders/{outside}/standing",
    "/stakeholders/{person}/rhythm",
    "/stakeholders/{outside}/merging/{other}",
)


def relate(ids: list[int], account: Account, people: int) -> None:
    """Give people and departments managers, and let every tenth stakeholder influence the next but one."""
    db.session.execute(update(Person).where(Person.id > 1, Person.id <= people).values(manager_id=1 + Person.id // 10))
    said = {"kind": RelationKind.INFLUENCES, "said_at": clock.now(), "said_by_id": account.id}
    rows = [{"from_id": ids[n], "to_id": ids[n + 2], **said} for n in range(0, len(ids) - 2, 10)]
    db.session.execute(insert(StakeholderRelation), rows)
    db.session.execute(update(Department).values(manager_id=Department.id))


def bare_list(app: Flask) -> FlaskClient:
    """Return a reader of the bare page at /list."""
    bare = bare_page(app)

    @bare.get("/list")
    @login_required
    def listed() -> str:
        read = (
            select(Stakeholder, StakeholderProfile, StakeholderPlace)
            .join(StakeholderProfile, StakeholderProfile.stakeholder_id == Stakeholder.id)
            .join(StakeholderPlace, StakeholderPlace.stakeholder_id == Stakeholder.id)
            .where(StakeholderProfile.superseded_at.is_(None))
            .options(
                joinedload(Stakeholder.person),
                joinedload(Stakeholder.department),
                joinedload(StakeholderPlace.programme),
            )
            .order_by(Stakeholder.id)
            .limit(50)
        )
        return render_template_string(PAGE, rows=db.session.execute(read).all())

    client = bare.test_client()
    Context().run(client.post, "/login")
    return client


def asked(client: FlaskClient, path: str) -> Callable[[], None]:
    """Return what asks for a page and reads it, outside the context in which the benchmark keeps its own session."""

    def ask() -> None:
        answer = client.get(path)
        answer.get_data()
        assert answer.status_code == 200, (path, answer.status_code)

    return lambda: Context().run(ask)


def times_of(clock: Clock, *works: Callable[[], None]) -> list[float]:
    """Return the median times of several works done in turn, after some that don't count; of slow ones there are fewer rounds."""
    for work in works * WARM:
        work()
    taken: list[list[float]] = [[] for _ in works]
    begun = clock()
    while len(taken[0]) < ROUNDS and (len(taken[0]) < 3 or clock() - begun < 1):
        for work, times in zip(works, taken, strict=True):
            start = clock()
            work()
            times.append(clock() - start)
    return [sorted(times)[len(times) // 2] for times in taken]


def statements_of(app: Flask, work: Callable[[], None]) -> int:
    """Return how many statements a work executes."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def measure(number: int, engine: str, pages: tuple[str, ...]) -> None:
    """Print how many times as long as the bare page each page takes, and how many statements."""
    people = number // 5
    with database(engine) as url, application(url) as app:
        fill_directory(max(1_000, people), DEPARTMENTS)
        account = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
        programme = make_programme()
        make_wave(programme)
        ids = fill_map(programme, account, number, people=people, departments=DEPARTMENTS)
        relate(ids, account, people)
        skip_setup(SetupStep.BRIEFING, by=TESTER)
        # As the clock does within seconds; else each page would say how many wait to be counted.
        count_everything("UTC")
        db.session.commit()
        if engine == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        app.config["WTF_CSRF_ENABLED"] = False
        ours, bare = signed_in(app, account), asked(bare_list(app), "/list")
        db.session.rollback()
        names = {
            "person": ids[7],
            "outside": ids[-9],
            "other": ids[-10],
            "ago": clock.now().date() - timedelta(days=28),
        }
        works = {path: asked(ours, path.format(**names)) for path in pages}
        for work in (bare, *works.values()):
            work()
        now = Clock(engine)
        print(
            f"{engine}, {number:,} stakeholders; the bare page of fifty takes {1_000 * times_of(now, bare)[0]:.1f} ms"
        )
        for path, work in works.items():
            theirs, mine = times_of(now, bare, work)
            over = "" if mine <= MOST * theirs else "  > 5"
            print(
                f"{mine / theirs:6.1f} × {1_000 * mine:7.1f} ms {statements_of(app, work):4} statements {path}{over}",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stakeholders", type=int, default=5_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("pages", nargs="*", default=PAGES)
    given = parser.parse_args()
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        measure(given.stakeholders, engine, tuple(given.pages))
