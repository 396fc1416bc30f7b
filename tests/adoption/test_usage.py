"""Numbers of use in the database: written, replaced, taken back, counted and folded away, whatever the order."""

import random
from datetime import date, timedelta

import pytest
from adoption.usage_rows import FLOOR, LIVE, TODAY, back, bring, numbers_of, scene
from factories import (
    TESTER,
    make_department,
    make_wave,
)
from sqlalchemy import func, select

from engagement import clock
from engagement.adoption.actions.counting import count_wave, count_waves, counts_that_differ, waves_to_count
from engagement.adoption.actions.doors import door_of, end_door, make_door
from engagement.adoption.actions.uploads import Brought, take_back, take_file, take_posted
from engagement.adoption.actions.writing import PersonUse, TeamUse, fold_days
from engagement.adoption.models import AdoptionCount, Usage, UsageSpan, UsageUpload
from engagement.adoption.queries.figures import figures_of_waves
from engagement.adoption.queries.spans import spans_that_differ, spans_where
from engagement.adoption.queries.uptake import uptake_of_waves
from engagement.adoption.rules.counting import Days
from engagement.adoption.rules.spans import span_of
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people_actions
from engagement.privacy.actions.erasing import erase_person
from engagement.waves.models import Membership
from engagement.waves.rules import MembershipOrigin, WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")


def holding() -> dict[tuple[int, int, date], int]:
    held = select(Usage).where(Usage.is_superseded.is_(False)).execution_options(populate_existing=True)
    return {(row.person_id, row.workflow_id, row.used_on): row.uses for row in db.session.scalars(held)}


def test_whatever_comes_and_goes_the_newest_number_holds_and_what_is_kept_agrees() -> None:
    """Random uploads, replacements and withdrawals, held against a list of uploads in plain Python."""
    chance = random.Random(7)
    wave, workflows, people = scene()
    told: list[tuple[UsageUpload, dict[tuple[int, int, date], int]]] = []
    for _ in range(25):
        if told and chance.random() < 0.3:
            upload, _ = told.pop(chance.randrange(len(told)))
            take_back(upload, by=TESTER)
            take_back(upload, by=TESTER)
        else:
            rows = {
                (chance.choice(people).id, chance.choice(workflows).id, back(chance.randrange(70))): chance.choice(
                    (0, 1, 9)
                )
                for _ in range(chance.randrange(1, 40))
            }
            told.append((bring(wave.programme, *(PersonUse(*key, uses) for key, uses in rows.items())), rows))
        expected: dict[tuple[int, int, date], int] = {}
        for _, rows in told:
            expected |= rows
        used = {key: uses for key, uses in expected.items() if uses}
        assert {key: uses for key, uses in holding().items() if uses} == used
        spans = {
            (workflow_id, person_id): span_of(d for p, w, d in used if (p, w) == (person_id, workflow_id))
            for person_id, workflow_id, _ in used
        }
        assert spans_where() == spans
    assert spans_that_differ(TODAY) == []
    assert counts_that_differ(TODAY) == []
    assert waves_to_count(TODAY) == []
    recent = {p for p, _, d in used if d > back(28)} - {people[-1].id}
    until = max(d for _, rows in told for _, _, d in rows)
    assert db.session.get_one(AdoptionCount, wave.id).as_of == until
    if until == TODAY:
        assert numbers_of(wave).used == len(recent)


def test_the_same_numbers_twice_change_nothing() -> None:
    wave, (triage, _), people = scene()
    rows = [PersonUse(person.id, triage.id, back(n), n + 1) for n, person in enumerate(people)]
    first = bring(wave.programme, *rows)
    before, spans = holding(), spans_where()
    again = bring(wave.programme, *rows)
    assert (holding(), spans_where()) == (before, spans)
    assert set(db.session.scalars(select(Usage.upload_id).where(Usage.is_superseded.is_(False)))) == {first.id}
    take_back(first, by=TESTER)
    assert (holding(), spans_where()) == (before, spans)
    take_back(again, by=TESTER)
    assert (holding(), spans_where()) == ({}, {})


