"""Steps of a wave through its pages: what is refused, what asks for a reason, and going live."""

import re
from datetime import date

import pytest
from readiness.gate_rows import past_the_gate
from sqlalchemy import delete, select

from engagement.db import db
from engagement.readiness.gate.models import GateOverride
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

READY = {"status": "ready", "reason": "Rehearsed twice."}


@pytest.fixture(autouse=True)
def _past_the_gate(wave):
    past_the_gate(wave)


def test_a_wave_does_not_become_ready_without_its_gate(manager, wave):
    wave.programme.sponsor = None
    row = db.session.scalars(select(GateOverride)).one()
    row.until_on = date(2026, 4, 13)
    asked = manager.get(f"/waves/{wave.id}/statuses?status=ready").get_data(as_text=True)
    assert f'<h3><a href="/waves/{wave.id}/readiness">The gate is not passed</a>' in asked
    assert "Nobody is named who decides. Nobody can decide yet." in asked
    refused = manager.post(f"/waves/{wave.id}/statuses", data=READY | {f"no_lead-{wave.id}": "Ann does."})
    assert (
        refused.status_code,
        "can’t become ready yet: the gate is not passed" in refused.get_data(as_text=True),
    ) == (422, True)


def test_a_step_that_the_status_does_not_allow_is_refused_in_words(manager, wave):
    page = manager.post(f"/waves/{wave.id}/statuses", data={"status": "closed"})
    assert page.status_code == 422
    assert "is planned and can’t become closed" in page.get_data(as_text=True)
    assert manager.post(f"/waves/{wave.id}/statuses", data={"status": "nonsense"}).status_code == 422
    done = manager.post(
        f"/waves/{wave.id}/statuses",
        data=READY | {f"no_lead-{wave.id}": "Ann does."},
    )
    assert done.status_code == 303
    assert db.session.get(Wave, wave.id).status is WaveStatus.READY


def test_what_stands_against_ready_is_shown_and_overruled_with_a_reason(manager, wave):
    asked = manager.get(f"/waves/{wave.id}/statuses?status=ready").get_data(as_text=True)
    assert re.findall(r"<h3><a href=\"([^\"]+)\">([^<]+)</a>", asked)[:1] == [
        (f"/waves/{wave.id}/edit", "Nobody leads it"),
    ]
    refused = manager.post(f"/waves/{wave.id}/statuses", data=READY | {f"no_lead-{wave.id}": " "})
    page = refused.get_data(as_text=True)
    assert (refused.status_code, page.count("Say why it goes on without this")) == (422, 2)
    assert db.session.get(Wave, wave.id).status is WaveStatus.PLANNED
    overruled = {f"no_lead-{wave.id}": "Ann leads <from> May."}
    assert manager.post(f"/waves/{wave.id}/statuses", data=READY | overruled).status_code == 303
    shown = manager.get(f"/waves/{wave.id}").get_data(as_text=True).partition("Gone on without")[2]
    told = re.findall(
        r"<h4>([^<]+)</h4>\s*<blockquote class=\"said\"><p dir=\"auto\">“([^<]+)”</p><footer>([^<]+)<", shown
    )
    assert told == [("Nobody leads it", "Ann leads &lt;from&gt; May.", "Ines Okafor, 14 April")]
    # What was overruled then doesn't stand against going live; what comes new does.
    live = manager.get(f"/waves/{wave.id}/statuses?status=live").get_data(as_text=True)
    assert "What stands against it" not in live


def rail(page: str) -> list[str]:
    """The steps on a wave's page, as they read."""
    steps = re.findall(r"<li[^>]*>(.*?)</li>", page.split("Where it stands</h2>")[1].split("</ol>")[0], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", step).replace("(done)", "").split()) for step in steps]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (WaveStatus.READY, "cancelled", "Its people will no longer be asked for training."),
        (WaveStatus.CANCELLED, "planned", "The wave is being planned again"),
        (WaveStatus.STABILISING, "closed", "For a day you can take this back."),
    ],
)
def test_a_step_that_needs_a_reason_asks_for_it_and_the_page_keeps_it(manager, wave, old, new, words):
    wave.status = old
    button = f'href="/waves/{wave.id}/statuses?status={new}"'
    assert button in manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    assert words in manager.get(f"/waves/{wave.id}/statuses?status={new}").get_data(as_text=True)
    too_long = "Long " + "x" * 1000
    for reason, told in (("", "Say why."), ("   ", "Say why."), (too_long, "Shorten this to 1,000 characters.")):
        refused = manager.post(f"/waves/{wave.id}/statuses", data={"status": new, "reason": reason})
        page = refused.get_data(as_text=True)
        assert (refused.status_code, told in page, f'value="{new}"' in page) == (422, True, True)
        assert reason.strip() in page
    assert db.session.get(Wave, wave.id).status is old
    done = manager.post(
        f"/waves/{wave.id}/statuses", data={"status": new, "reason": "The works council wants <a> word."}
    )
    assert done.status_code == 303
    word = WaveStatus(new).word
    expected = f"14 April {word} by Ines Okafor: The works council wants &lt;a&gt; word."
    assert rail(manager.get(f"/waves/{wave.id}").get_data(as_text=True)) == [expected]


def test_a_step_that_nobody_will_ask_about_is_one_button(manager, wave):
    wave.status = WaveStatus.LIVE
    page = manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    assert re.findall(r"/statuses\?status=(\w+)", page) == ["rolled_back"]
    assert manager.post(f"/waves/{wave.id}/statuses", data={"status": "stabilising"}).status_code == 303
    assert manager.get(f"/waves/{wave.id}/statuses").location == f"/waves/{wave.id}"
    assert rail(manager.get(f"/waves/{wave.id}").get_data(as_text=True)) == ["14 April Stabilising by Ines Okafor"]


