"""Measures the sponsor's sheet against a bare Flask page with sign-in and one query, in one run, by processor time and by the clock.

    python tests/benchmarks/sponsor_sheet.py --people 100000 --engine postgresql

Everybody is in one wave and learns in four roles, a fifth in another one; 18 more waves have their plan and a hundredth of the people each.
Five messages went out to everybody. The aim: at most five times the bare page, and at most 1.2 times as long for ten times the people.
"""

import argparse

from wave_page import asking, standing, statements_of, taken  # isort: skip - puts the service on the path

from factories import make_wave
from sqlalchemy import insert, literal, select

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.training.tallies.actions import settle_tallies
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import MembershipOrigin


def eighteen_more(wave: Wave) -> None:
    """Plan 18 more waves of the programme, each with a hundredth of the people."""
    for number in range(5, 23):
        row = make_wave(wave.programme, number=number, name=f"Wave of {number}")
        members = select(
            literal(row.id),
            Person.id,
            literal(MembershipOrigin.DEPARTMENT, Membership.origin.type),
            literal(clock.now(), Membership.joined_at.type),
        ).where(Person.id % 100 == number)
        db.session.execute(insert(Membership).from_select(["wave_id", "person_id", "origin", "joined_at"], members))
    settle_tallies()
    db.session.commit()


def measure(people: int, engine: str, explain: bool) -> tuple[float, float]:
    """Print what both pages take and the number of statements; return ours by processor and by the clock."""
    with standing(people, engine, eighteen_more) as stands:
        programme_id = db.session.get_one(Wave, stands.wave_id).programme_id
        ours, theirs = asking(stands.client, f"/reports/programmes/{programme_id}"), asking(stands.bare, "/people")
        mine, yardstick = taken(ours), taken(theirs)
        print(
            f"{engine}: sheet of {people:,}: {mine[0]:.1f} ms of processor, {mine[1]:.1f} ms by the clock; bare page "
            f"{yardstick[0]:.1f}, {yardstick[1]:.1f}: {mine[0] / yardstick[0]:.1f} × and {mine[1] / yardstick[1]:.1f} × (≤ 5); "
            f"{len(statements_of(ours, explain))} statements"
        )
        return mine


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--explain", action="store_true", help="print the slowest statements")
    given = parser.parse_args()
    small = measure(given.people // 10, given.engine, given.explain)
    large = measure(given.people, given.engine, given.explain)
    print(
        f"{given.engine}: ten times the people cost {large[0] / small[0]:.2f} × and {large[1] / small[1]:.2f} × (≤ 1.2)"
    )
