"""Measures numbers of use: posting them, counting waves, and the pages of adoption against a bare page, in one run.

    python tests/benchmarks/usage.py --people 100000 --days 50 --engine postgresql

Everybody is in one of 20 live waves of one workflow each, and used it on `--days` days of the last year (100,000 people and 50 days are
5,000,000 rows). The aims: pages at most five times the bare page, 10,000 rows posted a second. Pages are measured by processor time and by the clock.
"""

import argparse
import logging
import sys
import time
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE), str(HERE.parent)]

import structlog  # noqa: E402
from factories import TESTER, make_account, make_programme, make_wave, make_workflow, signed_in  # noqa: E402
from people_list import bare_page  # noqa: E402
from shared.grounds import application, database, fill_directory  # noqa: E402
from sqlalchemy import func, insert, literal, select, text  # noqa: E402
from wave_page import asking, taken  # noqa: E402

from engagement import clock  # noqa: E402
from engagement.accounts.rules import Role  # noqa: E402
from engagement.adoption.actions.counting import count_wave, waves_to_count  # noqa: E402
from engagement.adoption.actions.doors import make_door  # noqa: E402
from engagement.adoption.actions.writing import rebuild_spans  # noqa: E402
from engagement.adoption.models import Usage, UsageUpload  # noqa: E402
from engagement.adoption.rules.vocabulary import UsageWay  # noqa: E402
from engagement.db import db  # noqa: E402
from engagement.people.models import Person  # noqa: E402
from engagement.readiness.tallies.actions import count_everything  # noqa: E402
from engagement.waves.models import Membership  # noqa: E402
from engagement.waves.rules import MembershipOrigin, WaveStatus  # noqa: E402

WAVES, POSTED = 20, 10_000


def fill(people: int, days: int) -> tuple[int, str]:
    """Make waves with everybody in them and their days of use, past the rooms' actions; return a wave and a secret."""
    now, today = clock.now(), clock.now().date()
    programme = make_programme()
    workflows = [make_workflow(programme, f"Workflow {n}") for n in range(WAVES)]
    waves = [
        make_wave(
            programme,
            number=n,
            name=f"Wave {n}",
            workflows=(workflow,),
            go_live_on=today - timedelta(days=300),
            status=WaveStatus.LIVE,
        )
        for n, workflow in enumerate(workflows, 1)
    ]
    for n, wave in enumerate(waves):
        members = select(
            literal(wave.id),
            Person.id,
            literal(MembershipOrigin.DEPARTMENT, Membership.origin.type),
            literal(now, Membership.joined_at.type),
        ).where(Person.id % WAVES == n)
        db.session.execute(insert(Membership).from_select(["wave_id", "person_id", "origin", "joined_at"], members))
    told = {str(w.id): {"rows": 1, "first": "2026-01-01", "last": today.isoformat()} for w in workflows}
    upload = UsageUpload(programme=programme, way=UsageWay.FILE, name="all.csv", told=told, received_at=now)
    db.session.add(upload)
    db.session.flush()
    for day in range(days):
        on = today - timedelta(days=day * 300 // days)
        for n, workflow in enumerate(workflows):
            rows = select(
                literal(upload.id), literal(workflow.id), Person.id, literal(on), literal(1), literal(False)
            ).where(Person.id % WAVES == n)
            names = ["upload_id", "workflow_id", "person_id", "used_on", "uses", "is_superseded"]
            db.session.execute(insert(Usage).from_select(names, rows))
    count_everything("UTC")
    db.session.commit()
    begun = time.perf_counter()
    by_workflow = [w.id for w in workflows]
    rebuild_spans((by_workflow[n % WAVES], n) for n in range(1, people + 1))
    db.session.commit()
    print(f"   spans of {people:,} people in {time.perf_counter() - begun:.1f} s")
    _, secret = make_door(programme, "A system", by=TESTER)
    return waves[0].id, secret


def measure(people: int, days: int, engine: str) -> None:
    """Print what posting, counting and the pages take."""
    with database(engine) as url, application(url) as app:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        app.config["WTF_CSRF_ENABLED"] = False
        fill_directory(people)
        account = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
        wave_id, secret = fill(people, days)
        db.session.commit()
        if engine == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        print(f"{engine}: {db.session.scalar(select(func.count()).select_from(Usage)):,} rows of use")
        begun = time.perf_counter()
        ids = waves_to_count(clock.now().date())
        for each in ids:
            count_wave(each, floor=5)
        db.session.commit()
        print(f"   {len(ids)} waves counted in {time.perf_counter() - begun:.1f} s")
        yesterday = clock.now().date() - timedelta(days=1)
        lines = [f"person{n}@example.com,{yesterday},Workflow {n % WAVES},{1 + n % 7}" for n in range(1, POSTED + 1)]
        body = "email,day,workflow,uses\n" + "\n".join(lines[: min(POSTED, people)])
        machine, headers = app.test_client(), {"Authorization": f"Bearer {secret}"}
        for what in ("new", "the same again"):
            begun, spent = time.perf_counter(), time.process_time()
            answer = machine.post("/adoption/usage", data=body, content_type="text/csv", headers=headers)
            took = time.perf_counter() - begun
            print(
                f"   {answer.json['taken']:,} rows posted, {what}: {took:.2f} s by the clock, {time.process_time() - spent:.2f} s of processor: "
                f"{answer.json['taken'] / took:,.0f} a second (≥ 10,000)"
            )
        client, bare = signed_in(app, account), bare_page(app).test_client()
        bare.post("/login")
        programme_id = 1
        yardstick = taken(asking(bare, "/people"))
        for path in (f"/programmes/{programme_id}/adoption", f"/waves/{wave_id}/adoption"):
            ours = taken(asking(client, path))
            print(
                f"   {path}: {ours[0]:.1f} ms of processor, {ours[1]:.1f} by the clock; bare page {yardstick[0]:.1f}, {yardstick[1]:.1f}: "
                f"{ours[0] / yardstick[0]:.1f} × and {ours[1] / yardstick[1]:.1f} × (≤ 5)"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=50)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    given = parser.parse_args()
    for engine in ("sqlite", "postgresql") if given.engine == "both" else (given.engine,):
        measure(given.people, given.days, engine)
