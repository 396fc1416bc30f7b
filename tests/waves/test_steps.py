"""A wave's dates, status and workflows: what may change when, and what is written down about it."""

from datetime import date, timedelta

import pytest
import time_machine
from factories import TESTER, make_department, make_person, make_programme, make_wave, make_workflow
from sqlalchemy import select

from engagement import clock
from engagement.accounts.posts.actions import name_lead
from engagement.attention.queries.holding import held_by
from engagement.audit import Actor, AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.waves import actions, queries
from engagement.waves.milestones.actions import settle_milestones
from engagement.waves.models import Wave, WaveDetails
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")
P, R, L, S, C, X, B = WaveStatus
STEPS = {(P, R), (P, X), (R, L), (R, P), (R, X), (L, S), (L, B), (S, C), (S, B), (X, P), (B, P), (B, X)}


def last_entry() -> AuditEntry:
    db.session.flush()
    return db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def plan(name: str = "Property claims", **details: object) -> Wave:
    described = WaveDetails(name, **details)  # type: ignore[arg-type]
    return actions.plan_wave(make_programme(), described, date(2026, 5, 12), by=TESTER)


def test_moving_go_live_moves_the_quiet_period_and_says_why() -> None:
    wave = plan(stabilises_until_on=date(2026, 6, 9))
    actions.move_go_live(wave, date(2026, 5, 26), reason=" The test data are late. ", by=TESTER)
    assert (wave.go_live_on, wave.stabilises_until_on) == (date(2026, 5, 26), date(2026, 6, 23))
    entry = last_entry()
    assert (entry.verb, entry.changes) == (
        "moved go-live",
        {"go-live": ["2026-05-12", "2026-05-26"], "reason": [None, "The test data are late."]},
    )
    assert (entry.wave_id, entry.programme_id) == (wave.id, wave.programme_id)


def test_moving_to_the_same_day_leaves_no_entry() -> None:
    wave = plan()
    before = last_entry().id
    actions.move_go_live(wave, wave.go_live_on, reason="Nothing", by=TESTER)
    assert last_entry().id == before


def test_moving_needs_a_reason() -> None:
    wave = plan()
    with pytest.raises(BadInput, match="Say why it moves") as refused:
        actions.move_go_live(wave, date(2026, 5, 26), reason="  ", by=TESTER)
    assert (set(refused.value.problems), wave.go_live_on) == ({"reason"}, date(2026, 5, 12))


@pytest.mark.parametrize("status", [L, S, C, X])
def test_a_go_live_that_has_happened_is_not_moved(status: WaveStatus) -> None:
    wave = make_wave(status=status)
    with pytest.raises(RuleBroken, match="its go-live has happened"):
        actions.move_go_live(wave, date(2026, 9, 1), reason="Late", by=TESTER)


@pytest.mark.parametrize("old", list(WaveStatus))
@pytest.mark.parametrize("new", list(WaveStatus))
def test_a_wave_takes_only_the_steps_of_its_status(old: WaveStatus, new: WaveStatus) -> None:
    wave = make_wave(status=old)
    if (old, new) in STEPS:
        actions.change_status(wave, new, reason="Because.", by=TESTER)
        assert wave.status is new
        assert last_entry().changes == {"status": [old.value, new.value], "reason": [None, "Because."]}
    else:
        with pytest.raises(RuleBroken, match=f"can’t become {new.word.lower()}"):
            actions.change_status(wave, new, reason="Because.", by=TESTER)
        assert wave.status is old


def test_every_step_is_kept_with_its_day_author_and_reason(frozen: time_machine.Traveller) -> None:
    wave, begun_at = plan(), clock.now()
    told = []
    for status, reason in (
        (R, "Rehearsed."),
        (P, " Data are late. "),
        (X, "No budget."),
        (P, "Money is back."),
        (R, "All set."),
    ):
        frozen.shift(timedelta(days=1))
        actions.change_status(wave, status, reason=reason, by=Actor(None, f"{status.word} author"))
        told.append((status, clock.now(), f"{status.word} author", reason.strip()))
    db.session.flush()
    steps = queries.steps_of(wave.id)
    assert [(s.status, s.at, s.by, s.reason) for s in steps] == [(P, begun_at, "The tests", ""), *told]
    assert wave.status is steps[-1].status


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (R, P, ""),
        (P, X, "  "),
        (X, P, ""),
        (S, C, " \n"),
        (R, X, "x" * 1001),
        (P, R, ""),
        (R, L, " "),
        (L, S, "x" * 1001),
        (L, B, " "),
        (B, P, ""),
    ],
)
def test_a_step_that_people_will_ask_about_needs_a_reason(old: WaveStatus, new: WaveStatus, reason: str) -> None:
    wave = make_wave(status=old)
    with pytest.raises(BadInput) as refused:
        actions.change_status(wave, new, reason=reason, by=TESTER)
    assert (set(refused.value.problems), wave.status, queries.steps_of(wave.id)) == ({"reason"}, old, [])


