"""Loads the demonstration: prepares it, then plays half a year, a day at a time."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from engagement import audit, clock
from engagement.accounts import actions as account_actions
from engagement.accounts.models import Account
from engagement.accounts.posts import actions as posts
from engagement.accounts.queries import demonstration_account_exists
from engagement.accounts.rules import Role
from engagement.audiences import actions as audience_actions
from engagement.communications.actions import calendar
from engagement.communications.models import Details
from engagement.communications.rules import CommunicationKind
from engagement.db import db
from engagement.demo import living, moving, planning, roster, settling, story
from engagement.demo.roster import Figure
from engagement.demo.stage import DAYS_OF_HISTORY, Stage, person_of
from engagement.demo.workflows import QUESTIONS, RATED
from engagement.errors import BadInput
from engagement.intake.actions import runs as intake
from engagement.intake.reading.queries.files import open_file
from engagement.people.models import Person
from engagement.people.queries import department_by_path
from engagement.programmes import actions as programme_actions
from engagement.programmes.models import Programme
from engagement.programmes.rules import OwnershipPart, PortfolioClass
from engagement.programmes.scope.rules import StatementTexts
from engagement.readiness.tallies.actions import count_everything
from engagement.settings import Settings
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.library import settle_library
from engagement.waves import actions as wave_actions
from engagement.waves.milestones.actions import settle_milestones
from engagement.waves.models import WaveDetails

PROGRAMME_UPDATES_SINCE = 110
SETTER = audit.Actor(None, "Demonstration")
ROLES: dict[Figure, Role | None] = {
    roster.MANAGER: Role.CHANGE_MANAGER,
    roster.SPONSOR: Role.SPONSOR,
    roster.EMPLOYEE: None,
    roster.LEAD: None,
    roster.AUDITOR: Role.AUDITOR,
    roster.ADMIN: Role.ADMINISTRATOR,
    roster.WAVE_LEAD: Role.CHANGE_MANAGER,
}
WORDS = {
    roster.MANAGER: "change manager: plans, writes, answers",
    roster.SPONSOR: "sponsor: reads the report, decides",
    roster.EMPLOYEE: "employee in property claims",
    roster.LEAD: "manager of people, team in property claims",
    roster.AUDITOR: "auditor: reads everything but people’s own words",
    roster.ADMIN: "administrator: sign-ins, jobs, audit",
}
#: Wave: name, aim, days from today to go-live, days of quiet, departments, workflows.
WAVES: dict[int, tuple[str, str, int, int, tuple[str, ...], tuple[str, ...]]] = {
    1: (
        "Motor claims triage",
        "Start where people asked for it.",
        -78,
        28,
        ("Operations/Claims/Motor",),
        ("Motor claims triage",),
    ),
    2: (
        "Invoice matching",
        "Fewer mismatches by hand, every payment released by a person.",
        -22,
        39,
        ("Finance/Accounts payable",),
        ("Invoice matching",),
    ),
    3: (
        "Property claims and letters",
        "Sorted claims and drafted letters, with every decision left to people.",
        28,
        28,
        ("Operations/Claims/Property", "Operations/Claims/Letters", "Operations/Broker Service"),
        ("Property claims triage", "Letter drafting"),
    ),
    4: (
        "Underwriting, HR desk",
        "Investigate first; the underwriting summary is not proven.",
        140,
        28,
        ("Underwriting", "Human Resources/HR desk"),
        ("Underwriting summary", "HR desk answers"),
    ),
}


def database_is_empty() -> bool:
    """Return whether the directory is empty, nobody can sign in and there is no programme."""
    return not any(db.session.scalar(select(table.id).limit(1)) for table in (Person, Account, Programme))


def is_loaded() -> bool:
    """Return whether the demonstration accounts exist."""
    return demonstration_account_exists()


def accounts() -> list[tuple[Account, str]]:
    """Return the demonstration accounts with the purpose of each. Raises BadInput if the demonstration is not loaded."""
    found = {a.email: a for a in db.session.scalars(select(Account).where(Account.is_demonstration))}
    listed = [(found[figure.email], words) for figure, words in WORDS.items() if figure.email in found]
    if not listed:
        raise BadInput("The demonstration programme is not loaded. Run: flask demo load")
    return listed


def load(settings: Settings, say: Callable[[str], None], days: int = DAYS_OF_HISTORY) -> str:
    """Load the demonstration into an empty database and return the one password of its accounts.

    Commits after each day; reports progress to `say`. With fewer `days`, only the first of them are played.
    """
    password = settings.demo_password or secrets.token_urlsafe(12)
    stage = Stage(settings, str(current_app.config["SECRET_KEY"]), clock.today(settings.timezone))
    _set_stage(stage, password, say)
    for offset in range(-DAYS_OF_HISTORY + 1, days - DAYS_OF_HISTORY + 1):
        moving.move_people(stage, offset)
        planning.plan_ahead(stage, offset)
        settling.let_settle(stage, offset)
        living.live_a_day(stage, offset)
        if offset % 30 == 0:
            say(f"{offset + DAYS_OF_HISTORY} of {DAYS_OF_HISTORY} days lived through")
    # Whoever opens the first page doesn't read that 2,412 people are still being counted.
    count_everything(settings.timezone)
    db.session.commit()
    return password


def _set_stage(stage: Stage, password: str, say: Callable[[str], None]) -> None:
    with stage.at(stage.day(-DAYS_OF_HISTORY), 7):
        file = open_file(roster.roster(stage.day(-DAYS_OF_HISTORY)), "people.csv")
        run = intake.stage_file(file, full=True, skip_bad=False, by=SETTER)
        intake.apply_run(run, confirm_leavers=False, by=SETTER)
        settle_library(by=SETTER)
        for figure, role in ROLES.items():
            _open_account(stage, figure, role, password)
        _plan_programme(stage)
        _plan_communications(stage)
    say("2,412 people, four waves and four communications are planned")


def _open_account(stage: Stage, figure: Figure, role: Role | None, password: str) -> None:
    name = f"{figure.first} {figure.last}"
    account = account_actions.make_account(figure.email, name, by=SETTER, password=password, is_demonstration=True)
    if role is not None:
        account_actions.grant_role(account, role, by=SETTER)
    db.session.flush()
    stage.accounts[figure.email] = account


def _plan_programme(stage: Stage) -> None:
    by = stage.accounts[roster.MANAGER.email].actor
    stage.programme = programme_actions.make_programme(story.PROGRAMME, story.PURPOSE, by=by)
    programme_actions.set_target(stage.programme, 8, by=by)
    posts.name_sponsor(stage.programme, person_of(roster.SPONSOR), by=by)
    for number, (name, statement) in enumerate(story.WORKFLOWS.items()):
        texts: dict[str, Any] = {
            field: text for field, text in statement.items() if field not in ("portfolio_class", "summary")
        }
        asked = QUESTIONS[name].texts(number % 2 + 1) if name in QUESTIONS else {}
        stage.workflows[name] = programme_actions.make_workflow(
            stage.programme,
            name,
            PortfolioClass(statement["portfolio_class"]),
            StatementTexts(**texts, **asked),
            by=by,
            summary=statement["summary"],
            **RATED[name].columns(stage),
        )
        _name_holders(stage, name)
    for number, (name, aim, go_live, quiet, departments, workflows) in WAVES.items():
        wave = stage.waves[number] = wave_actions.plan_wave(
            stage.programme,
            WaveDetails(name, aim, stage.day(go_live + quiet), exit_criteria=STABLE_WHEN),
            stage.working_day(go_live),
            departments=[d for d in map(department_by_path, departments) if d],
            workflows=[stage.workflows[workflow] for workflow in workflows],
            by=by,
        )
        posts.name_lead(wave, person_of(roster.WAVE_LEAD), by=by)
        posts.name_sponsor(wave, person_of(roster.SPONSOR), by=by)
    settle_milestones(stage.waves.values(), stage.settings.holidays)
    settle_assignments(clock.now())


STABLE_WHEN = "Two weeks without a case that went to the wrong team\nThe desk answers on the same day"


def _name_holders(stage: Stage, name: str) -> None:
    approver = roster.DEPARTED if name == "Letter drafting" else roster.SPONSOR
    holders = {
        OwnershipPart.OPERATIONAL_OWNER: roster.LEAD,
        OwnershipPart.CHANGE_APPROVER: approver,
        OwnershipPart.ESCALATION_CONTACT: roster.WAVE_LEAD,
        OwnershipPart.SUPPORT_TEAM: roster.ADMIN,
    }
    by = stage.accounts[roster.MANAGER.email].actor
    for part, figure in holders.items():
        if name == "Underwriting summary" and part is not OwnershipPart.OPERATIONAL_OWNER:
            continue
        programme_actions.name_holder(stage.workflows[name], part, person_of(figure), by=by)


def _save_audiences(stage: Stage) -> None:
    by = stage.accounts[roster.MANAGER.email].actor
    executive, it = department_by_path("Executive"), department_by_path("IT")
    assert executive
    assert it
    waves = {"field": "wave", "values": [wave.id for wave in stage.waves.values()]}
    customers = {"field": "stakeholder_group", "values": [StakeholderGroup.CUSTOMERS.value]}
    rules: dict[str, tuple[str, dict[str, Any]]] = {
        "executive": ("Executive board", {"field": "department", "values": [executive.id]}),
        "everybody": (
            "Everybody in a wave, all leaders, and customers",
            {"any": [waves, {"field": "training_role", "values": ["leader"]}, customers]},
        ),
        "it": ("IT and developers", {"field": "department", "values": [it.id]}),
    }
    stage.audiences = {key: audience_actions.save_audience(name, rule, by=by) for key, (name, rule) in rules.items()}


def _plan_communications(stage: Stage) -> None:
    manager, writer = stage.accounts[roster.MANAGER.email], stage.accounts[roster.WAVE_LEAD.email]
    assert stage.programme
    _save_audiences(stage)
    made = calendar.adopt_standard_communications(
        stage.programme,
        owner=writer,
        approver=manager,
        audiences={
            CommunicationKind.EXECUTIVE_UPDATE: stage.audiences["executive"],
            CommunicationKind.PROGRAMME_UPDATE: stage.audiences["everybody"],
            CommunicationKind.TECHNICAL_UPDATE: stage.audiences["it"],
        },
        by=manager.actor,
        timezone=stage.settings.timezone,
        starts_on=stage.today - timedelta(days=DAYS_OF_HISTORY),
    )
    for line in made:
        if line.kind is CommunicationKind.PROGRAMME_UPDATE:
            # The pilot had few readers; everybody gets messages since the first wave was being prepared.
            since = replace(line.details, starts_on=stage.day(-PROGRAMME_UPDATES_SINCE))
            calendar.change_communication(line, since, by=manager.actor)
    stage.communications = {communication.kind.value: communication for communication in made}
    for number, wave in stage.waves.items():
        if number == 4:
            continue
        audience = audience_actions.save_audience(
            f"People of wave {number}", {"field": "wave", "values": [wave.id]}, by=manager.actor
        )
        stage.communications[f"briefing {number}"] = calendar.make_communication(
            stage.programme,
            Details(
                CommunicationKind.DEPARTMENT_BRIEFING,
                f"Briefings for {wave.name.lower()}",
                audience,
                writer,
                manager,
                wave,
                timezone=stage.settings.timezone,
                asks_confirmation=True,
            ),
            by=manager.actor,
        )
