"""Steps of sponsors: planning, moving with a reason, what became of them, who waits for what, and what stays on record."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_change_manager, make_person, make_programme, make_wave
from sqlalchemy import select, true
from sqlalchemy.exc import IntegrityError

from engagement import clock
from engagement.accounts.actions import account_for_person, grant_role
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.attention.queries.leadership import steps_needed
from engagement.attention.rules import Reason
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.queries.data_file import data_of
from engagement.programmes.models import Programme
from engagement.stakeholders.leadership import queries
from engagement.stakeholders.leadership.actions import (
    WHY_MOVED,
    StepDetails,
    change_step,
    finish_step,
    leave_out_step,
    plan_step,
    take_back_step,
)
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.rules import StepKind, StepStanding, StepState, Tally, standing_on
from engagement.verbs import Verb
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")
ON = date(2026, 4, 14)


@pytest.fixture
def margaret(app):
    return make_person("Margaret Leclerc", "margaret@example.com")


@pytest.fixture
def wave(margaret):
    wave = make_wave()
    wave.programme.sponsor = margaret
    return wave


def details(kind=StepKind.SESSION, what="The first five minutes", where="", due_on=ON):
    return StepDetails(kind, what, where, due_on)


def day(number):
    return ON + timedelta(days=number)


def plan(place, person, number=0, on=None, **said):
    step = plan_step(place, person, details(due_on=day(number), **said), on=on or min(ON, day(number)), by=TESTER)
    return now(step.id)


def now(step_id):
    held = (StepLine.step_id == step_id, StepLine.superseded_at.is_(None))
    return db.session.scalars(select(StepLine).where(*held)).one()


def stands(within=None, on=ON):
    return [each.tally.words for each in queries.roadmaps(true() if within is None else within, on)]


@pytest.mark.parametrize(
    ("state", "number", "standing"),
    [
        (StepState.PLANNED, 1, StepStanding.COMING),
        (StepState.PLANNED, 0, StepStanding.TODAY),
        (StepState.PLANNED, -1, StepStanding.MISSED),
        (StepState.DONE, -1, StepStanding.DONE),
        (StepState.LEFT_OUT, 1, StepStanding.LEFT_OUT),
    ],
)
def test_a_step_is_missed_from_the_day_after_its_own(state, number, standing):
    assert standing_on(ON, state, day(number)) is standing


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally(), "no step planned"),
        (Tally(2, 1, 2), "2 of 5 done, 1 missed and 2 to come"),
        (Tally(0, 0, 3), "none of 3 done, 3 to come"),
        (Tally(3), "3 of 3 done"),
    ],
)
def test_a_roadmap_is_summed_up_in_a_line(tally, words):
    assert tally.words == words


def test_a_roadmap_counts_what_is_done_missed_and_ahead_without_what_is_left_out(wave, margaret):
    finish_step(plan(wave, margaret, -3), "Eighty came.", by=TESTER)
    plan(wave, margaret, -1)
    plan(wave.programme, margaret, 0)
    leave_out_step(plan(wave, margaret, 4), "She is away.", by=TESTER)
    assert stands() == ["1 of 3 done, 1 missed and 1 to come"]
    [roadmap] = queries.roadmaps_of(wave.programme_id, ON)
    assert [s.line.due_on for s in roadmap.missed] == [day(-1)]
    assert [s.line.due_on for s in roadmap.ahead] == [ON]


def test_a_move_needs_a_reason_and_the_former_day_stays(wave, margaret):
    line = plan(wave, margaret, 3)
    later = details(due_on=day(9))
    with pytest.raises(BadInput, match=WHY_MOVED):
        change_step(line, margaret, later, on=ON, by=TESTER)
    change_step(line, margaret, later, "The board meets.", on=ON, by=TESTER)
    said = [(each.due_on, each.words, each.superseded_at is None) for each in queries.lines_of(line.step_id)]
    assert said == [(day(9), "The board meets.", True), (day(3), "", False)]
    assert change_step(now(line.step_id), margaret, later, "Again.", on=ON, by=TESTER) is None
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.CHANGED_STEP)).one()
    assert entry.changes == {"day": ["2026-04-17", "2026-04-23"], "reason": [None, "The board meets."]}
    assert (entry.subject_name, entry.wave_id, entry.person_id) == (wave.title, wave.id, margaret.id)


def test_only_a_change_of_the_day_asks_for_a_reason_or_for_a_day_ahead(wave, margaret):
    line = plan(wave, margaret, -2)
    new = change_step(line, margaret, details(what="Ten minutes", due_on=day(-2)), on=ON, by=TESTER)
    assert (new.what, new.due_on) == ("Ten minutes", day(-2))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"what": "  "}, "what"),
        ({"what": "x" * 1_001}, "what"),
        ({"where": "x" * 201}, "where"),
        ({"kind": StepKind.VISIT}, "where"),
        ({"due_on": day(-1)}, "due_on"),
    ],
)
def test_what_makes_no_step_is_refused_above_its_field(wave, margaret, said, field):
    with pytest.raises(BadInput) as error:
        plan_step(wave, margaret, details(**said), on=ON, by=TESTER)
    assert list(error.value.problems) == [field]


def test_only_a_sponsor_of_the_wave_or_its_programme_is_asked(wave, margaret):
    other, stranger = make_person("Olga", "olga@example.com"), make_person("Sven", "sven@example.com")
    wave.sponsor = other
    assert wave.sponsors == [other, margaret]
    assert wave.programme.sponsors == [margaret]
    for place, person in ((wave, stranger), (wave.programme, other)):
        with pytest.raises(BadInput, match="sponsors neither"):
            plan(place, person)
    line = plan(wave, other)
    with pytest.raises(BadInput, match="sponsors neither"):
        change_step(line, stranger, details(), on=ON, by=TESTER)
    people.mark_as_left(other, by=TESTER)
    assert wave.sponsors == [margaret]


def test_nothing_is_planned_for_what_is_over(wave, margaret):
    wave.status = WaveStatus.CLOSED
    with pytest.raises(RuleBroken, match="is over"):
        plan(wave, margaret)
    wave.programme.closed_at = clock.now()
    with pytest.raises(RuleBroken, match="is over"):
        plan(wave.programme, margaret)


def test_what_became_of_a_step_can_be_taken_back_and_saying_it_twice_changes_nothing(wave, margaret):
    line = finish_step(plan(wave, margaret), "It went well.", by=TESTER)
    assert finish_step(line, "Again", by=TESTER) is line
    with pytest.raises(RuleBroken, match="This step is done already"):
        leave_out_step(line, "No", by=TESTER)
    with pytest.raises(RuleBroken, match="This step is done already"):
        change_step(line, margaret, details(what="Other"), on=ON, by=TESTER)
    line = take_back_step(line, by=TESTER)
    assert take_back_step(line, by=TESTER) is line
    with pytest.raises(BadInput, match="Say why it is left out"):
        leave_out_step(line, " ", by=TESTER)
    leave_out_step(line, "She is ill.", by=TESTER)
    states = [(each.state, each.words) for each in queries.lines_of(line.step_id)]
    assert states == [
        (StepState.LEFT_OUT, "She is ill."),
        (StepState.PLANNED, ""),
        (StepState.DONE, "It went well."),
        (StepState.PLANNED, ""),
    ]


def test_one_line_holds(wave, margaret):
    line = plan(wave, margaret)
    copied = {name: getattr(line, name) for name in ("step_id", "person_id", "kind", "what", "due_on", "state")}
    db.session.add(StepLine(said_at=clock.now(), **copied))
    with pytest.raises(IntegrityError):
        db.session.flush()


def needs(account, on=ON):
    found = steps_needed(reader_of(account, "UTC"), on, 4)
    return {each.reason: [need.days_late for need in each.first] for each in found if each.count}


def test_a_sponsor_is_told_of_what_was_missed_and_of_the_coming_two_weeks(wave, margaret):
    account = account_for_person(margaret)
    finish_step(plan(wave, margaret, -5), by=TESTER)
    plan(wave, margaret, -2)
    plan(wave, margaret, 14)
    plan(wave, margaret, 15)
    assert needs(account) == {Reason.OWN_STEP: [2, 0]}
    assert needs(make_account("other@example.com", "Other Sponsor", Role.SPONSOR)) == {}
    wave.status = WaveStatus.CANCELLED
    assert needs(account) == {}


def test_a_planner_is_told_of_what_was_missed_and_of_steps_without_a_sponsor(wave, margaret):
    manager = make_change_manager()
    plan(wave, margaret, -2)
    plan(wave, margaret, 8)
    assert needs(manager) == {Reason.SPONSORS_STEP: [2]}
    lead = make_account(
        "lead@example.com", "Wave Manager", Role.CHANGE_MANAGER, wave_id=make_wave(make_programme("Other")).id
    )
    assert needs(lead) == {}
    wave.programme.sponsor = make_person("Olga", "olga@example.com")
    assert needs(manager) == {Reason.SPONSORS_STEP: [2, 0]}
    wave.programme.closed_at = clock.now()
    assert needs(manager) == {}


def test_a_planner_who_is_the_sponsor_is_told_once(wave, margaret):
    account = account_for_person(margaret)
    grant_role(account, Role.CHANGE_MANAGER, by=TESTER)
    plan(wave, margaret, -2)
    assert needs(account) == {Reason.OWN_STEP: [2]}


def test_the_statements_do_not_grow_with_the_steps(wave, margaret, statements):
    counts = []
    for number in (1, 6):
        for _ in range(number):
            plan(wave, margaret, 2)
        db.session.commit()
        db.session.expire_all()
        sponsor_id = wave.programme.sponsor_id
        with statements() as sent:
            [found] = queries.roadmaps(true(), ON)
            assert {s.line.person_id for s in found.steps if s.is_sponsor and s.step.place_words} == {sponsor_id}
        counts.append(len(sent))
    assert counts == [1, 1]


def test_a_step_is_in_the_file_of_its_sponsor_and_goes_with_their_name(wave, margaret):
    author = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    said = details(what="Margaret Leclerc opens it", where="Town hall")
    step = plan_step(wave, margaret, said, on=ON, by=author.actor)
    finish_step(now(step.id), "Margaret Leclerc was clear.", by=account_for_person(margaret).actor)
    told = data_of(margaret, with_concerns=False)["about_them"]["leadership_line"]
    assert [(row["what"], row["state"], row["words"]) for row in told] == [
        ("Margaret Leclerc opens it", "planned", ""),
        ("Margaret Leclerc opens it", "done", "Margaret Leclerc was clear."),
    ]
    assert "said_by_id" not in told[0]
    db.session.get_one(Programme, wave.programme_id).sponsor = None
    erase_person(margaret, by=TESTER)
    kept = [(line.what, line.words, line.person.name) for line in queries.lines_of(step.id)]
    assert kept == [
        ("Erased person opens it", "Erased person was clear.", "Erased person"),
        ("Erased person opens it", "", "Erased person"),
    ]
