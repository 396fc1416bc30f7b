"""Measures the sponsor's sheet against a bare Flask page with sign-in and one query, asked in turn, by processor time, PostgreSQL's included.

    python tests/benchmarks/sponsor_sheet.py --people 100000 --engine postgresql

Everybody is in one wave and learns in four roles, a fifth in another one; 18 more waves have their plan and a hundredth of the people each,
two of them are live. Everybody was sent five messages, a briefing to confirm and a notice, half of them confirmed, and half understood the
statement of what changes for them; one in 25 is a champion. The pages of the wave and of its readiness and gate are asked too. The aim: at most five times
the bare page, and at most 1.2 times as long for ten times the people.
"""

import argparse
from datetime import timedelta

from wave_page import standing, statements_of  # isort: skip - puts the service on the path

from factories import make_statement, make_wave
from shared.organisation import take_statistics
from sqlalchemy import func, insert, literal, select, true
from stakeholder_pages import Clock, asked, times_of

from engagement import clock
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.notices.models import Notice, WorkerEffect
from engagement.people.models import Department, Person
from engagement.readiness.tallies.actions import count_everything
from engagement.stakeholders.models import Champion
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.rules import MembershipOrigin, WaveStatus


def eighteen_more(wave: Wave) -> None:
    """Plan 18 more waves of the programme, each with a hundredth of the people, two of them live, and all that is judged of the first."""
    for number in range(5, 23):
        row = make_wave(wave.programme, number=number, name=f"Wave of {number}")
        if number < 7:
            row.status, row.go_live_on = WaveStatus.LIVE, clock.now().date() - timedelta(days=40)
        members = select(
            literal(row.id),
            Person.id,
            literal(MembershipOrigin.DEPARTMENT, Membership.origin.type),
            literal(clock.now(), Membership.joined_at.type),
        ).where(Person.id % 100 == number)
        db.session.execute(insert(Membership).from_select(["wave_id", "person_id", "origin", "joined_at"], members))
    judged(wave)
    take_statistics()
    count_everything("UTC")
    db.session.commit()


def judged(wave: Wave) -> None:
    """Tell everybody in a wave what changes, by statement, briefing and notice, and name champions."""
    now, today = clock.now(), clock.now().date()
    workflow = db.session.scalars(select(WaveWorkflow).where(WaveWorkflow.wave_id == wave.id)).first().workflow
    statement = make_statement(workflow)
    answered = select(literal(statement.id), Person.id, true(), literal(now, ScopeAnswer.at.type)).where(
        Person.id % 2 == 0
    )
    db.session.execute(insert(ScopeAnswer).from_select(["statement_id", "person_id", "is_right", "at"], answered))
    line = db.session.scalars(select(Communication)).first()
    briefing = Communication(
        kind=CommunicationKind.DEPARTMENT_BRIEFING,
        name="Briefing",
        **{key: getattr(line, key) for key in ("programme", "wave", "audience", "owner", "timezone")},
        starts_on=today,
        cadence_since=now,
        made_at=now,
    )
    sent = {"planned_for": now, "sends_at": now, "write_by": today, "status": OccurrenceStatus.SENT, "finished_at": now}
    reached = db.session.scalar(select(func.count(Person.id)))
    db.session.add(Occurrence(communication=briefing, mailing=sent_to_everybody(), reached=reached, **sent))
    told = {"subject": "S", "body": "B", "written_at": now, "published_at": now}
    db.session.add(Notice(workflow=workflow, number=1, mailing=sent_to_everybody(), **told))
    db.session.add(WorkerEffect(workflow_id=workflow.id, why="It counts.", said_at=now))
    place = db.session.scalars(select(Department).where(Department.parent_id.is_(None))).first()
    named = select(
        literal(wave.id),
        literal(place.id),
        Person.id,
        literal(today, Champion.from_on.type),
        literal(now, Champion.appointed_at.type),
    )
    columns = ["wave_id", "department_id", "person_id", "from_on", "appointed_at"]
    db.session.execute(insert(Champion).from_select(columns, named.where(Person.id % 25 == 0)))


def sent_to_everybody() -> Mailing:
    """Return a mailing that asks for a confirmation and was sent to everybody; half have confirmed it."""
    now = clock.now()
    text = {"subject": "Sent", "text": "News", "html": "News", "built_at": now}
    mailing = Mailing(kind=MailingKind.COMMUNICATION, asks_confirmation=True, **text)
    db.session.add(mailing)
    db.session.flush()
    at = literal(now, Delivery.due_at.type)
    state = literal(DeliveryState.SENT, Delivery.state.type)
    sent = select(literal(mailing.id), Person.id, Person.email, state, at, at)
    columns = ["mailing_id", "person_id", "address", "state", "due_at", "queued_at"]
    db.session.execute(insert(Delivery).from_select(columns, sent))
    read = select(literal(mailing.id), Person.id, at).where(Person.id % 2 == 0)
    db.session.execute(insert(Acknowledgement).from_select(["mailing_id", "person_id", "acknowledged_at"], read))
    return mailing


def measure(people: int, engine: str, explain: bool) -> dict[str, float]:
    """Print how many times as long as the bare page each page takes, and the number of statements; return milliseconds by page."""
    found = {}
    with standing(people, engine, eighteen_more) as stands:
        programme_id = db.session.get_one(Wave, stands.wave_id).programme_id
        pages = {
            "sheet": f"/reports/programmes/{programme_id}",
            "readiness": f"/waves/{stands.wave_id}/readiness",
            "wave": f"/waves/{stands.wave_id}",
        }
        bare, now = asked(stands.bare, "/people"), Clock(engine)
        for name, path in pages.items():
            ours = asked(stands.client, path)
            theirs, mine = (1_000 * each for each in times_of(now, bare, ours))
            found[name] = mine
            number = len(statements_of(ours, explain))
            print(
                f"{engine}, {people:,}: {mine / theirs:5.1f} × {mine:7.1f} ms, bare page {theirs:.1f} {number:4} statements {name} (≤ 5)",
                flush=True,
            )
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--explain", action="store_true", help="print the slowest statements")
    given = parser.parse_args()
    small, large = (measure(number, given.engine, given.explain) for number in (given.people // 10, given.people))
    for name, taken in large.items():
        print(f"{given.engine}: ten times the people cost {taken / small[name]:.2f} × {name} (≤ 1.2)")
