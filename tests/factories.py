"""Short ways to the rows that tests need, through the rooms' own actions."""

from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audit import Actor
from engagement.days.cadence import HolidayPolicy
from engagement.db import db
from engagement.people import actions as people
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.portfolio.actions import begin_versions
from engagement.programmes.rules import PortfolioClass
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.queries import newest_published
from engagement.programmes.scope.rules import StatementFor
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.figures.models import ConcernFigures
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying.actions import empty_letterbox, say_something
from engagement.resistance.saying.models import LetterboxRound
from engagement.resistance.saying.rules import Moment, receipt_hash
from engagement.waves.milestones.actions import settle_milestones
from engagement.waves.milestones.models import Milestone
from engagement.waves.models import Membership, Wave, WaveDepartment, WaveWorkflow
from engagement.waves.rules import MembershipOrigin, WaveStatus

TESTER = Actor(None, "The tests")
STATEMENT = {
    "system_does": "Reads each new claim\nSorts it",
    "people_do": "Every decision on cover",
    "who_decides": "You do.",
    "signs_of_error": "The photos show something else",
    "then_do": "Press Send back.",
    "about_the_job": "No post is removed.",
}
PASSWORD = "four plain words here"


def make_department(path: str = "Operations/Claims") -> Department:
    return people.make_department(path, by=TESTER)


def make_person(
    name: str = "Tomasz Wójcik",
    email: str | None = None,
    department: str | Department | None = "Operations/Claims",
    roles: tuple[TrainingRole, ...] = (TrainingRole.USER,),
    **details: Any,
) -> Person:
    place = make_department(department) if isinstance(department, str) else department
    address = email or name.lower().replace(" ", ".").encode("ascii", "ignore").decode() + "@example.com"
    return people.add_person(name, address, by=TESTER, department=place, roles=roles, **details)


def make_people(
    number: int, department: str = "Operations/Claims", role: TrainingRole = TrainingRole.USER
) -> list[Person]:
    return [make_person(f"Person Number{n}", f"person{n}@example.com", department, (role,)) for n in range(number)]


def make_account(email: str = "ines@example.com", name: str = "Ines Okafor", *roles: Role, **scope: int) -> Account:
    account = accounts.make_account(email, name, by=TESTER, password=PASSWORD)
    for role in roles:
        accounts.grant_role(account, role, by=TESTER, **scope)
    db.session.flush()
    return account


def make_change_manager() -> Account:
    return make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)


def make_programme(name: str = "Claims and finance", sponsor: Person | None = None) -> Programme:
    programme = Programme(name=name, purpose="Sorted claims, fewer letters.", sponsor=sponsor, made_at=clock.now())
    db.session.add(programme)
    db.session.flush()
    return programme


def make_workflow(programme: Programme, name: str = "Claims triage") -> Workflow:
    workflow = Workflow(
        programme=programme,
        name=name,
        summary="New claims arrive sorted, with a suggestion.",
        portfolio_class=PortfolioClass.QUICK_WIN,
        made_at=clock.now(),
    )
    db.session.add(workflow)
    db.session.flush()
    begin_versions(workflow, on=clock.now().date(), by=TESTER)
    make_statement(workflow)
    return workflow


def make_statement(workflow: Workflow, role: StatementFor = StatementFor.EVERYBODY, **said: Any) -> ScopeStatement:
    """Publish the next version of a scope statement for a role; without more said it asks no question."""
    before = newest_published(workflow, role)
    statement = ScopeStatement(
        workflow=workflow,
        role=role,
        number=before.number + 1 if before else 1,
        made_at=clock.now(),
        published_at=clock.now(),
        published_by=TESTER.name,
        **STATEMENT | said,
    )
    db.session.add(statement)
    db.session.flush()
    return statement


def make_wave(
    programme: Programme | None = None,
    *,
    departments: tuple[Department, ...] = (),
    workflows: tuple[Workflow, ...] = (),
    members: tuple[Person, ...] | list[Person] = (),
    number: int = 3,
    name: str = "Property claims",
    go_live_on: date | None = None,
    status: WaveStatus = WaveStatus.PLANNED,
    lead: Person | None = None,
) -> Wave:
    wave = Wave(
        programme=programme or make_programme(),
        number=number,
        name=name,
        status=status,
        go_live_on=go_live_on or clock.now().date() + timedelta(days=28),
        lead=lead,
        made_at=clock.now(),
    )
    db.session.add(wave)
    db.session.flush()
    db.session.add_all(WaveDepartment(wave_id=wave.id, department=d) for d in departments)
    db.session.add_all(WaveWorkflow(wave_id=wave.id, workflow=w) for w in workflows)
    for person in members:
        db.session.add(Membership(wave=wave, person=person, origin=MembershipOrigin.DEPARTMENT, joined_at=clock.now()))
    settle_milestones([wave])
    # Seven days before go-live whatever day that is, so that no test depends on the weekday on which it runs.
    due = db.session.scalars(
        select(Milestone).where(Milestone.wave_id == wave.id, Milestone.kind == "training_due")
    ).one()
    due.day_policy = HolidayPolicy.KEEP
    settle_milestones([wave])
    return wave


def hand_over_letters(on: date) -> None:
    """Let the change team have on a working day what lies in the letterbox, however often that day."""
    db.session.execute(delete(LetterboxRound).where(LetterboxRound.on == on))
    assert empty_letterbox(on, "GB-ENG")


def make_unknown_concern(
    text: str = "I fear for my job", *, on: date, source: Source = Source.OTHER, wave: Wave | None = None
) -> Concern:
    """Return an anonymous concern that the change team got on a working day."""
    received = say_something(text, Sender.ANONYMOUS, About(source, wave=wave), secret="s", moment=Moment(on, "GB-ENG"))
    hand_over_letters(on)
    hashed = receipt_hash("s", received.code or "")
    return db.session.scalars(select(Concern).where(Concern.receipt_hash == hashed)).one()


def recount_objections(on: date, floor: int = 5) -> None:
    """Count the objections as of the end of a day as if nothing had been counted before."""
    db.session.execute(delete(ConcernFigures))
    count_objections(on, floor, "GB-ENG")


def signed_in(app: Flask, account: Account) -> FlaskClient:
    """Return a browser in which this account is signed in, through the sign-in page."""
    db.session.commit()
    client = app.test_client()
    answer = client.post("/login", data={"email": account.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client
