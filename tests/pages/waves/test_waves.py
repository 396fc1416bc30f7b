"""The pages of a wave: planning, changing, moving, its people; as who may, who may partly, and who may not."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from factories import PASSWORD, TESTER, make_account, make_department, make_people, make_person, signed_in
from markup import text_of
from previews import sealed
from sqlalchemy import select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.audiences.actions import save_audience
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.readiness.queries.there import Rare, things_there
from engagement.training.models import Assignment
from engagement.waves.lessons.models import WaveLesson
from engagement.waves.lessons.rules import LessonKind
from engagement.waves.models import Membership, Wave
from engagement.waves.queries import departments_of_waves, members
from engagement.waves.rules import MembershipOrigin
from tests.attention.training_rows import assign


def _lead(app, wave):
    person = make_person("Sam Pryce", department="Programme office")
    wave.lead = person
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    return signed_in(app, account)


def test_the_page_says_when_it_goes_live_and_who_is_in_it(manager, wave):
    page = manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    assert "Wave 3 goes live on Tuesday 12 May, in 28 days." in page
    assert "1 person" in page


def test_moving_go_live_is_shown_first_and_changes_nothing(manager, wave):
    day = {"go_live_on": "2026-05-26"}
    shown = manager.post(f"/waves/{wave.id}/go-live", data=day).get_data(as_text=True)
    assert "Nothing has changed yet" in shown
    assert "19 May" in shown
    assert db.session.get(Wave, wave.id).go_live_on == date(2026, 5, 12)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-12-26", "That is Boxing Day, when few people work."),
        ("2026-05-25", "That is Spring Bank Holiday, when few people work."),
        ("2026-05-30", "That is a Saturday, when few people work."),
        ("2026-05-26", ""),
    ],
)
def test_a_go_live_on_a_day_off_is_warned_about_before_and_after(manager, wave, day, why):
    move = {"go_live_on": day, "shown": day}
    pages = [manager.post(f"/waves/{wave.id}/go-live", data=move)]
    path = f"/waves/{wave.id}/go-live"
    manager.post(path, data=sealed(manager, path, {**move, "confirm": "yes", "reason": "Later."}))
    pages += [manager.get(f"/waves/{wave.id}"), manager.get(f"/waves/{wave.id}")]
    shown = [re.sub(r"\s+", " ", answer.get_data(as_text=True)) for answer in pages]
    assert [why in text for text in shown] == [True] * 3
    assert [("when few people work" in text) for text in shown] == [bool(why)] * 3


def test_moving_needs_a_reason_and_leaves_both_days_in_the_audit(manager, wave):
    move = {"go_live_on": "2026-05-26", "shown": "2026-05-26", "confirm": "yes"}
    assert "Say why it moves" in manager.post(f"/waves/{wave.id}/go-live", data=move).get_data(as_text=True)
    path = f"/waves/{wave.id}/go-live"
    answer = manager.post(path, data=sealed(manager, path, {**move, "reason": "No change approver yet."}))
    assert answer.status_code == 303
    assert db.session.get(Wave, wave.id).go_live_on == date(2026, 5, 26)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "moved go-live")).one()
    assert entry.changes["go-live"] == ["2026-05-12", "2026-05-26"]


def test_a_quiet_period_that_ends_before_go_live_is_refused_above_its_field(manager, wave):
    form = {
        "name": "Early",
        "go_live_on": "2026-06-01",
        "stabilises_until_on": "2026-05-01",
        "training_lead_days": "7",
    }
    page = manager.post(f"/programmes/{wave.programme_id}/waves/new", data=form).get_data(as_text=True)
    assert "The quiet period begins with go-live" in page
    assert 'value="Early"' in page
    assert len(db.session.scalars(select(Wave)).all()) == 1


def test_a_lead_changes_the_wave_but_not_its_departments(app, wave):
    other = make_department("Legal")
    lead = _lead(app, wave)
    assert "Those who plan the programme choose them" in lead.get(f"/waves/{wave.id}/edit").get_data(as_text=True)
    form = {"name": "Renamed", "training_lead_days": "7", "lead": "sam.pryce@example.com", "departments": [other.id]}
    assert lead.post(f"/waves/{wave.id}/edit", data=form).status_code == 303
    changed = db.session.get(Wave, wave.id)
    assert changed.name == "Renamed"
    assert [d.path for d in departments_of_waves([wave.id])[wave.id]] == ["Operations/Claims"]


def test_a_lead_adds_only_whom_they_see_already(app, wave):
    make_person("Jack Williams", "jack@example.com", "Legal", employee_id="1002")
    seen = make_person("Ama Osei", "ama@example.com", "Legal", employee_id="1003")
    lead = _lead(app, wave)
    seen.manager = db.session.get(Wave, wave.id).lead
    db.session.commit()
    told = {}
    for asked in ("1002", "jack@example.com", "1999", "1003"):
        answer = lead.post(f"/waves/{wave.id}/people", data={"person": asked})
        found = re.findall(r"(Nobody whom .*)</p>", answer.get_data(as_text=True))
        told[asked] = (answer.status_code, "".join(found).replace(asked, "…"))
    refused = (
        "Nobody whom you can choose has the name, address or employee number “…”. "
        "A change manager of the programme can add people from elsewhere."
    )
    assert told == {
        "1002": (422, refused),
        "jack@example.com": (422, refused),
        "1999": (422, refused),
        "1003": (303, ""),
    }
    assert sorted(p.name for p in db.session.scalars(members(wave.id))) == ["Ama Osei", "Tomasz Wójcik"]


def test_who_plans_the_programme_adds_anybody(app, wave):
    make_person("Jack Williams", "jack@example.com", "Legal", employee_id="1002")
    account = make_account("pat@example.com", "Pat Planner", Role.CHANGE_MANAGER, programme_id=wave.programme_id)
    assert signed_in(app, account).post(f"/waves/{wave.id}/people", data={"person": "1002"}).status_code == 303


@pytest.mark.parametrize(
    ("scope", "lead", "sponsor"),
    [("none", "Sam Pryce", None), ("wave_id", "Ama Osei", None), ("programme_id", "Ama Osei", "Ama Osei")],
)
def test_nobody_gives_themselves_rights_by_naming_lead_or_sponsor(app, wave, scope, lead, sponsor):
    """A wave's sponsor reads the sheet of the whole programme, so only who plans all of it says who that is."""
    make_person("Ama Osei", "ama@example.com", "Legal")
    if scope == "none":
        client = _lead(app, wave)
    else:
        wave.lead = make_person("Sam Pryce", department="Programme office")
        place = {"wave_id": wave.id, "programme_id": wave.programme_id}
        account = make_account("wim@example.com", "Wim Scoped", Role.CHANGE_MANAGER, **{scope: place[scope]})
        client = signed_in(app, account)
    posted = {"name": "Renamed", "training_lead_days": "7", "lead": "ama@example.com", "sponsor": "ama@example.com"}
    assert client.post(f"/waves/{wave.id}/edit", data=posted).status_code == 303
    changed = db.session.get(Wave, wave.id)
    assert changed.name == "Renamed"
    assert (changed.lead.name, changed.sponsor and changed.sponsor.name) == (lead, sponsor)


