"""Two programmes with everything that hangs on them, one called own and one foreign, and one reader of every kind."""

from dataclasses import dataclass
from datetime import date

from factories import TESTER, make_department, make_person, make_programme, make_wave, make_workflow
from flask import Flask
from pages.frame.rows_of_impacts import assessment_of
from pages.frame.rows_of_messages import bounce_of, calendar_of, delivery_to, mailbox_message
from pages.frame.rows_of_training import assignment_of, attempt_of, leftover_of, settling_wave
from pages.frame.rows_of_workflows import consultation_of, gate_of_world, metric_of, occasion_of, usage_of
from pages.frame.rows_on_maps import map_of, relation_of, step_of
from sqlalchemy import select

from engagement import clock
from engagement.accounts.actions import grant_role, make_account
from engagement.accounts.kept_forms.actions import keep_form
from engagement.accounts.links.rules import sign_in_token
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.intake.actions.files import keep_upload
from engagement.intake.figures.actions import keep_readings
from engagement.intake.models import ImportRun
from engagement.intake.register.actions import keep_register_file
from engagement.intake.rules import RunStatus
from engagement.intake.usage.actions import keep_usage
from engagement.notices.actions import write_notice
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.planning.blackouts.actions import make_blackout
from engagement.programmes.models import Programme
from engagement.programmes.oversight.actions import OverseerDetails, name_overseer
from engagement.programmes.scope.actions import write_statement
from engagement.programmes.scope.queries import current_statements
from engagement.programmes.scope.rules import StatementFor, StatementTexts
from engagement.readiness.criteria.actions import Terms, write_criterion
from engagement.reports.snapshots.actions import freeze_report
from engagement.reports.subscriptions.actions.subscribing import subscribe
from engagement.reports.subscriptions.models import ReportSubscription
from engagement.reports.subscriptions.rules.rhythm import ReportRhythm, Wish
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.rules import Moment
from engagement.training.actions.assigning import settle_assignments
from engagement.training.models import Module
from engagement.training.rules import ItemKind
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave
from tests.communications.calendar_rows import AT_TWO
from tests.training.courses import make_curriculum, make_module

#: One letter for each kind of reader, as the tables of the tests write them.
READERS = {
    "A": "administrator",
    "M": "change manager of everything",
    "P": "change manager of the own programme",
    "W": "change manager of the own wave",
    "L": "lead of the own wave, from the data",
    "H": "head of the own department, from the data",
    "D": "change manager of the own department",
    "T": "manager of people: the own person reports to them",
    "R": "trainer",
    "S": "sponsor of the own programme, from the data",
    "U": "auditor",
    "E": "employee: the own person",
    "r": "trainer of the own programme",
    "w": "trainer of the own wave",
    "s": "sponsor of the own programme, by a role",
    "u": "auditor of the own programme",
    "v": "auditor of the own wave",
    "d": "auditor of the own department",
}
SIDES = ("own", "foreign")


@dataclass
class World:
    """Who reads, as the value of their session cookie, and the values of addresses on either side."""

    app: Flask
    cookies: dict[str, str]
    values: dict[str, dict[str, object]]


def make_world(app: Flask) -> World:
    """Make everything and sign everybody in."""
    people = {letter: make_person(f"Reader {letter}", f"{letter.lower()}@example.com", None) for letter in "LHTSE"}
    module = make_module("reading", 2)
    make_curriculum(TrainingRole.USER, (module, ItemKind.REQUIRED))
    values = {side: _side(side, people, module) for side in SIDES}
    accounts = _accounts(people, values["own"])
    settle_assignments(clock.now())
    for side, sender in (("own", accounts["E"]), ("foreign", accounts["R"])):
        values[side]["leftover_id"] = leftover_of(values[side]).id
        values[side]["assignment_id"] = assignment_of(values[side]).id
        values[side]["form_id"] = keep_form(sender.id, "/me/timezone", [("timezone", "Europe/Oslo")]).id
        values[side] |= _of_accounts(side, sender, values[side]["wave_id"])
    for side, holder in (("own", accounts["M"]), ("foreign", accounts["A"])):
        values[side]["manager_id"] = accounts["M"].id
        reader = accounts["S"] if side == "own" else accounts["M"]
        values[side]["report_subscription_id"] = subscription_of(values[side]["programme_id"], reader).id
        values[side]["upload_id"] = keep_upload("p.csv", b"email,name\na@example.com,A", account_id=holder.id).id
        register = b"name,group\nSomebody,others"
        values[side]["file_id"] = keep_register_file("r.csv", register, account_id=holder.id).id
        readings = b"workflow,metric,day,value\nNone,None,2026-04-01,1"
        values[side]["readings_id"] = keep_readings("v.csv", readings, account_id=holder.id).id
        use = b"email,day,workflow\nnobody@example.com,2026-04-01,None"
        programme_id = values[side]["programme_id"]
        values[side]["usage_file_id"] = keep_usage("u.csv", use, programme_id, account_id=holder.id).id
    db.session.commit()
    cookies = {letter: cookie_of(app, account) for letter, account in accounts.items()}
    return World(app, cookies, values)


def subscription_of(programme_id: object, account: Account) -> ReportSubscription:
    """Return a report that is sent to somebody."""
    wish = Wish(ReportRhythm.MONTHLY, "08:00", "Europe/London")
    return subscribe(db.session.get_one(Programme, programme_id), account, wish, "GB-ENG", by=account.actor)


