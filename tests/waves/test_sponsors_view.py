"""How a wave's sponsors see what it changes: who says it, until when, which view stands, who is asked, and what stays of it."""

import pytest
from factories import TESTER, make_account, make_department, make_person, make_programme, make_wave
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engagement import clock
from engagement.accounts.actions import account_for_person
from engagement.accounts.queries import reader_of
from engagement.accounts.scopes import rights
from engagement.attention.queries.leadership import views_waiting_for
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.actions import merge_department
from engagement.people.organisation.rules import UNSET
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.queries.data_file import data_of
from engagement.privacy.rules.records import STAND_IN
from engagement.programmes.scope.rules import StatementFor
from engagement.reach import Reach
from engagement.reports.queries.sheet import sheet_of
from engagement.verbs import Verb
from engagement.waves.actions import choose_departments
from engagement.waves.impacts.actions import assess_impact, say_as_sponsor
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries.gaps import as_read, gaps_of, waves_asking
from engagement.waves.impacts.queries.standing import standing_assessment, versions_of
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide, Sides, assessment_problems
from engagement.waves.impacts.scopes import is_sponsor, keeps_people_back
from engagement.waves.rules import WaveStatus

SPONSORS, LEADERS = ImpactSide.SPONSORS, ImpactSide.LEADERS


def said(points, aspect=Aspect.TASKS, basis=""):
    return Assessed({aspect: AspectSaid(points)}, basis)


@pytest.fixture
def margaret(app):
    return make_person("Margaret Leclerc", "margaret@example.com", "Executive")


@pytest.fixture
def claims(app):
    return make_department("Operations/Claims")


@pytest.fixture
def wave(margaret, claims):
    return make_wave(make_programme(sponsor=margaret), departments=(claims,))


def standing(wave, department):
    return standing_assessment(wave.id, department.id, SPONSORS)


def test_a_sponsor_says_points_without_words_and_leaves_out_what_they_want():
    assert assessment_problems(said(4), SPONSORS, 5) == {}
    assert list(assessment_problems(said(4), LEADERS, 5)) == ["after_tasks"]
    assert list(assessment_problems(Assessed(), SPONSORS, 5)) == ["score_tasks"]
    assert list(assessment_problems(said(6), SPONSORS, 5)) == ["score_tasks"]


def test_each_of_those_above_is_held_against_the_people_alone():
    sides = Sides(said(5), said(1), said(3))
    assert sides.apart == {Aspect.TASKS: [SPONSORS, LEADERS]}
    assert sides.differing_words == "Sponsors: what they do. Leaders: what they do"
    assert Sides(said(5), said(0), None).apart == {}
    sides = Sides(said(2), None, said(3))
    assert (sides.apart, sides.compared, sides.differing_words) == ({}, [SPONSORS], "")
    assert Sides(said(2, Aspect.PAY), said(2), said(2)).compared == [LEADERS]


def test_one_view_stands_and_it_is_that_of_who_said_it_last(frozen, wave, claims, margaret):
    other = make_person("Olga Osei", "olga@example.com", "Executive")
    wave.sponsor = other
    first = say_as_sponsor(wave, claims, margaret, said(1), by=account_for_person(margaret).actor)
    assert (standing(wave, claims), first.signed) == (first, "Margaret Leclerc")
    assert say_as_sponsor(wave, claims, margaret, said(1), by=TESTER) is None
    # The same points of somebody else are another view.
    second = say_as_sponsor(wave, claims, other, said(1), by=TESTER)
    assert second.signed == "Olga Osei, written down by The tests"
    assert versions_of(wave.id, claims.id) == [second, first]
    assert (first.superseded_at, second.superseded_at) == (clock.now(), None)
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.ASSESSED_IMPACT)).all()
    assert [entry.changes["sponsor"] for entry in entries] == [[None, "Margaret Leclerc"], [None, "Olga Osei"]]
    assert {entry.wave_id for entry in entries} == {wave.id}


def test_a_view_is_signed_by_who_they_are_and_not_by_how_they_are_called(frozen, wave, claims, margaret):
    row = say_as_sponsor(wave, claims, margaret, said(1), by=account_for_person(margaret).actor)
    margaret.name = "Margaret Smith"
    assert row.signed == "Margaret Smith"
    namesake = make_account("desk@example.com", "Margaret Smith").actor
    assert say_as_sponsor(wave, claims, margaret, said(2), by=namesake).signed == (
        "Margaret Smith, written down by Margaret Smith"
    )


