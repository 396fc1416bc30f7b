"""The day after a quiet period, a message on what is stable lies there as a draft, once, for whoever has to write it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave
from flask import Flask

from engagement.accounts.actions import deactivate
from engagement.accounts.models import Account
from engagement.accounts.queries import planner_of
from engagement.accounts.rules import Role
from engagement.communications.queries.quiet import waves_to_tell_stable
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.texts.queries.outlines import stable_draft, stable_drafts
from engagement.communications.texts.rules.points import MOST_POINTS, points_to_confirm
from engagement.communications.texts.rules.problems import problems_in
from engagement.db import db
from engagement.scheduler.wave_jobs import draft_stable_messages
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import all_occurrences, make_draft, make_line

pytestmark = pytest.mark.usefixtures("app", "frozen")
#: A Tuesday.
TODAY = date(2026, 4, 14)
VALUES = dict.fromkeys(("programme", "sender_name", "wave", "go_live", "workflow"), "Claims")
SIGNS = "- Two weeks without a lost claim\n\nThe desk [both sites] answers on the same day"


@pytest.fixture
def settled(app: Flask) -> Wave:
    """A wave whose quiet period ended yesterday; nobody leads it."""
    wave = make_wave(make_programme(), status=WaveStatus.STABILISING, go_live_on=TODAY - timedelta(days=29))
    wave.stabilises_until_on, wave.exit_criteria = TODAY - timedelta(days=1), SIGNS
    db.session.flush()
    return wave


def lead(wave: Wave) -> Account:
    account = make_account("lea@example.com", "Lea Lind")
    account.person = wave.lead = make_person("Lea Lind", "lea@example.com")
    db.session.flush()
    return account


def run(app: Flask) -> str:
    return draft_stable_messages(app.config["SETTINGS"])


def test_what_was_agreed_becomes_points_that_keep_the_text_from_approval():
    notes = stable_draft("en").notes
    points = points_to_confirm(SIGNS + " {{ name }}", notes)
    assert points.splitlines() == [
        "- [Is this so? Two weeks without a lost claim]",
        "- [Is this so? The desk (both sites) answers on the same day { name]",
    ]
    assert problems_in("Stable", "We are done.\n\n" + points, VALUES)[0].startswith("2 notes to the author still stand")
    assert points_to_confirm(" \n- \n", notes) == f"[{notes.nothing}]"
    many = points_to_confirm("\n".join(f"Sign {n}" for n in range(MOST_POINTS + 3)), notes).splitlines()
    assert (len(many), "3 of them" in many[-1]) == (MOST_POINTS + 1, True)


def test_the_lead_gets_one_draft_with_the_signs_and_never_a_second(app: Flask, settled: Wave):
    owner = lead(settled)
    assert run(app) == "1 drafted."
    [draft] = all_occurrences()
    line = draft.communication
    assert (line.owner, line.wave, line.audience.rule) == (owner, settled, {"field": "wave", "values": [settled.id]})
    assert (draft.status, draft.write_by, draft.sends_at.isoformat()) == (
        OccurrenceStatus.DRAFT,
        TODAY,
        "2026-04-21T13:00:00+00:00",
    )
    assert draft.subject == "What is now stable: {{ wave }}"
    assert "- [Is this so? Two weeks without a lost claim]\n- [Is this so? The desk (both sites)" in draft.body
    [notes] = problems_in(draft.subject, draft.body, VALUES)
    assert "notes to the author" in notes
    assert run(app) == "0 drafted."
    assert all_occurrences() == [draft]
    settled.stabilises_until_on = TODAY - timedelta(days=2)
    assert db.session.scalars(waves_to_tell_stable(TODAY)).all() == []
    # It was rolled back and went live again: that is another quiet period.
    settled.go_live_on, settled.stabilises_until_on = TODAY + timedelta(days=7), TODAY + timedelta(days=20)
    assert db.session.scalars(waves_to_tell_stable(TODAY + timedelta(days=21))).all() == [settled]


def test_the_briefing_that_is_there_gets_the_draft_at_its_own_free_time(app: Flask, settled: Wave):
    lead(settled)
    line = make_line(settled.programme, wave=settled, at="16:00", timezone="Europe/Berlin", write_lead_days=0)
    other = make_draft(line, at=line_time(15))
    run(app)
    [draft] = [row for row in all_occurrences() if row is not other]
    assert (draft.communication, draft.sends_at, draft.write_by) == (line, line_time(16), date(2026, 4, 16))


def test_the_draft_is_in_the_language_of_the_briefing(app: Flask, settled: Wave):
    lead(settled)
    make_line(settled.programme, wave=settled, language="de")
    run(app)
    [draft] = all_occurrences()
    assert draft.subject == "Was jetzt stabil ist: {{ wave }}"
    assert "- [Stimmt das? Two weeks without a lost claim]\n" in draft.body
    assert (stable_draft("de-AT"), stable_draft("pt")) == (stable_draft("de"), stable_draft("en"))
    for language, start in stable_drafts().items():
        filled = start.body.replace("{{ exit_criteria }}", points_to_confirm(SIGNS, start.notes))
        [notes] = problems_in(start.subject, filled, VALUES)
        assert "notes to the author" in notes, language


def line_time(day: int) -> datetime:
    return datetime(2026, 4, day, 14, 0, tzinfo=UTC)


def test_only_waves_that_live_and_were_quiet_until_this_week_are_due(settled: Wave):
    def due(status: WaveStatus, days_ago: int) -> bool:
        settled.status, settled.stabilises_until_on = status, TODAY - timedelta(days=days_ago)
        return db.session.scalars(waves_to_tell_stable(TODAY)).all() == [settled]

    assert {status for status in WaveStatus if due(status, 1)} == {WaveStatus.LIVE, WaveStatus.STABILISING}
    assert [days for days in (-1, 0, 1, 7, 8) if due(WaveStatus.LIVE, days)] == [1, 7]


def test_without_anybody_to_write_nothing_is_made_until_there_is(app: Flask, settled: Wave):
    make_account("tom@example.com", "Tom Trainer", Role.TRAINER)
    assert run(app) == "0 drafted. Nobody could write 1 more: name a lead who has a sign-in."
    assert (all_occurrences(), settled.stable_drafted_on) == ([], None)
    make_account("a@example.com", "Ada Far", Role.CHANGE_MANAGER, programme_id=make_programme("Other").id)
    everywhere = make_account("b@example.com", "Bo Everywhere", Role.CHANGE_MANAGER)
    assert planner_of(settled) is everywhere
    near = make_account("c@example.com", "Cy Near", Role.CHANGE_MANAGER, programme_id=settled.programme_id)
    assert planner_of(settled) is near
    leader = lead(settled)
    assert planner_of(settled) is leader
    deactivate(leader, by=TESTER)
    assert run(app) == "1 drafted."
    assert [row.communication.owner for row in all_occurrences()] == [near]