def cookie_of(app: Flask, account: Account) -> str:
    """Return the session cookie that signing in gives."""
    # By a link: hashing a dozen passwords for each test would take longer than the test.
    secret = str(app.config["SECRET_KEY"])
    token = sign_in_token(secret, origin="asked", nonce=account.email, account_id=account.id)
    client = app.test_client()
    assert client.post(f"/login/link/{token}").status_code == 302
    cookie = client.get_cookie("engagement")
    assert cookie is not None
    return cookie.value


def _side(side: str, people: dict[str, Person], module: Module) -> dict[str, object]:
    is_own = side == "own"
    department = make_department(f"The {side} department")
    if is_own:
        department.manager = people["H"]
        people["E"].department = department
        people["E"].manager = people["T"]
    person = people["E"] if is_own else make_person("Foreign Person", "foreign@example.com", department)
    programme = make_programme(f"The {side} programme", sponsor=people["S"] if is_own else None)
    workflow = make_workflow(programme, f"The {side} workflow")
    write_statement(workflow, StatementTexts("A draft"), by=TESTER)
    wave = make_wave(
        programme,
        name=f"The {side} wave",
        departments=(department,),
        workflows=(workflow,),
        members=[person],
        lead=people["L"] if is_own else None,
    )
    values = {
        "programme_id": programme.id,
        "workflow_id": workflow.id,
        "statement_id": current_statements([workflow.id])[workflow.id][StatementFor.EVERYBODY].id,
        "readers": "everybody",
        "overseer_id": name_overseer(
            workflow, people["T"], OverseerDetails(hours="Always"), on=clock.now().date(), by=TESTER
        ).id,
        "wave_id": wave.id,
        "settling_id": settling_wave(programme, person).id,
        "department_id": department.id,
        "person_id": person.id,
        "module_id": module.id if is_own else make_module("writing").id,
        "slug": module.slug,
        "question_id": module.questions[0].id,
        "role": "user",
        "step": "training",
        "kind": "csv",
        "token": "nonsense",
        "filename": "none",
        "name": "settle-directory",
        "field": "job_title",
        "month": "2026-03",
        "run_id": _run().id,
        "message_id": mailbox_message().id,
        "attempt_id": attempt_of(person, module).id,
    }
    values |= assessment_of(wave, department)
    own = write_criterion(wave, Terms(f"The {side} criterion", person), by=TESTER)
    values["criterion"] = f"own-{own.id}"
    values |= gate_of_world(wave, person)
    values["notice_id"] = write_notice(workflow, "Notice", "What you have to know.", by=TESTER).id
    values |= occasion_of(wave, workflow, person)
    values |= metric_of(workflow, person) | usage_of(programme, workflow, person) | consultation_of(wave, person)
    delivery = delivery_to(person)
    values |= {"delivery_id": delivery.id, "mailing_id": delivery.mailing_id} | bounce_of(side, delivery)
    values |= calendar_of(side, programme, department) | map_of(side, wave, person)
    milestone = MilestoneDetails(MilestoneKind.OWN, f"The {side} milestone", AT_TWO.date())
    values["milestone_id"] = add_milestone(wave, milestone, country="GB-ENG", by=TESTER).id
    kept = freeze_report(programme, AT_TWO.date(), 5, by=TESTER, closes_on=date(2026, 3, 31))
    values["snapshot_id"] = kept.id
    left_alone = make_blackout(programme, AT_TWO.date(), AT_TWO.date(), f"The {side} blackout", by=TESTER)
    db.session.flush()
    values["blackout_id"] = left_alone.id
    values["relation_id"] = relation_of(side, wave, int(str(values["stakeholder_id"])))
    return values | {"step_id": step_of(side, wave, person).id}


def _accounts(people: dict[str, Person], own: dict[str, object]) -> dict[str, Account]:
    scopes = (
        dict.fromkeys("Prsu", "programme_id") | dict.fromkeys("Wwv", "wave_id") | dict.fromkeys("Dd", "department_id")
    )
    roles = {"A": Role.ADMINISTRATOR, "s": Role.SPONSOR}
    roles |= dict.fromkeys("Rrw", Role.TRAINER) | dict.fromkeys("Uuvd", Role.AUDITOR)
    made = {}
    for letter in READERS:
        role = () if letter in people else (roles.get(letter, Role.CHANGE_MANAGER),)
        scope = {scopes[letter]: int(str(own[scopes[letter]]))} if letter in scopes else {}
        scoped = ".scoped" if letter.islower() else ""
        made[letter] = make_account(f"{letter.lower()}{scoped}@example.com", f"Reader {letter}", by=TESTER)
        for one in role:
            grant_role(made[letter], one, by=TESTER, **scope)
    db.session.flush()
    return made


def _of_accounts(side: str, sender: Account, wave_id: object) -> dict[str, object]:
    say_something(
        f"The {side} concern",
        Sender.NAMED,
        About(Source.JOB_SECURITY, wave=db.session.get_one(Wave, wave_id)),
        secret="s",
        moment=Moment(clock.now().date(), "GB-ENG"),
        by=sender.actor,
    )
    concern = db.session.scalars(select(Concern).where(Concern.text == f"The {side} concern")).one()
    granted = make_account(f"granted.{side}@example.com", "Granted", by=TESTER)
    db.session.flush()
    grant = grant_role(granted, Role.AUDITOR, by=TESTER)
    db.session.flush()
    return {"concern_id": concern.id, "grant_id": grant.id}


def _run() -> ImportRun:
    run = ImportRun(
        filename="people.csv",
        file_kind="CSV",
        file_hash="0" * 64,
        is_full=True,
        skips_bad=False,
        status=RunStatus.STAGED,
        started_by="The tests",
        started_by_account_id=None,
        started_at=clock.now(),
        columns={},
        counts={},
        problems=[],
        new_departments=[],
    )
    db.session.add(run)
    db.session.flush()
    return run