def test_uptake_is_a_sentence_that_says_who_should_who_did_and_until_when() -> None:
    wave, (triage, letters), people = scene()
    ahead = make_wave(wave.programme, number=4, name="Later", workflows=(triage,))
    empty = make_wave(
        wave.programme, number=5, name="Nobody", workflows=(triage,), go_live_on=LIVE, status=WaveStatus.LIVE
    )
    waves = [wave, ahead, empty]

    def sentences(floor: int = 3) -> list[str]:
        return [each.sentence for each in uptake_of_waves(waves, TODAY, floor=floor).values()]

    assert sentences() == [
        "Its use is not counted yet.",
        "It goes live on 12 May 2026.",
        "Its use is not counted yet.",
    ]
    count_waves([triage.id])
    assert sentences()[0] == "No numbers of use have come in."
    bring(wave.programme, PersonUse(people[-1].id, triage.id, back(3), 1))
    assert sentences()[0] == "Numbers came in to 11 April 2026, but about fewer than three people of this wave."
    assert sentences()[2] == "Nobody is in the wave, so nobody has to use anything."
    bring(wave.programme, *(PersonUse(person.id, letters.id, back(2), 1) for person in people[:5]))
    bring(wave.programme, *(PersonUse(person.id, triage.id, back(40), 1) for person in people[5:9]))
    found = uptake_of_waves(waves, TODAY, floor=3)[wave.id]
    assert found.sentence == "5 of 11 people (45 %) used it in the 28 days to 12 April 2026."
    assert (found.should, found.used, found.as_of) == (11, 5, date(2026, 4, 12))
    assert found.source == "use.csv, 14 April 2026"
    assert sentences(floor=6)[0] == "Fewer than six of 11 people used it in the 28 days to 12 April 2026."
    hidden = uptake_of_waves(waves, TODAY, floor=12)[wave.id]
    assert (hidden.sentence, hidden.should, hidden.used) == (
        "Not shown: 12 people or fewer are in it.",
        None,
        None,
    )


def test_a_small_file_moves_neither_the_day_nor_the_source_of_others() -> None:
    wave, (triage, letters), people = scene(24)

    def brought(name: str, *rows: PersonUse) -> tuple[date | None, str]:
        take_file(wave.programme, name, "", Brought(rows), by=TESTER)
        found = uptake_of_waves([wave], TODAY, floor=3)[wave.id]
        return found.as_of, found.source

    of_all = [PersonUse(person.id, triage.id, back(2), 1) for person in people[:22]]
    copilot = "copilot.csv, 14 April 2026"
    assert brought("copilot.csv", *of_all) == (back(2), copilot)
    assert brought("others.csv", PersonUse(people[-1].id, triage.id, back(1), 1)) == (back(2), copilot)
    thin = [PersonUse(person.id, triage.id, TODAY, 1) for person in people[:2]]
    assert brought("thin.csv", *thin) == (back(2), f"{copilot}; thin.csv, 14 April 2026")
    assert numbers_of(wave).used == 22
    # What says again what is known tells until when it is so.
    assert brought("again.csv", *of_all, PersonUse(people[0].id, triage.id, back(1), 0))[0] == back(1)
    assert brought("more.csv", *(PersonUse(person.id, letters.id, TODAY, 1) for person in people[:9]))[0] == TODAY
    assert [part.as_of for part in figures_of_waves([wave], TODAY, floor=3)[0].parts] == [TODAY, back(1), TODAY]


def test_teams_alone_are_enough() -> None:
    wave, (triage, _), people = scene()
    claims = people[0].department
    assert claims is not None
    motor = make_department("Operations/Claims/Motor")
    outside = make_department("Finance")
    rows = (
        TeamUse(claims.id, triage.id, back(2), 40, 6),
        TeamUse(claims.id, triage.id, back(1), 30, 4),
        TeamUse(motor.id, triage.id, back(1), 9, 4),
        TeamUse(outside.id, triage.id, back(1), 9, 9),
    )
    upload = bring(wave.programme, teams=rows)
    found = uptake_of_waves([wave], TODAY, floor=3)[wave.id]
    assert found.sentence == "At least 6 of 11 people used it in the 28 days to 13 April 2026, by what their teams say."
    assert found.is_at_least
    bring(wave.programme, teams=(rows[0]._replace(people=8),))
    assert uptake_of_waves([wave], TODAY, floor=3)[wave.id].used == 8
    people_actions.merge_department(motor, claims, by=TESTER)
    take_back(upload, by=TESTER)
    assert uptake_of_waves([wave], TODAY, floor=3)[wave.id].used == 8