def test_employee_numbers_name_nobody_whom_a_lead_does_not_see(app, wave):
    """Numbers run in sequence: a form that says whose each is would read the directory out."""
    make_person("Jack Williams", "jack@example.com", "Legal", employee_id="1002")
    lead = _lead(app, wave)

    def answer(person: str) -> str:
        posted = {"person": person, "from_on": "2026-04-14", "department": ""}
        return lead.post(f"/waves/{wave.id}/champions", data=posted).get_data(as_text=True)

    refused = "Nobody here has the name, address or employee number “{}”."
    assert [refused.format(n) in answer(n) for n in ("1002", "1999")] == [True, True]
    # Who writes the address knows who it is.
    assert "Jack Williams works in no department of this wave." in answer("jack@example.com")


def test_the_people_of_a_past_day_are_listed(manager, wave):
    """Days are the organisation's: London is an hour ahead of UTC."""
    wave.made_at = datetime(2026, 3, 30, 9, tzinfo=UTC)
    (stays,) = db.session.scalars(select(Membership))
    stays.joined_at = datetime(2026, 4, 8, 23, 30, tzinfo=UTC)
    left_at = datetime(2026, 4, 5, 22, 30, tzinfo=UTC)
    gone = make_person("Gone Girl")
    db.session.add(
        Membership(wave=wave, person=gone, origin=MembershipOrigin.HAND, joined_at=wave.made_at, ended_at=left_at)
    )
    db.session.commit()
    told = {}
    for on in (
        "1900-01-01",
        "2026-04-05",
        "2026-04-06",
        "2026-04-08",
        "2026-04-09",
        "2026-04-14",
        "9999-12-31",
        "x",
        "",
    ):
        answer = manager.get(f"/waves/{wave.id}/people?on={on}")
        assert answer.status_code == 200
        told[on] = re.findall(r'<th scope="row"><a[^>]*>([^<]*)', answer.get_data(as_text=True))
    present, before = ["Tomasz Wójcik"], ["Gone Girl"]
    assert list(told.values()) == [before, before, [], [], present, present, present, present, present]


