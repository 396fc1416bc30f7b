"""A live wave whose people use two workflows, and short ways to bring numbers of use and to read what is counted of them."""

from datetime import date, timedelta

from factories import TESTER, make_department, make_person, make_programme, make_wave, make_workflow

from engagement.adoption.actions.uploads import Brought, take_file
from engagement.adoption.actions.writing import PersonUse, TeamUse
from engagement.adoption.models import AdoptionCount, UsageUpload
from engagement.adoption.rules.counting import Counted
from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.models import Programme, Workflow
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

TODAY = date(2026, 4, 14)
LIVE = TODAY - timedelta(days=60)
FLOOR = 5


def back(days: int) -> date:
    return TODAY - timedelta(days=days)


def scene(number: int = 12) -> tuple[Wave, list[Workflow], list[Person]]:
    programme = make_programme()
    workflows = [make_workflow(programme, name) for name in ("Claims triage", "Letter drafting")]
    claims = make_department()
    people = [make_person(f"Person Number{n}", f"person{n}@example.com", claims) for n in range(number)]
    wave = make_wave(
        programme,
        departments=(claims,),
        workflows=tuple(workflows),
        members=people[:-1],
        go_live_on=LIVE,
        status=WaveStatus.LIVE,
    )
    db.session.flush()
    return wave, workflows, people


def bring(programme: Programme, *rows: PersonUse, teams: tuple[TeamUse, ...] = ()) -> UsageUpload:
    return take_file(programme, "use.csv", "", Brought(sorted(set(rows)), teams), by=TESTER)


def numbers_of(wave: Wave, key: str = "0") -> Counted:
    row = db.session.get_one(AdoptionCount, wave.id, populate_existing=True)
    return Counted.read(row.numbers[key]["people"], row.by_department[key])
