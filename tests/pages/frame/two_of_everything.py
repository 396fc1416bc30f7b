"""Two programmes with everything that hangs on them, one called own and one foreign, and one reader of every kind."""

from dataclasses import dataclass

from factories import (
    TESTER,
    make_department,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
)
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.accounts.actions import grant_role, make_account
from engagement.accounts.kept_forms.actions import keep_form
from engagement.accounts.links.rules import sign_in_token
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audiences.actions import give_role_by_rule, save_audience
from engagement.communications.actions.calendar import make_communication
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.models import Details, Occurrence, TextVersion
from engagement.communications.rules import CommunicationKind
from engagement.consultations.actions.bodies import make_body, name_member
from engagement.consultations.actions.consulting import ask_question, hand_over, open_consultation
from engagement.consultations.rules import Asked, BodyDetails, BodyKind, Document
from engagement.db import db
from engagement.intake.actions.files import keep_upload
from engagement.intake.figures.actions import keep_readings
from engagement.intake.models import ImportRun
from engagement.intake.register.actions import keep_register_file
from engagement.intake.rules import RunStatus
from engagement.mail.bounces.models import Bounce, Suppression
from engagement.mail.bounces.rules.causes import Cause
from engagement.mail.mailbox.models import MailboxMessage
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.notices.actions import write_notice
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.planning.blackouts.actions import make_blackout
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.oversight.actions import OverseerDetails, name_overseer
from engagement.programmes.scope.actions import write_statement
from engagement.programmes.scope.queries import current_statements
from engagement.programmes.scope.rules import StatementFor, StatementTexts
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.rules import Moment
from engagement.set_aside import SetAside
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.commitments.actions.promising import make_promise
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.leadership.models import LeadershipStep, StepLine
from engagement.stakeholders.leadership.rules import StepKind, StepState
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.relations.actions import say_relation
from engagement.stakeholders.relations.rules import RelationKind
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.actions.assigning import settle_assignments
from engagement.training.models import Assignment, Leftover, Module, QuizAttempt
from engagement.training.rules import ItemKind, LeftoverCause
from engagement.value.actions.metrics import make_metric
from engagement.value.actions.readings import Read, add_reading
from engagement.value.rules import Better, MetricDetails, ReadingRhythm
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave
from tests.communications.calendar_rows import AT_TWO
from tests.mail.outbox import make_mailing, queue
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
RAW = "Subject: S\nContent-Type: text/html\n\n<p>Text</p>"


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
        values[side]["leftover_id"] = _leftover(values[side]).id
        values[side]["assignment_id"] = _assignment(values[side]).id
        values[side]["form_id"] = keep_form(sender.id, "/me/timezone", [("timezone", "Europe/Oslo")]).id
        values[side] |= _of_accounts(side, sender, values[side]["wave_id"])
    for side, holder in (("own", accounts["M"]), ("foreign", accounts["A"])):
        values[side]["manager_id"] = accounts["M"].id
        values[side]["upload_id"] = keep_upload("p.csv", b"email,name\na@example.com,A", account_id=holder.id).id
        register = b"name,group\nSomebody,others"
        values[side]["file_id"] = keep_register_file("r.csv", register, account_id=holder.id).id
        readings = b"workflow,metric,day,value\nNone,None,2026-04-01,1"
        values[side]["readings_id"] = keep_readings("v.csv", readings, account_id=holder.id).id
    db.session.commit()
    cookies = {letter: cookie_of(app, account) for letter, account in accounts.items()}
    return World(app, cookies, values)


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
        "run_id": _run().id,
        "message_id": _mailbox_message().id,
        "attempt_id": _attempt(person, module).id,
    }
    values["notice_id"] = write_notice(workflow, "Notice", "What you have to know.", by=TESTER).id
    values |= _metric(workflow, person) | _consultation(wave, person)
    delivery = _delivery(person)
    values |= {"delivery_id": delivery.id, "mailing_id": delivery.mailing_id} | _bounce(side, delivery)
    values |= _calendar(side, programme, department) | _map(side, wave, person)
    milestone = MilestoneDetails(MilestoneKind.OWN, f"The {side} milestone", AT_TWO.date())
    values["milestone_id"] = add_milestone(wave, milestone, country="GB-ENG", by=TESTER).id
    left_alone = make_blackout(programme, AT_TWO.date(), AT_TWO.date(), f"The {side} blackout", by=TESTER)
    db.session.flush()
    values["blackout_id"] = left_alone.id
    values["relation_id"] = _relation(side, wave, int(str(values["stakeholder_id"])))
    return values | {"step_id": _step(side, wave, person).id}


