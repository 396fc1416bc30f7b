"""Measures how fast an audience becomes recipient rows, against one bare INSERT … SELECT of as many rows.

    python tests/benchmarks/queue_audience.py --people 100000 --engine postgresql

People work in eight time zones, some with hours of their own; each delivery gets its instant in the person's working hours,
and everybody who reads Polish the Polish text. Finding out who works when is part of what is measured.

The bare statement writes the same columns into a copy of the same table with the same indexes, from all people, without
asking who is in the audience, who has left, or what their values are. Two audiences are measured: one by training roles, and one
by stakeholder group and champions, with 204 stakeholders on the map and a champion for every 25 people.
"""

import argparse
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE)]

from shared.grounds import application, database, fill_directory, median_of  # noqa: E402
from sqlalchemy import JSON, case, insert, literal, select, text, update  # noqa: E402

from engagement import clock  # noqa: E402
from engagement.audiences.queries import people_in  # noqa: E402
from engagement.audiences.rules import Rule  # noqa: E402
from engagement.audit import CLOCK  # noqa: E402
from engagement.communications.queries.readers import due_column, translation_column  # noqa: E402
from engagement.communications.texts.queries.merge_values import person_columns  # noqa: E402
from engagement.db import db, rows_changed  # noqa: E402
from engagement.mail.actions.building import add_translation, build_mailing  # noqa: E402
from engagement.mail.actions.queueing import queue_for_people  # noqa: E402
from engagement.mail.models import Delivery  # noqa: E402
from engagement.mail.rules import DeliveryState, Letter, MailingKind  # noqa: E402
from engagement.people.models import Department, Person  # noqa: E402
from engagement.people.organisation.rules import UNSET  # noqa: E402
from engagement.programmes.actions import make_programme  # noqa: E402
from engagement.stakeholders.actions.mapping import add_stakeholder  # noqa: E402
from engagement.stakeholders.models import Champion  # noqa: E402
from engagement.stakeholders.rules import StakeholderGroup  # noqa: E402
from engagement.waves.actions import plan_wave  # noqa: E402
from engagement.waves.models import WaveDetails  # noqa: E402

#: Tuesday noon in London: some work, some wait for their evening to be over.
NOW = datetime(2026, 4, 14, 11, tzinfo=UTC)
ZONES = {
    "Europe/London": "GB",
    "Europe/Warsaw": "PL",
    "America/New_York": "US",
    "America/Los_Angeles": "US",
    "America/Sao_Paulo": "BR",
    "Asia/Tokyo": "JP",
    "Asia/Kolkata": "IN",
    "Australia/Sydney": "AU",
}
SLOTS = ("first_name", "department", "my_change_link")
BARE = Delivery.__table__.to_metadata(Delivery.metadata, name="bare_delivery")
for _named in (*BARE.indexes, *BARE.constraints):
    _named.name = f"bare_{_named.name}"


def _spread_over_the_world() -> None:
    place = case(*((Person.id % len(ZONES) == n, zone) for n, zone in enumerate(ZONES)))
    land = case(*((Person.id % len(ZONES) == n, country) for n, country in enumerate(ZONES.values())))
    early = Person.id % 10 == 0
    db.session.execute(
        update(Person).values(
            timezone=place,
            country=land,
            language=case((Person.id % 7 == 0, "pl")),
            works_from=case((early, "07:30")),
            works_until=case((early, "15:30")),
        )
    )
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM FULL ANALYZE person"))


def measure(people: int, engine: str) -> None:
    """Print both paces and their ratio."""
    with clock.standing_at(NOW), database(engine) as url, application(url):
        fill_directory(people)
        _spread_over_the_world()
        BARE.create(db.engine, checkfirst=True)
        text_of = "".join(f"{{{{ {slot} }}}} " for slot in SLOTS)
        mailing = build_mailing(MailingKind.COMMUNICATION, Letter("Subject", text_of, text_of))
        add_translation(mailing, Letter("Temat", text_of, text_of, "pl"))
        db.session.commit()
        programme_id = fill_map(people)
        by_role: Rule = {
            "any": [{"field": "training_role", "values": ["user"]}, {"field": "training_role", "values": ["builder"]}]
        }
        by_group: Rule = {
            "any": [
                {"field": "stakeholder_group", "values": ["end_users"], "programmes": [programme_id]},
                {"field": "champion", "programmes": [programme_id]},
            ]
        }

        def queue(rule: Rule) -> None:
            people_ids = people_in(rule, NOW.date())
            queued = queue_for_people(
                mailing,
                people_ids,
                due_at=due_column(NOW, UNSET),
                filled=person_columns(SLOTS),
                translation=translation_column(mailing, UNSET),
            )
            assert queued == people, queued
            db.session.commit()

        def insert_bare() -> None:
            rows_changed(
                insert(BARE).from_select(
                    [
                        "mailing_id",
                        "person_id",
                        "address",
                        "name",
                        "filled",
                        "state",
                        "attempts",
                        "queued_at",
                        "due_at",
                        "is_urgent",
                    ],
                    select(
                        literal(mailing.id),
                        Person.id,
                        Person.email,
                        Person.name,
                        literal({"first_name": "First", "department": "Department"}, JSON),
                        literal(DeliveryState.QUEUED, Delivery.state.type),
                        literal(0),
                        literal(NOW, Delivery.queued_at.type),
                        literal(NOW, Delivery.due_at.type),
                        literal(False),
                    ),
                )
            )
            db.session.commit()

        def empty() -> None:
            db.session.execute(text("DELETE FROM delivery"))
            db.session.execute(text("DELETE FROM bare_delivery"))
            db.session.commit()

        theirs = median_of(3, insert_bare, empty)
        for words, rule in (("by training role", by_role), ("by stakeholder group", by_group)):
            ours = median_of(3, partial(queue, rule), empty)
            print(
                f"{engine}: audience {words} of {people:,} queued in {ours:.2f} s; bare INSERT … SELECT {theirs:.2f} s; "
                f"{theirs / ours:.2f} of its pace (≥ 0.5)"
            )


def fill_map(people: int) -> int:
    """Put the four departments at the top and 200 people on the map of a new programme, appoint champions; return its id."""
    programme = make_programme("Bench", "", by=CLOCK)
    wave = plan_wave(programme, WaveDetails("Wave"), clock.now().date(), by=CLOCK)
    whom = [*db.session.scalars(select(Department).where(Department.parent_id.is_(None)))]
    for each in (*whom, *db.session.scalars(select(Person).order_by(Person.id).limit(200))):
        add_stakeholder(each, StakeholderGroup.END_USERS, places=[programme], by=CLOCK)
    fixed = {"wave_id": wave.id, "department_id": 1, "from_on": clock.now().date(), "appointed_at": clock.now()}
    db.session.execute(insert(Champion), [{**fixed, "person_id": n} for n in range(1, people + 1, 25)])
    db.session.commit()
    return programme.id


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    for engine in ("sqlite", "postgresql") if asked.engine == "both" else (asked.engine,):
        measure(asked.people, engine)