def test_nobody_else_says_it_and_nobody_after_the_go_live(frozen, wave, claims, margaret):
    stranger = make_person("Tomasz Wójcik", "tomasz@example.com")
    with pytest.raises(BadInput, match="Tomasz Wójcik sponsors neither"):
        say_as_sponsor(wave, claims, stranger, said(1), by=TESTER)
    with pytest.raises(RuleBroken, match="Elsewhere is not in "):
        say_as_sponsor(wave, make_department("Elsewhere"), margaret, said(1), by=TESTER)
    margaret.left_at = clock.now()
    with pytest.raises(BadInput):
        say_as_sponsor(wave, claims, margaret, said(1), by=TESTER)
    margaret.left_at = None
    for status in WaveStatus:
        wave.status = status
        if not status.is_ahead:
            with pytest.raises(RuleBroken, match="before a wave goes live"):
                say_as_sponsor(wave, claims, margaret, said(1), by=TESTER)
    assert standing(wave, claims) is None


def test_the_database_keeps_a_sponsor_beside_their_side_alone(frozen, wave, claims, margaret):
    row = say_as_sponsor(wave, claims, margaret, said(1), by=TESTER)
    for values in ({"sponsor_id": None}, {"side": LEADERS}, {"voices": 5}):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(
                ImpactAssessment.__table__.update().where(ImpactAssessment.id == row.id).values(**values)
            )


def test_a_view_goes_on_for_the_successor_of_a_merged_department(frozen, wave, claims, margaret):
    row = say_as_sponsor(wave, claims, margaret, said(1), by=TESTER)
    into = make_department("Operations/Desk")
    merge_department(claims, into, by=TESTER)
    assert standing(wave, into) == row


def waiting(person, wave):
    reader = reader_of(account_for_person(person), "UTC")
    return [[row.path for row in each.departments] for each in views_waiting_for(reader) if each.wave is wave]


def on_sheet(person, wave):
    reader = reader_of(account_for_person(person), "UTC")
    views = sheet_of(wave.programme, clock.today("UTC"), reader, 5, UNSET).views
    return [[row.path for row in each.departments] for each in views]


def test_a_sponsor_is_asked_where_others_have_spoken_and_no_sponsor_has(frozen, wave, claims, margaret):
    assert waiting(margaret, wave) == []
    by_role = Assessed({Aspect.PAY: AspectSaid(0)})
    assess_impact(wave, claims, LEADERS, by_role, StatementFor.LEADER, floor=5, by=TESTER)
    assert waiting(margaret, wave) == [["Operations/Claims"]]
    other = make_person("Olga Osei", "olga@example.com", "Executive")
    # The wave's own sponsor is asked before the programme's; either may say it.
    wave.sponsor = other
    assert (waiting(margaret, wave), waiting(other, wave)) == ([], [["Operations/Claims"]])
    say_as_sponsor(wave, claims, margaret, said(1), by=TESTER)
    assert waiting(other, wave) == []
    # Once who said it sponsors nothing here any more, whoever does is asked.
    wave.programme.sponsor = None
    assert waiting(other, wave) == [["Operations/Claims"]]
    wave.status = WaveStatus.LIVE
    assert waiting(other, wave) == []


def test_of_sponsors_who_left_neither_the_name_nor_the_view_counts(frozen, wave, claims, margaret):
    olga = make_person("Olga Osei", "olga@example.com", "Executive")
    wave.sponsor = olga
    assess_impact(wave, claims, LEADERS, Assessed({Aspect.PAY: AspectSaid(0)}), floor=5, by=TESTER)
    say_as_sponsor(wave, claims, olga, said(1), by=TESTER)
    assert (waiting(margaret, wave), on_sheet(margaret, wave)) == ([], [])
    olga.left_at = clock.now()
    assert waiting(margaret, wave) == on_sheet(margaret, wave) == [["Operations/Claims"]]
    assert (waves_asking(margaret.id), waves_asking(olga.id)) == ([wave], [])