def test_the_page_asks_as_often_for_many_members_as_for_few(app, manager, wave, statements):
    with statements() as few:
        manager.get(f"/waves/{wave.id}")
    for person in make_people(60, "Operations/Claims/Property"):
        db.session.add(
            Membership(
                wave_id=wave.id, person=person, origin=MembershipOrigin.HAND, joined_at=wave.made_at + timedelta(1)
            )
        )
    db.session.commit()
    with statements() as many:
        manager.get(f"/waves/{wave.id}")
    assert len(many) == len(few)


def test_an_employee_sees_no_wave(app, wave):
    person = make_person("Zofia Żółw")
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    assert signed_in(app, account).get(f"/waves/{wave.id}").status_code == 403


def test_the_page_takes_as_many_statements_for_thirty_people_as_for_one(manager, wave, statements):
    def taken() -> int:
        db.session.commit()
        manager.get(f"/waves/{wave.id}")
        with statements() as sent:
            manager.get(f"/waves/{wave.id}")
        return len(sent)

    alone = taken()
    for person in make_people(30):
        db.session.add(
            Membership(
                wave=wave, person=person, origin=MembershipOrigin.HAND, joined_at=datetime(2026, 4, 14, tzinfo=UTC)
            )
        )
    assert taken() == alone


def test_an_audience_is_chosen_on_the_list_of_people(manager, wave):
    make_person("Bo Ito", department="Finance", country="PL")
    audience = save_audience("People in Poland", {"field": "country", "values": ["PL"]}, by=TESTER)
    save_audience("Of the wave", {"field": "wave", "values": [wave.id]}, by=TESTER)
    page = manager.get(f"/waves/{wave.id}/people").get_data(as_text=True)
    assert ("People in Poland" in page, "Of the wave" in page) == (True, False)
    chosen = manager.post(f"/waves/{wave.id}/audiences", data={"audiences": str(audience.id)}, follow_redirects=True)
    page = chosen.get_data(as_text=True)
    assert "1 person has joined" in page
    assert "Bo Ito" in page


def test_the_page_asks_nothing_more_about_what_the_wave_has_nothing_of(manager, wave, statements):
    """Each look-up costs about a millisecond, so one asks first which of the rare things are there at all."""
    with statements() as few:
        manager.get(f"/waves/{wave.id}")
    assert len(few) <= 25
    for kind in (LessonKind.WENT_WELL, LessonKind.TO_CHANGE):
        db.session.add(
            WaveLesson(wave_id=wave.id, kind=kind, text="Begin earlier.", said_at=clock.now(), said_by="Ines")
        )
    db.session.commit()
    assert things_there(wave.id) == {Rare.LESSONS}
    with statements() as more:
        manager.get(f"/waves/{wave.id}")
    assert len(more) <= len(few) + 1


def test_training_of_a_role_that_few_have_is_told_to_those_alone_who_read_the_people(app, wave, manager):
    for person in make_people(4):
        db.session.add(Membership(wave=wave, person=person, origin=MembershipOrigin.HAND, joined_at=clock.now()))
    db.session.flush()
    assign(wave, list(db.session.scalars(members(wave.id))), 2)
    db.session.commit()
    account = make_account("spo@example.com", "Spo Nsor", Role.SPONSOR, programme_id=wave.programme_id)
    sponsor = signed_in(app, account)
    address = f"/waves/{wave.id}"
    assert "User 40 %, 2 of 5 finished what the role requires" in text_of(sponsor.get(address))
    db.session.delete(db.session.scalars(select(Assignment)).first())
    db.session.commit()
    page = text_of(sponsor.get(address)).partition("Training by role")[2]
    assert page.startswith(" U User Not shown: fewer than 5 people have this role")
    assert "of 4" not in page.partition("Next messages")[0]
    assert "of 4" in text_of(manager.get(address)).partition("Training by role")[2].partition("Next messages")[0]