def _consultation(wave: Wave, person: Person) -> dict[str, object]:
    """A body for which the person speaks, what it is asked of the wave, what it got, and what it wants to know."""
    today = clock.now().date()
    body = make_body(wave.programme, BodyDetails("Council", BodyKind.WORKS_COUNCIL), None, by=TESTER)
    member = name_member(body, person, by=TESTER)
    row = open_consultation(wave, body, Asked(False, "", None), today=today, by=TESTER)
    document = hand_over(row, Document("Plan", "1", today, text="All of it"), today=today, by=TESTER)
    return {
        "body_id": body.id,
        "member_id": member.id,
        "consultation_id": row.id,
        "document_id": document.id,
        "body_question_id": ask_question(row, "Why?", by=TESTER).id,
    }


def _metric(workflow: Workflow, person: Person) -> dict[str, object]:
    """A metric of the workflow that the person reads, with a reading."""
    said = MetricDetails("Minutes a claim", "minutes", Better.LOWER, ReadingRhythm.MONTH)
    metric = make_metric(workflow, said, person, by=TESTER)
    today = clock.now().date()
    return {"metric_id": metric.id, "reading_id": add_reading(metric, Read(today, 12_000), today=today, by=TESTER).id}


def _map(side: str, wave: Wave, person: Person) -> dict[str, object]:
    """On each side a stakeholder of the wave with a private note, and the person as its champion."""
    row = add_stakeholder(
        f"The {side} stakeholder",
        StakeholderGroup.OTHERS,
        places=[wave],
        role=f"The {side} part",
        owner=person,
        by=TESTER,
    )
    other = add_stakeholder(f"Other body, {side}", StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    note = write_note(row, f"The {side} note", by=TESTER)
    champion = appoint_champion(wave, person, from_on=clock.now().date(), by=TESTER)
    said = Said(Channel.CALL, clock.now().date(), f"The {side} talk")
    talk = log_interaction([row], said, on=clock.now().date(), by=TESTER)
    promise = make_promise(
        row, f"The {side} promise", person, clock.now().date(), on=clock.now().date(), interaction=talk, by=TESTER
    )
    mail = MailIn(
        programme_id=wave.programme_id,
        message_id="<1@example.com>",
        subject=f"The {side} mail",
        text="Text",
        problem="Why",
        received_at=clock.now(),
    )
    db.session.add(mail)
    db.session.flush()
    return {
        "mail_in_id": mail.id,
        "commitment_id": promise.id,
        "interaction_id": talk.id,
        "stakeholder_id": row.id,
        "other_id": other.id,
        "note_id": note.id,
        "champion_id": champion.id,
    }


def _relation(side: str, wave: Wave, stakeholder_id: int) -> int:
    """The stakeholder influences another one of the wave."""
    second = add_stakeholder(f"The {side} council", StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    first = db.session.get_one(Stakeholder, stakeholder_id)
    return say_relation(first, second, RelationKind.INFLUENCES, on=clock.now().date(), by=TESTER).id


def _step(side: str, wave: Wave, person: Person) -> LeadershipStep:
    """A step of the wave's sponsor; on the foreign side, where nobody is, of the person."""
    step = LeadershipStep(programme_id=wave.programme_id, wave_id=wave.id)
    db.session.add(step)
    db.session.flush()
    sponsor = wave.programme.sponsor or person
    line = StepLine(
        step_id=step.id,
        person_id=sponsor.id,
        kind=StepKind.SESSION,
        what=f"The {side} step",
        due_on=clock.now().date(),
        state=StepState.PLANNED,
        said_at=clock.now(),
    )
    db.session.add(line)
    db.session.flush()
    return step


def _calendar(side: str, programme: Programme, department: Department) -> dict[str, object]:
    audience = save_audience(f"The {side} audience", {"field": "department", "values": [department.id]}, by=TESTER)
    rule = give_role_by_rule(TrainingRole.SUPPORT, audience, by=TESTER)
    owner = make_account(f"owner.{side}@example.com", f"Owner {side}", by=TESTER)
    db.session.flush()
    line = make_communication(
        programme,
        Details(
            CommunicationKind.DEPARTMENT_BRIEFING,
            f"The {side} briefing",
            audience,
            owner,
            subject=f"The {side} subject",
            outline="[Write here.]",
        ),
        by=TESTER,
    )
    message = schedule_briefing(line, AT_TWO, by=TESTER)
    version = TextVersion(occurrence_id=message.id, number=1, subject=f"The {side} subject", body="")
    db.session.add(version)
    db.session.flush()
    return {
        "version_id": version.id,
        "audience_id": audience.id,
        "rule_id": rule.id,
        "communication_id": line.id,
        "occurrence_id": message.id,
        "set_aside_id": _set_aside(message).id,
        "account_id": owner.id,
    }


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


def _set_aside(message: Occurrence) -> SetAside:
    row = SetAside(
        line="send-reminders", kind="occurrence", key=str(message.id), name="", reason="A fault.", at=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    return row


def _mailbox_message() -> MailboxMessage:
    message = MailboxMessage(
        received_at=clock.now(), sender="a@example.com", recipient="b@example.com", subject="S", raw=RAW
    )
    db.session.add(message)
    db.session.flush()
    return message


def _attempt(person: Person, module: Module) -> QuizAttempt:
    attempt = QuizAttempt(
        person_id=person.id,
        module_id=module.id,
        module_version=module.version,
        at=clock.now(),
        fingerprint="0" * 64,
        answers={},
        right=0,
        asked=2,
        is_passed=False,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def _leftover(values: dict[str, object]) -> Leftover:
    """Make the person one who had the role of a builder before they had finished."""
    person = db.session.get_one(Person, values["person_id"])
    assignment = Assignment(
        wave_id=values["wave_id"], person=person, role=TrainingRole.BUILDER, assigned_at=clock.now()
    )
    db.session.add(assignment)
    db.session.flush()
    leftover = Leftover(
        assignment=assignment,
        person=person,
        cause=LeftoverCause.ROLE,
        from_department=person.department,
        to_department=person.department,
        asked_at=clock.now(),
    )
    db.session.add(leftover)
    db.session.flush()
    return leftover


def _assignment(values: dict[str, object]) -> Assignment:
    of_person = (Assignment.wave_id == values["wave_id"], Assignment.person_id == values["person_id"])
    return db.session.scalars(select(Assignment).where(*of_person, Assignment.role == TrainingRole.USER)).one()


def _bounce(side: str, delivery: Delivery) -> dict[str, object]:
    """On each side a message that came back, and an address that gets nothing since."""
    bounce = Bounce(
        fingerprint=side,
        came_at=clock.now(),
        cause=Cause.NO_MAILBOX,
        address=f"former-{side}@example.com",
        status="5.1.1",
        text=f"The {side} words",
        counts=True,
        delivery_id=delivery.id,
    )
    stop = Suppression(address=bounce.address, stopped_at=clock.now(), bounce=bounce)
    db.session.add_all([bounce, stop])
    db.session.flush()
    return {"bounce_id": bounce.id, "suppression_id": stop.id}


def _delivery(person: Person) -> Delivery:
    queue(make_mailing(), select(Person.id).where(Person.id == person.id))
    delivery = db.session.scalars(select(Delivery).where(Delivery.person_id == person.id)).one()
    delivery.state = DeliveryState.SENT
    delivery.mailing.asks_confirmation = True
    db.session.flush()
    return delivery