def step(wave: Wave, *statuses: WaveStatus) -> None:
    for status in statuses:
        actions.change_status(wave, status, reason="Because.", by=TESTER)


@pytest.mark.parametrize(("taken", "hours", "back"), [((R, L), 24, R), ((R, L, S), 23, L), ((R, L, S, C), 1, S)])
def test_a_step_from_which_none_leads_back_is_taken_back_within_a_day(
    taken: tuple[WaveStatus, ...], hours: int, back: WaveStatus, frozen: time_machine.Traveller
) -> None:
    wave = plan()
    step(wave, *taken)
    frozen.shift(timedelta(hours=hours))
    with pytest.raises(BadInput, match="Say why"):
        actions.take_back_step(wave, reason=" ", by=TESTER)
    actions.take_back_step(wave, reason="Wrong wave.", by=TESTER)
    assert [(s.status, s.reason) for s in queries.steps_of(wave.id)][-2:] == [
        (taken[-1], "Because."),
        (back, "Wrong wave."),
    ]
    assert last_entry().changes == {"status": [taken[-1].value, back.value], "reason": [None, "Wrong wave."]}
    with pytest.raises(RuleBroken, match="can’t be taken back any more"):
        actions.take_back_step(wave, reason="Again.", by=TESTER)


@pytest.mark.parametrize(("taken", "hours"), [((), 0), ((R,), 0), ((X,), 0), ((X, P), 0), ((R, L), 25)])
def test_what_has_a_step_back_or_is_older_than_a_day_is_not_taken_back(
    taken: tuple[WaveStatus, ...], hours: int, frozen: time_machine.Traveller
) -> None:
    wave = plan()
    step(wave, *taken)
    frozen.shift(timedelta(hours=hours))
    with pytest.raises(RuleBroken, match="can’t be taken back any more"):
        actions.take_back_step(wave, reason="Wrong wave.", by=TESTER)
    assert queries.status_to_take_back_to(wave.id, clock.now()) is None


def test_the_day_on_which_people_began_becomes_the_go_live() -> None:
    today = date(2026, 4, 14)
    wave = plan(stabilises_until_on=date(2026, 6, 9))
    step(wave, R)
    with pytest.raises(BadInput, match="That day has not come"):
        actions.go_live(wave, date(2026, 4, 15), today=today, reason="Early.", by=TESTER)
    actions.go_live(wave, date(2026, 4, 13), today=today, reason="Early.", by=TESTER)
    assert (wave.status, wave.go_live_on, wave.stabilises_until_on) == (L, date(2026, 4, 13), date(2026, 5, 11))
    actions.take_back_step(wave, go_live_on=date(2026, 5, 12), reason="A slip.", by=TESTER)
    assert (wave.status, wave.go_live_on, wave.stabilises_until_on) == (R, date(2026, 5, 12), date(2026, 6, 9))
    assert last_entry().changes == {"go-live": ["2026-04-13", "2026-05-12"], "reason": [None, "A slip."]}


@pytest.mark.parametrize(
    ("go_live_on", "lead", "due_on"),
    [
        (date(2026, 5, 12), 7, date(2026, 5, 5)),
        (date(2026, 5, 12), 0, date(2026, 5, 12)),
        (date(2026, 5, 16), 7, date(2026, 5, 8)),  # from a Saturday to the Friday before
        (date(2026, 5, 17), 7, date(2026, 5, 8)),  # from a Sunday
        (date(2026, 5, 11), 7, date(2026, 5, 1)),  # from the early May bank holiday, a Monday
        (date(2027, 1, 4), 7, date(2026, 12, 24)),  # from a holiday in lieu, over Boxing Day, Christmas and a weekend
        (date(2026, 4, 13), 7, date(2026, 4, 2)),  # from Easter Monday, over Good Friday
    ],
)
def test_training_is_never_due_on_a_day_off_and_moves_to_the_working_day_before(
    go_live_on: date, lead: int, due_on: date
) -> None:
    wave = actions.plan_wave(
        make_programme(), WaveDetails("A wave", training_lead_days=lead), date(2026, 6, 9), by=TESTER
    )
    actions.move_go_live(wave, go_live_on, reason="Late", by=TESTER)
    settle_milestones([wave], "GB-ENG")
    assert wave.training_due_on == due_on
    db.session.flush()
    assert db.session.scalars(select(Wave.training_due_on)).all() == [due_on]
    settle_milestones([wave], "GB-ENG")
    assert wave.training_due_on == due_on


