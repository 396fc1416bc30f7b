"""What is done stands in the audit where it was done: who audits a programme, wave or department reads just that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from communications.calendar_rows import make_audience, make_line
from factories import (
    STATEMENT,
    TESTER,
    make_account,
    make_department,
    make_person,
    make_programme,
    make_statement,
    make_wave,
    make_workflow,
)
from sqlalchemy import select

from engagement import audit, clock
from engagement.accounts import actions as accounts
from engagement.accounts.merging.actions import merge_department
from engagement.accounts.models import Account
from engagement.accounts.posts.actions import name_lead, name_sponsor
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.record import entries_within
from engagement.audit import AuditEntry
from engagement.communications.actions.calendar import end_communication
from engagement.communications.actions.placing import skip_occurrence
from engagement.communications.actions.planning import schedule_briefing
from engagement.consultations.actions.bodies import change_body, end_member, make_body, name_member
from engagement.consultations.actions.consulting import (
    answer_question,
    ask_question,
    change_consultation,
    open_consultation,
    say_position,
)
from engagement.consultations.actions.consulting import (
    hand_over as hand_over_document,
)
from engagement.consultations.models import Body, BodyMember, Consultation
from engagement.consultations.rules import Asked, BodyDetails, BodyKind, Document, PositionKind, PositionSaid
from engagement.db import db
from engagement.notices.actions import end_effect, publish_notice, say_effect, send_notice, write_notice
from engagement.notices.models import Notice
from engagement.people import actions as people
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.models import Department, Person
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.programmes import actions as programmes
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.oversight.actions import OverseerDetails, change_overseer, name_overseer, release_overseer
from engagement.programmes.portfolio.actions import announce_version
from engagement.programmes.rules import OwnershipPart
from engagement.programmes.scope.actions import discard_draft, publish_statement, write_statement
from engagement.programmes.scope.rules import StatementTexts
from engagement.reach import Reach
from engagement.readiness.actions import Overruled, make_ready
from engagement.readiness.queries.obstacles import obstacles
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.commitments.actions.promising import close_promise, make_promise, move_promise
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.health.actions import judge_health
from engagement.stakeholders.inbox.actions import make_mailbox, settle_mail
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.interactions.actions import log_interaction, withdraw_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.leadership.actions import StepDetails, finish_step, leave_out_step, plan_step
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.queries import lines_of
from engagement.stakeholders.leadership.rules import StepKind
from engagement.stakeholders.relations.actions import end_relation, say_relation
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.rules import RelationKind
from engagement.stakeholders.rhythm.actions import say_own_rhythm, say_rhythms
from engagement.stakeholders.rhythm.rules import Every
from engagement.stakeholders.rules import Contact, StakeholderGroup
from engagement.stakeholders.standings.actions import forget_labels, say_standing
from engagement.stakeholders.standings.rules import Level, Quadrant, Standing
from engagement.training.actions.completing import record_completion
from engagement.training.models import Module
from engagement.training.rules import RECORDED_SOURCES
from engagement.training.scope_answers.actions import answer_statement
from engagement.value.actions.metrics import change_metric, end_metric, make_metric, say_baseline
from engagement.value.actions.readings import Read, add_reading, correct_reading, take_back_reading
from engagement.value.models import MetricReading, ValueMetric
from engagement.value.rules import BaselineSaid, Better, MetricDetails, ReadingRhythm
from engagement.verbs import Verb
from engagement.waves import actions as waves
from engagement.waves.impacts.actions import assess_impact, publish_impact
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")
AT = datetime(2026, 4, 20, 9, tzinfo=UTC)
DAY = date(2026, 4, 13)


@dataclass
class Place:
    """A programme with a wave, its department, somebody there and a sign-in; two of them are strangers."""

    programme: Programme
    wave: Wave
    department: Department
    person: Person
    account: Account
    workflow: Workflow

    @property
    def ids(self) -> dict[str, int]:
        return {field: getattr(self, field).id for field in ("person", "programme", "wave", "department")}

    def auditor(self, of: str, email: str) -> Account:
        return make_account(email, "Aud Itor", Role.AUDITOR, **{f"{of}_id": self.ids[of]})


def place(word: str) -> Place:
    department = make_department(f"{word}/Desk")
    programme = make_programme(f"Programme {word}")
    person = make_person(f"{word} Person", f"{word}@example.com", department)
    account = make_account(f"{word}.sign-in@example.com", f"{word} Sign-in")
    workflow = make_workflow(programme, f"Workflow {word}")
    wave = make_wave(programme, departments=(department,), workflows=(workflow,), members=(person,), name=word)
    return Place(programme, wave, department, person, account, workflow)


def take_back_role(at: Place, **scope: int) -> None:
    accounts.withdraw_grant(accounts.grant_role(at.account, Role.AUDITOR, by=TESTER, **scope), by=TESTER)


def move_role(at: Place) -> None:
    accounts.grant_role(at.account, Role.AUDITOR, by=TESTER, department_id=at.department.id)
    merge_department(at.department, make_department("Elsewhere"), by=TESTER)


def whole_draft(at: Place) -> Any:
    return write_statement(
        at.workflow, StatementTexts(**STATEMENT | {"who_decides": "All do."}, changed="All"), by=TESTER
    )


def overseer(at: Place) -> Any:
    return name_overseer(at.workflow, at.person, OverseerDetails(hours="Always"), on=DAY, by=TESTER)


def judge(at: Place) -> Any:
    said = Assessed({Aspect.PAY: AspectSaid(0)})
    return assess_impact(at.wave, at.department, ImpactSide.LEADERS, said, floor=5, by=TESTER)


def line(at: Place) -> Any:
    return make_line(at.programme, wave=at.wave)


def dated(at: Place) -> Any:
    return schedule_briefing(line(at), AT, by=TESTER)


def stakeholder(at: Place, whom: Any = "The council") -> Any:
    return add_stakeholder(whom, StakeholderGroup.END_USERS, places=[at.wave], by=TESTER)


def forget(at: Place) -> None:
    """Say a level of a person while they lead the wave, and forget it when they no longer do."""
    row, at.wave.lead = stakeholder(at, at.person), at.person
    say_standing(row, Standing(level_now=Level.NEUTRAL), on=DAY, by=TESTER)
    at.wave.lead = None
    db.session.flush()
    forget_labels(row.id, DAY)


def talk(at: Place) -> Any:
    return log_interaction([stakeholder(at)], Said(Channel.CALL, DAY, "Quiet"), on=DAY, by=TESTER)


def promise(at: Place) -> Any:
    return make_promise(stakeholder(at), "Send it", at.person, DAY, on=DAY, by=TESTER)


def relate(at: Place) -> StakeholderRelation:
    return say_relation(stakeholder(at), stakeholder(at, "Brokers"), RelationKind.INFLUENCES, on=DAY, by=TESTER)


def step(at: Place) -> StepLine:
    """Plan a step of the person, who sponsors the wave."""
    at.wave.sponsor = at.person
    said = StepDetails(StepKind.SESSION, "The first minutes", "", DAY)
    return lines_of(plan_step(at.wave, at.person, said, on=DAY, by=TESTER).id)[0]


def mail(at: Place) -> MailIn:
    row = MailIn(programme_id=at.programme.id, message_id="<1@example.com>", received_at=AT)
    db.session.add(row)
    db.session.flush()
    return row


def finish(at: Place) -> None:
    module = Module(slug="reading", title="Reading", summary="", body="", minutes=5, version=1, changed_at=clock.now())
    db.session.add(module)
    db.session.flush()
    record_completion(at.person, module, RECORDED_SOURCES[0], on=DAY, by=TESTER)


def tell(at: Place) -> Notice:
    say_effect(at.workflow, "It watches.", by=TESTER)
    return write_notice(at.workflow, "Notice", "What you have to know.", by=TESTER)


def tell_later(at: Place) -> None:
    notice = tell(at)
    publish_notice(notice, by=TESTER)
    waves.add_member(at.wave, make_person("Later Person", "later@example.com"), by=TESTER)
    send_notice(notice.id)


def council(at: Place) -> Body:
    return make_body(at.programme, BodyDetails("Council", BodyKind.WORKS_COUNCIL), None, by=TESTER)


def speak(at: Place) -> BodyMember:
    return name_member(council(at), at.person, by=TESTER)


def consult(at: Place) -> Consultation:
    return open_consultation(at.wave, council(at), Asked(False, "", None), today=DAY, by=TESTER)


METRIC = MetricDetails("Minutes a claim", "minutes", Better.LOWER, ReadingRhythm.MONTH)


def measure(at: Place) -> ValueMetric:
    return make_metric(at.workflow, METRIC, None, by=TESTER)


def read(at: Place) -> MetricReading:
    return add_reading(measure(at), Read(DAY, 12_000), today=DAY, by=TESTER)


def go_on_without_a_lead(at: Place) -> None:
    given = {each.name: "All the same." for each in obstacles(at.wave, DAY)}
    make_ready(at.wave, reason="Rehearsed.", overruled=Overruled(given, Reach(everything=True)), today=DAY, by=TESTER)


def hand_over(at: Place) -> None:
    programmes.name_holder(at.workflow, OwnershipPart.SUPPORT_TEAM, at.person, by=TESTER)


PEOPLE_OF_DEPARTMENT = {"person", "department"}
OF_WAVE = {"programme", "wave"}
#: What somebody does, and where its entry belongs.
DONE: list[tuple[Verb, Callable[[Place], Any], set[str]]] = [
    (Verb.GAVE_ROLE, lambda at: accounts.grant_role(at.account, Role.AUDITOR, by=TESTER, wave_id=at.wave.id), {"wave"}),
    (Verb.WITHDREW_ROLE, lambda at: take_back_role(at, wave_id=at.wave.id), {"wave"}),
    (Verb.WITHDREW_ROLE, lambda at: take_back_role(at, programme_id=at.programme.id), {"programme"}),
    (Verb.WITHDREW_ROLE, lambda at: take_back_role(at, department_id=at.department.id), {"department"}),
    (Verb.WITHDREW_ROLE, take_back_role, set()),
    (Verb.SET_PASSWORD, lambda at: accounts.set_password(at.account, "several plain words here", by=TESTER), set()),
    (Verb.CHANGED_PROGRAMME, lambda at: name_sponsor(at.programme, at.person, by=TESTER), {"programme"}),
    (
        Verb.CHANGED_PROGRAMME,
        lambda at: programmes.change_programme(at.programme, "Another name", "", by=TESTER),
        {"programme"},
    ),
    (
        Verb.ANNOUNCED_VERSION,
        lambda at: announce_version(at.workflow, "More.", DAY + timedelta(days=9), by=TESTER),
        {"programme"},
    ),
    (Verb.WROTE_STATEMENT, lambda at: write_statement(at.workflow, StatementTexts("New"), by=TESTER), {"programme"}),
    (Verb.PUBLISHED_STATEMENT, lambda at: publish_statement(whole_draft(at), by=TESTER), {"programme"}),
    (Verb.DISCARDED_STATEMENT, lambda at: discard_draft(whole_draft(at), by=TESTER), {"programme"}),
    (
        Verb.CONFIRMED_STATEMENT,
        lambda at: answer_statement(at.person, make_statement(at.workflow), None, by=TESTER),
        PEOPLE_OF_DEPARTMENT | {"programme"},
    ),
    (Verb.ASSESSED_IMPACT, lambda at: judge(at), OF_WAVE),
    (Verb.PUBLISHED_IMPACT, lambda at: (judge(at), publish_impact(at.wave, at.department.id, by=TESTER)), OF_WAVE),
    (Verb.NAMED_OVERSEER, lambda at: overseer(at), PEOPLE_OF_DEPARTMENT | {"programme"}),
    (
        Verb.CHANGED_OVERSEER,
        lambda at: change_overseer(overseer(at), OverseerDetails(hours="Never"), on=DAY, by=TESTER),
        PEOPLE_OF_DEPARTMENT | {"programme"},
    ),
    (
        Verb.RELEASED_OVERSEER,
        lambda at: release_overseer(overseer(at), on=DAY, by=TESTER),
        PEOPLE_OF_DEPARTMENT | {"programme"},
    ),
    (Verb.CHANGED_WORKFLOW, lambda at: programmes.change_workflow(at.workflow, name="Other", by=TESTER), {"programme"}),
    (Verb.NAMED_HOLDER, hand_over, PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.CHANGED_WAVE, lambda at: name_lead(at.wave, at.person, by=TESTER), OF_WAVE),
    (
        Verb.MOVED_GO_LIVE,
        lambda at: waves.move_go_live(at.wave, at.wave.go_live_on + timedelta(days=7), reason="Later", by=TESTER),
        OF_WAVE,
    ),
    (
        Verb.CHANGED_STATUS_OF_WAVE,
        lambda at: waves.change_status(at.wave, WaveStatus.READY, reason="Rehearsed.", by=TESTER),
        OF_WAVE,
    ),
    (Verb.SAID_EFFECT, lambda at: say_effect(at.workflow, "It watches.", by=TESTER), {"programme"}),
    (Verb.ENDED_EFFECT, lambda at: end_effect(tell(at).workflow, by=TESTER), {"programme"}),
    (Verb.WROTE_NOTICE, tell, {"programme"}),
    (Verb.PUBLISHED_NOTICE, lambda at: publish_notice(tell(at), by=TESTER), {"programme"}),
    (Verb.SENT_NOTICE, tell_later, {"programme"}),
    (Verb.MADE_BODY, council, {"programme"}),
    (
        Verb.CHANGED_BODY,
        lambda at: change_body(council(at), BodyDetails("Union", BodyKind.UNION), None, by=TESTER),
        {"programme"},
    ),
    (Verb.NAMED_BODY_MEMBER, speak, PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.ENDED_BODY_MEMBER, lambda at: end_member(speak(at), by=TESTER), PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.OPENED_CONSULTATION, consult, OF_WAVE),
    (
        Verb.CHANGED_CONSULTATION,
        lambda at: change_consultation(consult(at), Asked(True, "Section 4", None), today=DAY, by=TESTER),
        OF_WAVE,
    ),
    (
        Verb.HANDED_OVER,
        lambda at: hand_over_document(consult(at), Document("Plan", "1", DAY, text="All"), today=DAY, by=TESTER),
        OF_WAVE,
    ),
    (Verb.ASKED_AS_BODY, lambda at: ask_question(consult(at), "Why?", by=TESTER), OF_WAVE),
    (
        Verb.ANSWERED_BODY,
        lambda at: answer_question(ask_question(consult(at), "Why?", by=TESTER), "So.", by=TESTER),
        OF_WAVE,
    ),
    (
        Verb.SAID_POSITION,
        lambda at: say_position(consult(at), PositionSaid(PositionKind.AGREES, "", DAY), today=DAY, by=TESTER),
        OF_WAVE,
    ),
    (Verb.MADE_METRIC, measure, {"programme"}),
    (Verb.CHANGED_METRIC, lambda at: change_metric(measure(at), METRIC, at.person, by=TESTER), {"programme"}),
    (Verb.ENDED_METRIC, lambda at: end_metric(measure(at), by=TESTER), {"programme"}),
    (
        Verb.SAID_BASELINE,
        lambda at: say_baseline(measure(at), BaselineSaid(reason="Too late."), today=DAY, by=TESTER),
        {"programme"},
    ),
    (Verb.ADDED_READING, read, {"programme"}),
    (
        Verb.CORRECTED_READING,
        lambda at: correct_reading(read(at), Read(DAY, 13_000), today=DAY, by=TESTER),
        {"programme"},
    ),
    (Verb.TOOK_BACK_READING, lambda at: take_back_reading(read(at), by=TESTER), {"programme"}),
    (Verb.OVERRULED_OBSTACLE, go_on_without_a_lead, OF_WAVE),
    (Verb.CHOSE_DEPARTMENTS, lambda at: waves.choose_departments(at.wave, (), by=TESTER), OF_WAVE),
    (Verb.CHOSE_WORKFLOWS, lambda at: waves.choose_workflows(at.wave, (), by=TESTER), OF_WAVE),
    (Verb.ADDED_MEMBER, lambda at: waves.add_member(at.wave, at.person, by=TESTER), OF_WAVE | PEOPLE_OF_DEPARTMENT),
    (
        Verb.CHANGED_TRAINING_ROLES,
        lambda at: people.give_roles(at.person, (TrainingRole.LEADER,), origin=RoleOrigin.HAND, by=TESTER),
        PEOPLE_OF_DEPARTMENT,
    ),
    (
        Verb.CHANGED_DELIVERY_DETAILS,
        lambda at: change_delivery_details(at.person, language="pl", by=TESTER),
        PEOPLE_OF_DEPARTMENT,
    ),
    (Verb.MARKED_AS_LEFT, lambda at: people.mark_as_left(at.person, by=TESTER), PEOPLE_OF_DEPARTMENT),
    (Verb.RENAMED_DEPARTMENT, lambda at: people.rename_department(at.department, "Office", by=TESTER), {"department"}),
    (
        Verb.NAMED_DEPARTMENT_MANAGER,
        lambda at: people.name_department_manager(at.department, at.person, by=TESTER),
        PEOPLE_OF_DEPARTMENT,
    ),
    (Verb.RECORDED_COMPLETION, finish, PEOPLE_OF_DEPARTMENT),
    (Verb.ADDED_STAKEHOLDER, stakeholder, OF_WAVE),
    (Verb.ADDED_STAKEHOLDER, lambda at: stakeholder(at, at.person), OF_WAVE | {"person"}),
    (Verb.ADDED_STAKEHOLDER, lambda at: stakeholder(at, at.department), OF_WAVE | {"department"}),
    (Verb.WROTE_NOTE, lambda at: write_note(stakeholder(at), "Quiet", by=TESTER), OF_WAVE),
    (Verb.LOGGED_INTERACTION, talk, OF_WAVE),
    (Verb.WITHDREW_INTERACTION, lambda at: withdraw_interaction(talk(at), by=TESTER), OF_WAVE),
    (Verb.MADE_PROMISE, promise, OF_WAVE),
    (Verb.MADE_MAIL_ADDRESS, lambda at: make_mailbox(at.programme, by=TESTER), {"programme"}),
    (Verb.DISCARDED_MAIL, lambda at: settle_mail(mail(at), None, by=TESTER), {"programme"}),
    (Verb.SAID_RHYTHM, lambda at: say_own_rhythm(stakeholder(at), Every.WEEK, by=TESTER), OF_WAVE),
    (
        Verb.SAID_RHYTHM,
        lambda at: say_rhythms(at.programme, {Quadrant.KEEP_AN_EYE: Every.WEEK}, by=TESTER),
        {"programme"},
    ),
    (Verb.JUDGED_HEALTH, lambda at: judge_health(stakeholder(at), 50, "Quiet", on=DAY, by=TESTER), OF_WAVE),
    (Verb.MOVED_PROMISE, lambda at: move_promise(promise(at), DAY, make_person(), "Ill", on=DAY, by=TESTER), OF_WAVE),
    (Verb.CLOSED_PROMISE, lambda at: close_promise(promise(at), Outcome.KEPT, "Sent.", by=TESTER), OF_WAVE),
    (Verb.REMOVED_STAKEHOLDER, lambda at: remove_stakeholder(stakeholder(at), by=TESTER), OF_WAVE),
    (Verb.SAID_STANDING, lambda at: say_standing(stakeholder(at), Standing(50), on=DAY, by=TESTER), OF_WAVE),
    (Verb.SAID_CONTACT, lambda at: say_contact(stakeholder(at), Contact(email="a@example.com"), by=TESTER), OF_WAVE),
    (Verb.FORGOT_LABELS, forget, OF_WAVE | {"person"}),
    (Verb.ERASED_STAKEHOLDER, lambda at: erase_outsider(stakeholder(at), by=TESTER), OF_WAVE),
    (
        Verb.APPOINTED_CHAMPION,
        lambda at: appoint_champion(at.wave, at.person, from_on=DAY, by=TESTER),
        OF_WAVE | PEOPLE_OF_DEPARTMENT,
    ),
    (Verb.SAID_RELATION, relate, OF_WAVE),
    (Verb.ENDED_RELATION, lambda at: end_relation(relate(at), by=TESTER), OF_WAVE),
    (Verb.PLANNED_STEP, step, OF_WAVE | PEOPLE_OF_DEPARTMENT),
    (Verb.FINISHED_STEP, lambda at: finish_step(step(at), by=TESTER), OF_WAVE | PEOPLE_OF_DEPARTMENT),
    (Verb.LEFT_OUT_STEP, lambda at: leave_out_step(step(at), "Ill", by=TESTER), OF_WAVE | PEOPLE_OF_DEPARTMENT),
    (Verb.MADE_COMMUNICATION, line, OF_WAVE),
    (Verb.ENDED_COMMUNICATION, lambda at: end_communication(line(at), by=TESTER), OF_WAVE),
    (Verb.DATED_MESSAGE, dated, OF_WAVE),
    (Verb.SKIPPED_MESSAGE, lambda at: skip_occurrence(dated(at), "Not now", by=TESTER), OF_WAVE),
    (Verb.SAVED_AUDIENCE, lambda at: make_audience(), set()),
]


@pytest.mark.parametrize(("verb", "do", "belongs"), DONE, ids=[f"{verb.name}-{i}" for i, (verb, *_) in enumerate(DONE)])
def test_an_entry_belongs_where_it_was_done(app, verb, do, belongs):
    own, foreign = place("Own"), place("Foreign")
    do(own)
    db.session.flush()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    said = {field.removesuffix("_id"): getattr(entry, field) for field in audit.SCOPE}
    assert said == {field: number if field in belongs else None for field, number in own.ids.items()}
    for field in ("programme", "wave", "department"):
        reads = field in belongs or (field == "programme" and "wave" in belongs)
        assert may_read(own.auditor(field, f"{field}@own.example.com"), entry) is reads
        assert may_read(foreign.auditor(field, f"{field}@foreign.example.com"), entry) is False
    assert may_read(make_account("all@example.com", "Al Itor", Role.AUDITOR), entry)


def may_read(auditor: Account, entry: AuditEntry) -> bool:
    seen = entries_within(rights.auditing(reader_of(auditor, "Europe/London")))
    return db.session.scalar(select(AuditEntry.id).where(seen, AuditEntry.id == entry.id)) is not None


def test_a_role_that_moves_along_belongs_to_the_new_department(app):
    own = place("Own")
    move_role(own)
    db.session.flush()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.MOVED_ROLE)).one()
    into = db.session.scalars(select(Department).where(Department.path == "Elsewhere")).one()
    assert (entry.subject_name, entry.department_id) == (own.account.email, into.id)
    merged = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.MERGED_DEPARTMENT)).one()
    assert (merged.subject_name, merged.department_id) == ("Own/Desk", into.id)


def test_a_sign_in_of_the_directory_belongs_to_its_person(app):
    person = make_person("Olive Own", "olive@example.com")
    account = make_account("olive@example.com", "Olive Own", Role.TRAINER)
    accounts.withdraw_grant(accounts.queries.open_grants(account.id)[0], by=TESTER)
    db.session.flush()
    told = select(AuditEntry.verb, AuditEntry.subject_name, AuditEntry.person_id).where(
        AuditEntry.subject_kind == "account"
    )
    assert {tuple(row) for row in db.session.execute(told)} == {
        (verb.value, "olive@example.com", person.id) for verb in (Verb.MADE_SIGN_IN, Verb.GAVE_ROLE, Verb.WITHDREW_ROLE)
    }


def test_an_entry_keeps_the_name_of_its_moment(app):
    department = make_department("Operations/Claims")
    people.rename_department(department, "Cases", by=TESTER)
    people.rename_department(department, "Files", by=TESTER)
    named = select(AuditEntry.subject_name).where(AuditEntry.subject_id == str(department.id)).order_by(AuditEntry.id)
    assert list(db.session.scalars(named.where(AuditEntry.subject_kind == "department"))) == [
        "Operations/Claims",
        "Operations/Cases",
        "Operations/Files",
    ]