def test_going_live_shows_what_is_open_and_can_be_taken_back(manager, wave):
    overruled = {f"no_lead-{wave.id}": "Ann does."}
    for status, reason in (("cancelled", "No budget."), ("planned", "Found some."), ("ready", "Rehearsed.")):
        manager.post(f"/waves/{wave.id}/statuses", data=overruled | {"status": status, "reason": reason})
        if status == "planned":
            db.session.execute(delete(GateOverride))
            past_the_gate(wave)
    asked = manager.get(f"/waves/{wave.id}/statuses?status=live").get_data(as_text=True)
    assert re.findall(r"<h3><a href=\"([^\"]+)\">([^<]+)</a>", asked)[:1] == [
        (f"/waves/{wave.id}", "It is not the day of its go-live"),
    ]
    planned_for = wave.go_live_on
    days = {"on": "2026-04-14", "status": "live"}
    refused = manager.post(f"/waves/{wave.id}/statuses", data=days | {"on": "2026-04-15", "reason": "Began."})
    assert (refused.status_code, "That day has not come." in refused.get_data(as_text=True)) == (422, True)
    assert manager.post(f"/waves/{wave.id}/statuses", data=days | {"reason": ""}).status_code == 422
    assert manager.post(f"/waves/{wave.id}/statuses", data=days | {"reason": "Began."}).status_code == 303
    page = manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    assert "went live on Tuesday 14 April, today" in page
    moving = manager.get(f"/waves/{wave.id}/go-live").get_data(as_text=True)
    assert ("Its go-live doesn’t move any more" in moving, "Show what would move" in moving) == (True, False)
    assert f'href="/waves/{wave.id}/taking-back"' in page
    back = manager.post(
        f"/waves/{wave.id}/taking-back", data={"go_live_on": planned_for.isoformat(), "reason": "Wrong wave."}
    )
    assert back.status_code == 303
    page = manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    assert rail(page)[-2:] == ["14 April Live by Ines Okafor: Began.", "14 April Ready by Ines Okafor: Wrong wave."]
    assert "/taking-back" not in page
    assert manager.get(f"/waves/{wave.id}/taking-back").location == f"/waves/{wave.id}"
    refused = manager.post(f"/waves/{wave.id}/taking-back", data={"reason": "Again."})
    assert (refused.status_code, "can’t be taken back any more" in refused.get_data(as_text=True)) == (422, True)
    assert db.session.get(Wave, wave.id).go_live_on == planned_for


def test_rolling_back_shows_what_is_ready_and_planning_anew_asks_for_a_day(manager, wave):
    wave.status = WaveStatus.LIVE
    db.session.commit()
    refused = manager.post(f"/waves/{wave.id}/fallback", data={"steps": "Switch it off.", "who_decides": ""})
    assert (refused.status_code, "Switch it off." in refused.get_data(as_text=True)) == (422, True)
    plan = {"steps": "Switch it off.\nTell the desk.", "who_decides": "Ann, else Bo."}
    assert manager.post(f"/waves/{wave.id}/fallback", data=plan).status_code == 303
    made = manager.post(f"/waves/{wave.id}/fallback/messages")
    assert re.fullmatch(r"/occurrences/\d+", made.location)
    message = manager.get(made.location).get_data(as_text=True)
    assert "when the wave is rolled back" in message
    assert "2200" not in message
    asked = manager.get(f"/waves/{wave.id}/statuses?status=rolled_back").get_data(as_text=True)
    assert "Tell the desk." in asked
    assert "1 message is prepared, and none is approved: nothing would go out." in asked
    done = manager.post(f"/waves/{wave.id}/statuses", data={"status": "rolled_back", "reason": "It failed."})
    assert done.status_code == 303
    page = manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    assert "None of its training is due until it is planned anew" in page
    assert "It failed." in page
    anew = {"status": "planned", "reason": "Fixed."}
    refused = manager.post(f"/waves/{wave.id}/statuses", data=anew | {"go_live_on": "2026-04-14"})
    assert "Choose a day that lies ahead" in refused.get_data(as_text=True)
    assert manager.post(f"/waves/{wave.id}/statuses", data=anew | {"go_live_on": "2026-06-16"}).status_code == 303
    row = db.session.get(Wave, wave.id)
    assert (row.status, row.training_due_on.isoformat()) == (WaveStatus.PLANNED, "2026-06-09")


def test_closing_asks_for_lessons_and_the_next_wave_shows_them(manager, wave):
    wave.status, wave.exit_criteria = WaveStatus.STABILISING, "A week without a wrong letter"
    db.session.commit()
    asked = manager.get(f"/waves/{wave.id}/statuses?status=closed").get_data(as_text=True)
    assert "A week without a wrong letter" in asked
    told = {
        "status": "closed",
        "reason": "All calm.",
        "went_well": "Champions",
        "to_change": "Begin <earlier>\nCall first",
    }
    refused = manager.post(f"/waves/{wave.id}/statuses", data=told | {"reason": ""})
    assert (refused.status_code, "Begin &lt;earlier&gt;" in refused.get_data(as_text=True)) == (422, True)
    assert manager.post(f"/waves/{wave.id}/statuses", data=told).status_code == 303
    for path in (f"/programmes/{wave.programme_id}/waves/new", f"/waves/{wave.id}/copies"):
        page = manager.get(path).get_data(as_text=True)
        assert page.index("Begin &lt;earlier&gt;") < page.index("Call first") < page.index("Champions")
    added = manager.post(
        f"/waves/{wave.id}/lessons", data={"to_change": "Call first\nTrain in pairs"}, follow_redirects=True
    )
    assert "1 lesson is noted." in added.get_data(as_text=True)
