"""What needs a reader: rows that say why, about what, who, since when, by when and where; and none that is not theirs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_people,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
    make_workflow,
)
from sqlalchemy import select, update

from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.attention.queries.need import Need, Needed, Who
from engagement.attention.queries.needs import needed_by
from engagement.attention.queries.there import reasons_there
from engagement.attention.rules import Kind, Place, Reason
from engagement.communications.rules import OccurrenceStatus
from engagement.consultations.actions.bodies import make_body
from engagement.consultations.actions.consulting import open_consultation
from engagement.consultations.rules import Asked, BodyDetails, BodyKind
from engagement.db import db
from engagement.mail.bounces.models import Bounce, Suppression
from engagement.mail.bounces.rules.causes import Cause
from engagement.people import actions as people
from engagement.people.organisation.rules import UNSET
from engagement.people.rules import TrainingRole
from engagement.set_aside import set_aside
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.leadership.actions import StepDetails, plan_step
from engagement.stakeholders.leadership.rules import StepKind
from engagement.training.models import Assignment, Curriculum, CurriculumItem, Leftover
from engagement.training.rules import ItemKind, LeftoverCause
from engagement.value.actions.metrics import make_metric
from engagement.value.rules import Better, MetricDetails, ReadingRhythm
from engagement.waves.queries import waves_visible
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import waves_within
from tests.attention.training_rows import assign, own_all
from tests.communications.calendar_rows import make_draft, make_line
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("app", "frozen")
NOW = datetime(2026, 4, 14, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
#: Of what these are about, most services have nothing; see `attention.queries.there`.
SELDOM = {
    Reason.SET_ASIDE,
    Reason.CONSULTATION,
    Reason.READING_DUE,
    Reason.MAIL_IN,
    Reason.OLD_TRAINING,
    Reason.SPONSORS_STEP,
    Reason.BOUNCING,
}


def needed(account: Account, limit: int = 4) -> list[Needed]:
    reader = reader_of(account, "UTC")
    return needed_by(reader, waves_visible(waves_within(rights.reading(reader))), TODAY, UNSET, limit=limit)


def reasons(account: Account) -> dict[Reason, int]:
    return {each.reason: each.count for each in needed(account)}


def only(account: Account, reason: Reason) -> Need:
    [need] = next(each.first for each in needed(account) if each.reason is reason)
    return need


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def test_a_concern_says_who_has_it_by_when_it_was_promised_and_how_late_that_is() -> None:
    manager = make_change_manager()
    concern = make_unknown_concern("Words", on=date(2026, 4, 1))
    need = only(manager, Reason.UNREAD)
    assert (need.kind, need.key, need.place) == (Kind.CONCERN, concern.id, Place.CONCERN)
    assert (need.who, need.since, need.by, need.days_late) == (None, date(2026, 4, 1), date(2026, 4, 2), 12)
    assert "Words" not in need.name


def test_a_message_to_approve_names_the_approver_and_others_their_writer() -> None:
    writer = make_account("sam@example.com", "Sam Pryce", Role.CHANGE_MANAGER)
    approver = make_account("ada@example.com", "Ada Approver")
    line = make_line(make_programme(), owner=writer)
    line.approver_id = approver.id
    message = make_draft(line, NOW + timedelta(hours=5))
    message.status, message.write_by, message.subject = OccurrenceStatus.IN_REVIEW, days(-3), "What changes"
    db.session.flush()
    need = only(approver, Reason.APPROVAL)
    assert (need.name, need.kind, need.key, need.place) == ("What changes", Kind.MESSAGE, message.id, Place.MESSAGE)
    assert (need.who, need.by, need.days_late) == (Who("Ada Approver", approver.id), message.sends_at, 0)
    message.status = OccurrenceStatus.DRAFT
    db.session.flush()
    need = only(writer, Reason.UNWRITTEN)
    assert (need.who, need.by, need.days_late) == (Who("Sam Pryce", writer.id), days(-3), 3)
    assert needed(approver) == []


def test_a_vacancy_says_since_when_and_by_when() -> None:
    manager, programme = make_change_manager(), make_programme()
    workflow = make_workflow(programme)
    own_all(workflow, make_person("Petra Gone", "petra@example.com"), until=date(2026, 4, 9))
    make_wave(programme, workflows=(workflow,), go_live_on=days(90))
    need = only(manager, Reason.VACANCY)
    assert (need.kind, need.key, need.name, need.place) == (
        Kind.WORKFLOW,
        workflow.id,
        "Claims triage",
        Place.NAME_OWNERS,
    )
    assert (need.who, need.since, need.by, need.days_late) == (None, date(2026, 4, 9), days(90 - 14), 0)


@pytest.mark.parametrize("ahead", [28, 1, 0])
def test_a_wave_near_its_go_live_in_which_nobody_has_training_needs_whoever_leads_it(ahead: int) -> None:
    lead = make_person("Lena Lead", "lena@example.com")
    wave = make_wave(lead=lead, go_live_on=days(ahead))
    make_wave(wave.programme, number=4, go_live_on=days(29))
    need = only(make_change_manager(), Reason.NO_TRAINING)
    assert (need.kind, need.key, need.place) == (Kind.WAVE, wave.id, Place.WAVE)
    assert (need.who, need.by) == (Who("Lena Lead", person_id=lead.id), days(ahead))


def test_members_without_a_training_role_are_counted_for_open_waves() -> None:
    manager, programme = make_change_manager(), make_programme()
    bare = make_person("Nora None", roles=())
    wave = make_wave(programme, number=1, members=[bare, make_person()], go_live_on=days(90))
    make_wave(programme, number=2, members=[bare], status=WaveStatus.CLOSED)
    need = only(manager, Reason.NO_ROLE)
    assert (need.key, need.place, getattr(need.subject, "people", None)) == (wave.id, Place.GIVE_ROLES, 1)


def test_a_role_without_a_curriculum_is_one_need_however_many_waves_wait_for_it() -> None:
    manager, programme = make_change_manager(), make_programme()
    one, other, builder = *make_people(2), make_person("Bea Builder", roles=(TrainingRole.BUILDER,))
    later = make_wave(programme, number=1, members=[one, builder], go_live_on=days(20))
    soon = make_wave(programme, number=2, members=[other], go_live_on=days(10))
    make_wave(programme, number=3, members=[other], go_live_on=days(29))
    make_wave(programme, number=4, members=[other], status=WaveStatus.CANCELLED)
    found = next(each for each in needed(manager) if each.reason is Reason.NO_CURRICULUM)
    assert [(need.key, need.by, need.place) for need in found.first] == [
        ("user", days(10), Place.CURRICULUM),
        ("builder", days(20), Place.CURRICULUM),
    ]
    assert [getattr(need.subject, "waves", None) for need in found.first] == [[soon, later], [later]]
    assert Reason.NO_TRAINING not in reasons(manager)
    assign(soon, [other], 0)
    assert [need.key for need in next(e for e in needed(manager) if e.reason is Reason.NO_CURRICULUM).first] == [
        "builder"
    ]
    db.session.execute(update(CurriculumItem).values(kind=ItemKind.OPTIONAL))
    assert reasons(manager)[Reason.NO_CURRICULUM] == 2
    db.session.execute(update(CurriculumItem).values(kind=ItemKind.CHOICE))
    db.session.execute(update(Curriculum).values(choices_needed=1))
    assert reasons(manager)[Reason.NO_CURRICULUM] == 1


@pytest.mark.parametrize("status", [WaveStatus.LIVE, WaveStatus.STABILISING])
def test_a_live_wave_with_none_trained_is_never_calm(status: WaveStatus) -> None:
    manager, members = make_change_manager(), make_people(14)
    wave = make_wave(members=members, go_live_on=days(-9), status=status)
    assign(wave, [], 0)
    assert reasons(manager) == {Reason.NONE_TRAINED: 1}
    need = only(manager, Reason.NONE_TRAINED)
    assert (need.by, need.days_late, need.place) == (days(-9), 9, Place.WAVE_TRAINING)
    wave.status = WaveStatus.CLOSED
    db.session.flush()
    assert needed(manager) == []


def test_one_who_finished_ends_the_alarm_of_a_live_wave() -> None:
    manager, members = make_change_manager(), make_people(14)
    assign(make_wave(members=members, go_live_on=days(-9), status=WaveStatus.LIVE), members, 1)
    assert needed(manager) == []


def test_what_leavers_hold_is_one_need_for_those_who_may_change_people() -> None:
    person = make_person("Ann Lead", "ann@example.com")
    wave = make_wave(lead=person, go_live_on=days(90))
    people.mark_as_left(person, by=TESTER)
    db.session.flush()
    need = only(make_change_manager(), Reason.LEAVERS)
    assert (need.kind, need.key, need.place, need.who) == (Kind.LEAVERS, None, Place.LEAVERS, None)
    scoped = make_account("pat@example.com", "Pat Wave", Role.CHANGE_MANAGER, wave_id=wave.id)
    assert Reason.LEAVERS not in reasons(scoped)


def test_a_lead_is_needed_for_their_own_wave_and_who_plans_nothing_for_none() -> None:
    lead = make_person("Lena Lead", "lena@example.com")
    programme = make_programme()
    own = make_wave(programme, number=1, lead=lead, go_live_on=days(7), workflows=(make_workflow(programme),))
    make_wave(programme, number=2, go_live_on=days(7))
    make_unknown_concern("Nobody’s", on=date(2026, 4, 1))
    account = make_account("lena@example.com", "Lena Lead")
    account.person_id = lead.id
    db.session.flush()
    [found] = needed(account)
    assert (found.reason, [need.key for need in found.first]) == (Reason.NO_TRAINING, [own.id])
    assert needed(make_account("e@example.com", "Emil Employee")) == []
    assert needed(make_account("a@example.com", "Ada Auditor", Role.AUDITOR)) == []
    assert len(needed(make_change_manager())) == 3


def test_whatever_is_seldom_there_is_asked_about_once_it_is() -> None:
    manager, sponsor, programme = make_change_manager(), make_person("Mia Sponsor", "mia@example.com"), make_programme()
    programme.sponsor, workflow = sponsor, make_workflow(programme)
    wave = make_wave(programme, members=[sponsor], workflows=(workflow,), status=WaveStatus.LIVE, go_live_on=days(-40))
    assert reasons_there() == set()
    assert not SELDOM & reasons(manager).keys()
    places = {"programme_id": programme.id, "wave_id": wave.id}
    set_aside("settle-directory", "wave", str(wave.id), wave.title, "A fault.", scope=places)
    council = make_body(programme, BodyDetails("Council", BodyKind.WORKS_COUNCIL), None, by=TESTER)
    open_consultation(wave, council, Asked(True, "Section 4", days(1)), today=TODAY, by=TESTER)
    metric = make_metric(workflow, MetricDetails("Time", "hours", Better.LOWER, ReadingRhythm.MONTH), None, by=TESTER)
    metric.made_at = NOW - timedelta(days=60)
    plan_step(wave, sponsor, StepDetails(StepKind.SESSION, "Opens it", "", days(-2)), on=days(-2), by=TESTER)
    assign(wave, [sponsor], 0)
    old = db.session.scalars(select(Assignment)).one()
    stopped = "mia@example.com"
    bounce = Bounce(
        fingerprint="1", came_at=NOW, cause=Cause.NO_MAILBOX, address=stopped, status="", text="", counts=True
    )
    db.session.add_all(
        [
            MailIn(programme_id=programme.id, message_id="<1@example.com>", received_at=NOW),
            Leftover(assignment=old, person=sponsor, cause=LeftoverCause.ROLE, asked_at=NOW),
            Suppression(address=stopped, stopped_at=NOW, bounce=bounce),
        ]
    )
    db.session.flush()
    assert reasons(manager).keys() >= SELDOM
    # One condition stands for the steps of a sponsor and those that a planner looks at.
    assert reasons_there() == SELDOM - {Reason.SPONSORS_STEP} | {Reason.OWN_STEP}


def test_only_the_first_of_a_reason_are_read_and_all_are_counted() -> None:
    manager, programme = make_change_manager(), make_programme()
    for number in range(1, 8):
        make_wave(programme, number=number, go_live_on=days(number))
    [found] = needed(manager, limit=3)
    assert (found.count, [need.name for need in found.first]) == (
        7,
        [f"Wave {number}: Property claims" for number in (1, 2, 3)],
    )


def test_it_takes_as_many_statements_for_much_as_for_little(statements: Statements) -> None:
    manager, programme = make_change_manager(), make_programme()
    numbers = []
    for number in range(1, 6):
        bare = make_person(f"P {number}", f"p{number}@example.com", roles=())
        user = make_person(f"U {number}", f"u{number}@example.com")
        workflow = make_workflow(programme, f"Workflow {number}")
        make_wave(programme, number=number, members=[bare, user], workflows=(workflow,), lead=user)
        make_unknown_concern(f"Concern {number}", on=date(2026, 4, 1))
        db.session.expire_all()
        with statements() as sent:
            assert {each.count for each in needed(manager)} <= {1, number}
        numbers.append(len(sent))
    assert set(numbers[1:]) == {numbers[0]}