def test_uses_of_a_team_in_which_too_few_people_are_are_not_told() -> None:
    wave, (triage, _), people = scene()
    desk = make_department("Operations/Claims/Desk")
    people[0].department = desk
    db.session.flush()
    bring(wave.programme, teams=(TeamUse(desk.id, triage.id, back(1), 40, 1),))
    uses = [week.team_uses for week in figures_of_waves([wave], TODAY, floor=3)[0].parts[0].weeks]
    # In the other weeks none were told, which is not the same as none.
    assert set(uses) == {None}
    weeks = figures_of_waves([wave], TODAY, floor=3)[0].parts[0].weeks
    assert [week.hides_uses for week in weeks] == [False] * (len(weeks) - 1) + [True]
    claims = people[1].department
    assert claims is not None
    bring(wave.programme, teams=(TeamUse(claims.id, triage.id, back(1), 70, 5),))
    assert figures_of_waves([wave], TODAY, floor=3)[0].parts[0].weeks[-1].team_uses == 70


def test_a_machine_posts_with_its_secret_until_that_ends_and_the_clock_counts() -> None:
    wave, (triage, _), people = scene()
    with pytest.raises(BadInput, match="which system"):
        make_door(wave.programme, "  ", by=TESTER)
    door, secret = make_door(wave.programme, "Claims system", by=TESTER)
    assert door_of(secret) is door
    assert door_of(f"{secret}x") is None
    count_wave(wave.id, floor=FLOOR)
    uploads = {take_posted(door, Brought([PersonUse(person.id, triage.id, back(1), 2)])).id for person in people[:6]}
    assert len(uploads) == 1
    assert waves_to_count(TODAY) == [wave.id]
    count_wave(wave.id, floor=FLOOR)
    assert (waves_to_count(TODAY), numbers_of(wave).used) == ([], 6)
    # The same day again says another number: the last one holds, also after a file came between.
    bring(wave.programme, PersonUse(people[0].id, triage.id, back(1), 5))
    take_posted(door, Brought([PersonUse(people[0].id, triage.id, back(1), 3)]))
    assert holding()[people[0].id, triage.id, back(1)] == 3
    end_door(door, by=TESTER)
    assert door_of(secret) is None
    joined = Membership(wave=wave, person=people[-1], origin=MembershipOrigin.HAND, joined_at=clock.now())
    db.session.add(joined)
    db.session.flush()
    assert waves_to_count(TODAY) == [wave.id]
    assert waves_to_count(TODAY + timedelta(days=1)) == [wave.id]


def test_old_days_are_folded_away_and_what_they_said_stays() -> None:
    wave, (triage, _), people = scene()
    long_ago = PersonUse(people[0].id, triage.id, back(390), 1)
    upload = bring(wave.programme, long_ago, PersonUse(people[0].id, triage.id, back(2), 1))
    before = spans_where()
    assert fold_days(TODAY + timedelta(days=30)) == 1
    assert db.session.scalar(select(func.count()).select_from(Usage)) == 1
    assert spans_where() == before
    assert spans_that_differ(TODAY + timedelta(days=30)) == []
    with clock.standing_at(clock.now() + timedelta(days=30)), pytest.raises(RuleBroken, match="can’t be taken back"):
        take_back(upload, by=TESTER)


def test_erasing_somebody_takes_their_days_and_spans() -> None:
    wave, (triage, _), people = scene(2)
    bring(wave.programme, *(PersonUse(person.id, triage.id, back(2), 1) for person in people))
    erase_person(people[0], by=TESTER)
    for table in (Usage, UsageSpan):
        assert set(db.session.scalars(select(table.person_id))) == {people[1].id}


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (Days(8, 0, 0, 0), "0 days, the same for at least half of them"),
        (Days(8, 3, 1, 5), "3 days, half of them within 1 to 5"),
    ],
)
def test_how_long_it_took_is_said_with_what_holds_for_half_of_them(days: Days, words: str) -> None:
    wave, (triage, _), people = scene()
    bring(wave.programme, PersonUse(people[0].id, triage.id, back(3), 1))
    (figures,) = figures_of_waves([wave], TODAY, floor=5)
    assert figures.whole is not None
    assert figures.whole.days_words(days) == words
