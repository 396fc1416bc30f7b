"""Deciding on the sheet: the approver's form, what is refused and kept, what stands there afterwards, and what others see."""

import csv
import re
from datetime import date
from html import unescape
from io import StringIO

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
    signed_in,
)
from readiness.gate_rows import TODAY, object_severely, past_the_gate, say

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.actions.deciding import name_approver
from engagement.readiness.gate.actions.opening import reopen_gate
from engagement.readiness.gate.models import GateDecision
from engagement.readiness.gate.rules import Choice
from engagement.reports.queries.programme import programme_report

SHEET = "/reports/programmes/1"


@pytest.fixture
def wave(app, frozen):
    programme = make_programme(sponsor=make_person("Sue Sponsor", "sue@example.com"))
    people = [make_person("Lea Lead", "lea@example.com")]
    return make_wave(programme, workflows=(make_workflow(programme),), members=people, go_live_on=date(2026, 4, 24))


@pytest.fixture
def sponsor(app, wave):
    return signed_in(app, make_account("sue@example.com", "Sue Sponsor"))


def words_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def form_of(page: str, wave_id: int) -> tuple[str, str]:
    """Return where the form of a wave's gate is sent, and what it remembers."""
    action = f"/waves/{wave_id}/decision?from=sheet"
    return action, re.findall(rf'action="{re.escape(action)}".*?name="seen"[^>]*value="([^"]*)"', page, re.DOTALL)[0]


def test_the_sponsor_decides_on_the_sheet_and_reads_there_what_was_decided(wave, sponsor):
    page = sponsor.get(SHEET).get_data(as_text=True)
    shown = words_of(sponsor.get(SHEET))
    assert "Go or no-go for wave 3 (Property claims) by Friday 17 April" in shown
    assert "It is to go live in 10 days. Nobody has decided yet." in shown
    assert "The figures propose no-go, or a go with conditions for these." in shown
    assert "Otherwise it doesn’t go live on 24 April." in shown
    # Everything that is kept with the decision and not met stands beside the form, with its reason.
    open_ = [each for each in standings_of([wave], TODAY)[wave.id].criteria if each.is_open]
    assert len(open_) > 3
    for each in open_:
        assert " ".join(f"{each.state.word} {each.title} {each.sentence}".split()) in shown
    action, seen = form_of(page, wave.id)
    typed = {"choice": "conditions", "seen": seen, "text_1": "Two <more> people"}
    refused = sponsor.post(action, data=typed)
    again = refused.get_data(as_text=True)
    assert (refused.status_code, "Say why. It stays beside the decision" in again) == (422, True)
    assert "Two &lt;more&gt; people" in again
    assert f'href="{SHEET}#decisions"' in again
    whole = {"reason": "The desk gets help.", "owner_1": "lea@example.com", "due_1": "2026-04-17"}
    answer = sponsor.post(action, data=typed | whole)
    assert (answer.status_code, answer.location) == (303, f"{SHEET}#decisions")
    shown = words_of(sponsor.get(answer.location))
    assert "Your decision stands there" in shown
    said = "Passed. Sue Sponsor said go, with conditions on 14 April 2026. 1 condition is open."
    assert f"Wave 3, Property claims: {said} See the gate" in shown
    assert "Go or no-go for wave 3" not in shown
    table = csv.reader(StringIO(sponsor.get(f"{SHEET}.csv").get_data().decode("utf-8-sig")))
    assert [row[:4] for row in table if row[0] == "Decided"] == [
        ["Decided", "Wave 3, Property claims", "Go or no-go", said]
    ]


def test_who_is_no_approver_sees_who_decides_and_no_form(app, wave, sponsor):
    name_approver(wave, make_person("Olga Officer", "olga@example.com"), by=TESTER)
    say(wave, wave.programme.sponsor, Choice.NO_GO, "Two are ill.")
    db.session.commit()
    auditor = signed_in(app, make_account("a@example.com", "Ada Auditor", Role.AUDITOR))
    for browser in (auditor, signed_in(app, make_change_manager())):
        shown = words_of(browser.get(SHEET))
        assert "Not on track, because wave 3, Property claims, was stopped at its gate" in shown
        assert (
            "Sue Sponsor said no-go on 14 April 2026. It is passed when Sue Sponsor says go and Olga Officer" in shown
        )
        assert "What do you decide?" not in shown
    page = sponsor.get(SHEET).get_data(as_text=True)
    # Whoever sees nobody by name gets no suggestions, and so asks for none.
    assert "data-people" not in sponsor.get(f"/waves/{wave.id}/decision").get_data(as_text=True)
    assert "What do you decide?" not in page
    assert re.findall(r'href="(/waves/\d+/decision[^"]*)"', page) == [f"/waves/{wave.id}/decision?from=sheet"]


def test_each_gate_has_its_own_form_with_ids_of_its_own(app, wave, sponsor):
    other = make_wave(wave.programme, number=4, name="Motor", go_live_on=date(2026, 4, 20))
    db.session.commit()
    page = sponsor.get(SHEET).get_data(as_text=True)
    assert [form_of(page, each.id)[0] for each in (other, wave)]
    ids = re.findall(r' id="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    assert set(re.findall(r'(?:for|aria-describedby)="([^" ]+)', page)) <= set(ids)
    answer = sponsor.post(f"/waves/{other.id}/decision?from=sheet", data={"choice": "go", "reason": "All of it.",
                          "seen": form_of(page, other.id)[1]})  # fmt: skip
    assert answer.status_code == 303
    assert [row.wave_id for row in db.session.scalars(db.select(GateDecision))] == [other.id]


def test_a_gate_is_on_the_sheet_near_its_go_live_or_open_again_unless_somebody_goes_past_it(wave):
    def titles():
        return [each.title for each in programme_report(wave.programme, TODAY, 5).decisions]

    asked = "Go or no-go for wave 3 (Property claims)"
    assert titles().count(asked) == 1
    wave.go_live_on = date(2026, 4, 29)
    assert asked not in titles()
    say(wave, wave.programme.sponsor)
    object_severely(wave)
    assert reopen_gate(wave.id, TODAY)
    report = programme_report(wave.programme, TODAY, 5)
    (decision,) = [each for each in report.decisions if each.title == asked]
    assert "It opened again on 14 April 2026: “No severe concern is open” is no longer met." in decision.words
    assert decision.otherwise == "Otherwise it doesn’t go live on 29 April and messages around it stay held."
    past_the_gate(wave)
    report = programme_report(wave.programme, TODAY, 5)
    assert asked not in [each.title for each in report.decisions]
    assert [each.words.partition(".")[0] for each in report.decided] == ["Gone past"]
    # A day that has passed is set anew first.
    wave.go_live_on = date(2026, 4, 13)
    assert "Set a new day for wave 3 (Property claims)" in titles()


def test_where_nobody_is_named_the_sheet_asks_for_a_name(app, wave):
    wave.programme.sponsor = None
    db.session.commit()
    manager = signed_in(app, make_change_manager())
    page = manager.get(SHEET).get_data(as_text=True)
    assert "Name who decides about wave 3 (Property claims)" in page
    assert f'href="/waves/{wave.id}/approvers"' in page
    assert "What do you decide?" not in page