def test_nobody_is_asked_in_a_closed_programme(frozen, wave, claims, margaret):
    assess_impact(wave, claims, LEADERS, Assessed({Aspect.PAY: AspectSaid(0)}), floor=5, by=TESTER)
    assert waiting(margaret, wave) == on_sheet(margaret, wave) == [["Operations/Claims"]]
    wave.programme.closed_at = clock.now()
    assert waiting(margaret, wave) == on_sheet(margaret, wave) == []


def test_departments_that_became_one_are_asked_of_once(frozen, wave, claims, margaret):
    desk = make_department("Operations/Desk")
    choose_departments(wave, [claims, desk], by=TESTER)
    for place in (claims, desk):
        assess_impact(wave, place, LEADERS, Assessed({Aspect.PAY: AspectSaid(0)}), floor=5, by=TESTER)
    merge_department(claims, desk, by=TESTER)
    assert waiting(margaret, wave) == on_sheet(margaret, wave) == [["Operations/Desk"]]


def test_a_department_that_left_the_wave_is_asked_of_nobody(frozen, wave, claims, margaret):
    letters = make_department("Operations/Letters")
    choose_departments(wave, [claims, letters], by=TESTER)
    for place in (claims, letters):
        assess_impact(wave, place, LEADERS, Assessed({Aspect.PAY: AspectSaid(0)}), floor=5, by=TESTER)
    # What people say of it is not kept back either: it was for good, as nobody can say anything of it any more.
    assess_impact(
        wave,
        claims,
        ImpactSide.PEOPLE,
        Assessed({Aspect.PAY: AspectSaid(4, "", "Less")}, "Workshop", 8),
        floor=5,
        by=TESTER,
    )
    choose_departments(wave, [letters], by=TESTER)
    assert waiting(margaret, wave) == on_sheet(margaret, wave) == [["Operations/Letters"]]
    (read,) = as_read(gaps_of([wave]), Reach(), Reach(person_id=margaret.id))
    assert [gap.group for gap in read.gaps] == ["Operations/Claims"]


def test_who_sponsors_nothing_is_looked_for_in_no_statement(frozen, wave, margaret, statements):
    reader = reader_of(account_for_person(make_person("Tomasz Wójcik")), "UTC")
    with statements() as sent:
        assert views_waiting_for(reader) == []
    assert sent == []


def test_from_whom_the_people_are_kept_back(frozen, wave, claims, margaret):
    person = Reach(person_id=margaret.id)
    assert keeps_people_back(Reach(), person, wave)
    # Who plans needs their points; a role alone makes nobody a sponsor; a link in a message opens nothing.
    assert not keeps_people_back(Reach(everything=True), person, wave)
    assert not keeps_people_back(Reach(), Reach(person_id=margaret.id + 1), wave)
    limited = reader_of(account_for_person(margaret), "UTC").as_employee()
    assert not is_sponsor(rights.sponsoring(limited), wave)
    wave.status = WaveStatus.LIVE
    assert not keeps_people_back(Reach(), person, wave)


def test_a_sponsors_own_data_has_their_view_with_its_points(frozen, wave, claims, margaret):
    assess_impact(wave, claims, LEADERS, Assessed({Aspect.PAY: AspectSaid(0)}), floor=5, by=TESTER)
    say_as_sponsor(wave, claims, margaret, said(3, basis="The business case"), by=TESTER)
    about = data_of(margaret, with_concerns=False)["about_them"]
    (row,) = about["impact_assessment"]
    assert (row["side"], row["basis"], "said_by" in row) == ("sponsors", "The business case", False)
    assert [(each["aspect"], each["score"]) for each in about["impact_aspect"]] == [("tasks", 3)]


def test_after_erasing_a_sponsor_the_points_stay_and_no_name(frozen, wave, claims, margaret):
    own = account_for_person(margaret).actor
    say_as_sponsor(wave, claims, margaret, said(3, basis="Margaret Leclerc thinks so"), by=own)
    wave.programme.sponsor = None
    erase_person(margaret, by=TESTER)
    db.session.expire_all()
    row = standing(wave, claims)
    assert row is not None
    assert (row.said.total, row.basis, row.said_by) == (3, f"{STAND_IN} thinks so", "")
    assert row.signed == STAND_IN