def test_a_move_is_kept_with_its_reason_and_the_former_day() -> None:
    wave = plan()
    assert queries.moves_of_waves([wave.id]) == {}
    actions.move_go_live(wave, date(2026, 5, 26), reason=" The data are late. ", by=TESTER)
    actions.move_go_live(wave, date(2026, 6, 2), reason="Half-term.", by=TESTER)
    moves = queries.moves_of_waves([wave.id])[wave.id]
    assert [(m.from_on, m.to_on, m.reason, m.by) for m in moves] == [
        (date(2026, 5, 26), date(2026, 6, 2), "Half-term.", "The tests"),
        (date(2026, 5, 12), date(2026, 5, 26), "The data are late.", "The tests"),
    ]


@pytest.mark.parametrize(
    ("on", "is_quiet"),
    [(date(2026, 5, 11), False), (date(2026, 5, 12), True), (date(2026, 6, 9), True), (date(2026, 6, 10), False)],
)
def test_a_day_is_quiet_between_go_live_and_the_end_of_settling(on: date, is_quiet: bool) -> None:
    wave = plan(stabilises_until_on=date(2026, 6, 9))
    found = [wave] if is_quiet else []
    assert queries.quiet_waves(on, wave.programme_id, (), None) == found
    assert queries.quiet_waves(on, wave.programme_id, (), wave.id) == []
    wave.status = WaveStatus.ROLLED_BACK
    assert queries.quiet_waves(on, wave.programme_id, (), None) == []
    wave.status = WaveStatus.LIVE
    claims, below = make_department("Operations/Claims"), make_department("Operations/Claims/Property")
    actions.choose_departments(wave, [claims], by=TESTER)
    assert queries.quiet_waves(on, 0, [below.lineage], None) == found
    assert queries.quiet_waves(on, 0, [make_department("Legal").lineage], None) == []


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"stabilises_until_on": date(2026, 5, 11)}, "stabilises_until_on"),
        ({"training_lead_days": -1}, "training_lead_days"),
        ({"training_lead_days": 366}, "training_lead_days"),
        ({"aim": "x" * 5_001}, "aim"),
    ],
)
def test_a_wave_that_makes_no_sense_is_refused_by_field(details: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        plan(**details)  # type: ignore[arg-type]
    assert set(refused.value.problems) == {field}
    db.session.rollback()
    assert db.session.scalars(select(Wave)).all() == []


def test_waves_are_numbered_within_their_programme() -> None:
    first, second = make_programme(), make_programme("Other")
    day = date(2026, 5, 12)
    numbers = [actions.plan_wave(p, WaveDetails("A wave"), day, by=TESTER).number for p in (first, first, second)]
    assert numbers == [1, 2, 1]


def test_a_changed_lead_is_written_down_by_name() -> None:
    wave, ben = plan(), make_person("Ben Lead")
    name_lead(wave, make_person("Ada Lead"), by=TESTER)
    name_lead(wave, ben, by=TESTER)
    assert last_entry().changes == {"lead": ["Ada Lead", "Ben Lead"]}
    assert [(t.what, t.as_what) for t in held_by(ben)] == [(wave.title, "Wave lead")]
    before = last_entry().id
    name_lead(wave, ben, by=TESTER)
    actions.change_wave(wave, WaveDetails("Property claims"), by=TESTER)
    assert last_entry().id == before


def test_a_wave_deploys_workflows_of_its_own_programme() -> None:
    wave = plan()
    mine, alien = make_workflow(wave.programme), make_workflow(make_programme("Other"), "Alien")
    actions.choose_workflows(wave, [mine], by=TESTER)
    with pytest.raises(RuleBroken, match="its own programme only"):
        actions.choose_workflows(wave, [mine, alien], by=TESTER)
    assert queries.workflows_of_waves([wave.id]) == {wave.id: [mine]}
    actions.choose_workflows(wave, [], by=TESTER)
    assert queries.workflows_of_waves([wave.id]) == {}
