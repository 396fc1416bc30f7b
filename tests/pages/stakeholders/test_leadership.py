"""Pages of visible leadership: planning and moving, one click and its way back, the sponsor's day and sheet, and who may what."""

from datetime import timedelta

import pytest
from factories import TESTER, make_account, make_change_manager, make_person, make_wave, signed_in
from pages.parts.test_overtaken import changed, opened
from pages.stakeholders.map_pages import text_of

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.planning.queries.anchored import anchor_of_step
from engagement.stakeholders.leadership.actions import WHY_MOVED, StepDetails, plan_step
from engagement.stakeholders.leadership.queries import lines_of
from engagement.stakeholders.leadership.rules import StepKind, StepState
from engagement.waves.milestones.queries import milestones_of
from tests.factories import PASSWORD


@pytest.fixture
def margaret(app, frozen):
    return make_person("Margaret Leclerc", "margaret@example.com")


@pytest.fixture
def wave(margaret):
    wave = make_wave()
    wave.programme.sponsor = margaret
    return wave


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_change_manager())


@pytest.fixture
def sponsor(app, wave, margaret):
    account = accounts.account_for_person(margaret)
    accounts.set_password(account, PASSWORD, by=TESTER)
    return signed_in(app, account)


def plan(wave, person, number, what="The first five minutes", kind=StepKind.SESSION, where="Town hall"):
    due_on = clock.now().date() + timedelta(days=number)
    step = plan_step(
        wave, person, StepDetails(kind, what, where, due_on), on=min(due_on, clock.now().date()), by=TESTER
    )
    db.session.commit()
    return step.id


def states(step_id):
    db.session.expire_all()
    return [line.state for line in reversed(lines_of(step_id))]


def test_a_step_is_planned_and_stands_on_the_list(manager, wave, margaret):
    assert "No step is planned yet" in text_of(manager.get("/stakeholders/leadership"))
    whose = f"wave-{wave.id}-{margaret.id}"
    page = manager.get(f"/stakeholders/leadership/new?wave={wave.id}").get_data(as_text=True)
    assert f'<option selected value="{whose}">' in page
    typed = {"kind": "visit", "what": "Listen for an hour.", "where": "Letters", "due_on": "2026-04-20"}
    fields = {"whose": whose, **typed}
    answer = manager.post("/stakeholders/leadership/new", data=fields)
    assert answer.status_code == 303
    page = text_of(manager.get(answer.location))
    assert "Visit a team: Letters Listen for an hour." in page
    page = text_of(manager.get("/stakeholders/leadership"))
    assert "Nothing was missed. Margaret Leclerc is next, on Monday 20 April." in page
    assert "none of 1 done, 1 to come" in page
    assert "No step fits all of these" in text_of(manager.get("/stakeholders/leadership?stands=missed"))
    rows = manager.get("/stakeholders/leadership.csv").get_data(as_text=True).splitlines()
    assert rows[1].startswith("2026-04-20,Margaret Leclerc,Visit a team,Letters,Listen for an hour.,Wave 3:")


def test_a_refused_step_keeps_what_was_typed(manager, wave):
    answer = manager.post(
        "/stakeholders/leadership/new", data={"kind": "visit", "what": "Listen for an hour.", "due_on": "2026-04-20"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Choose whose step it is." in page
    assert "Listen for an hour." in page


def test_without_a_sponsor_the_page_says_what_to_do_first(manager, wave):
    wave.programme.sponsor = None
    assert "There is no sponsor yet" in text_of(manager.get("/stakeholders/leadership/new"))


def test_a_move_asks_why_and_the_history_keeps_both_days(manager, wave, margaret):
    step_id = plan(wave, margaret, 3)
    page = f"/stakeholders/leadership/{step_id}/edit"
    answer = manager.post(page, data=changed(opened(manager, page, ""), due_on="2026-04-30"))
    assert answer.status_code == 422
    assert WHY_MOVED in answer.get_data(as_text=True)
    fields = changed(opened(manager, page, ""), due_on="2026-04-30", reason="The board meets.")
    text = text_of(manager.get(manager.post(page, data=fields).location))
    assert "Open a session, for Thursday 30 April. “The board meets.” Ines Okafor" in text
    assert "Open a session, for Friday 17 April." in text


def test_the_second_of_two_sees_what_the_first_said(manager, wave, margaret):
    page = f"/stakeholders/leadership/{plan(wave, margaret, 3)}/edit"
    mine = opened(manager, page, "")
    manager.post(page, data=changed(opened(manager, page, ""), what="Ten minutes"))
    answer = manager.post(page, data=changed(mine, what="An hour"))
    assert answer.status_code == 422
    assert "was changed after you opened the page, to: “Ten minutes”" in text_of(answer)


def test_the_sponsor_sees_it_today_and_says_it_is_done_in_two_clicks(sponsor, wave, margaret):
    assert sponsor.get("/").status_code == 302
    missed = plan(wave, margaret, -2)
    page = sponsor.get("/")
    text = text_of(page)
    assert "One thing needs you." in text
    assert "Yours to do as a sponsor 1 Open a session: Town hall The first five minutes" in text
    assert "Was planned for Sunday 12 April, 2 days ago." in text
    assert f'href="/stakeholders/leadership/{missed}"' in page.get_data(as_text=True)
    answer = sponsor.post(f"/stakeholders/leadership/{missed}/done", data={"note": "Eighty came."})
    assert "“Eighty came.” Margaret Leclerc" in text_of(sponsor.get(answer.location))
    assert states(missed) == [StepState.PLANNED, StepState.DONE]
    assert sponsor.get("/").status_code == 302
    sponsor.post(f"/stakeholders/leadership/{missed}/return")
    assert states(missed) == [StepState.PLANNED, StepState.DONE, StepState.PLANNED]


def test_the_sheet_counts_the_steps_and_takes_one_click(sponsor, wave, margaret):
    sheet = f"/reports/programmes/{wave.programme_id}"
    assert "What sponsors do in person" not in text_of(sponsor.get(sheet))
    step_id = plan(wave, margaret, -1)
    plan(wave, margaret, 3)
    assert "You promised : none of 2 done, 1 missed and 1 to come." in text_of(sponsor.get(sheet))
    answer = sponsor.post(f"/stakeholders/leadership/{step_id}/done", data={"from": "sheet"})
    assert answer.location == f"{sheet}#leadership"
    assert "You promised : 1 of 2 done, 1 to come." in text_of(sponsor.get(sheet))
    rows = sponsor.get(f"{sheet}.csv").get_data(as_text=True)
    assert (
        'What sponsors do in person,Margaret Leclerc,Steps done,50.0,%,1,2,,2026-04-14,,,,,"What the sponsors' in rows
    )


def test_a_planner_reads_of_missed_steps_on_today(manager, wave, margaret):
    plan(wave, margaret, -2)
    plan(wave, margaret, 2)
    text = text_of(manager.get("/"))
    assert "A sponsor’s step that nobody did 1 Open a session: Town hall Margaret Leclerc, for Wave 3" in text
    wave.programme.sponsor = None
    assert "Margaret Leclerc is no sponsor there any more." in text_of(manager.get("/"))


def test_a_step_follows_a_milestone_until_somebody_chooses_none(manager, wave, margaret):
    step = plan(wave, margaret, 4)
    [live, *_] = milestones_of(wave.id)
    address = f"/stakeholders/leadership/{step}/anchor"
    assert manager.post(address, data={"milestone": live.id}).status_code == 303
    assert anchor_of_step(step).milestone_id == live.id
    refused = manager.post(address, data={"milestone": 999})
    assert (refused.status_code, "may have been taken away" in text_of(refused)) == (422, True)
    assert anchor_of_step(step).milestone_id == live.id
    assert manager.post(address, data={"milestone": ""}).status_code == 303
    assert anchor_of_step(step) is None


def test_leaving_out_asks_why(manager, wave, margaret):
    step_id = plan(wave, margaret, 2)
    answer = manager.post(f"/stakeholders/leadership/{step_id}/leaving-out", data={"reason": ""})
    assert answer.status_code == 422
    assert "Say why it is left out." in text_of(answer)
    manager.post(f"/stakeholders/leadership/{step_id}/leaving-out", data={"reason": "She is ill."})
    assert states(step_id) == [StepState.PLANNED, StepState.LEFT_OUT]


def test_a_sponsor_settles_no_step_of_another_and_plans_none(app, sponsor, wave, margaret):
    other = make_person("Olga Other", "olga@example.com")
    wave.sponsor = other
    step_id = plan(wave, other, 2)
    assert sponsor.get(f"/stakeholders/leadership/{step_id}").status_code == 200
    assert sponsor.post(f"/stakeholders/leadership/{step_id}/done").status_code == 403
    assert sponsor.get("/stakeholders/leadership/new").status_code == 403
    auditor = signed_in(app, make_account("auditor@example.com", "Omar Auditor", Role.AUDITOR))
    page = auditor.get("/stakeholders/leadership")
    assert "Open a session: Town hall" in text_of(page)
    assert "/done" not in page.get_data(as_text=True)
    assert auditor.post(f"/stakeholders/leadership/{step_id}/done").status_code == 403


def test_who_is_no_sponsor_any_more_reads_nothing_there(sponsor, wave, margaret):
    step_id = plan(wave, margaret, 2)
    wave.programme.sponsor = None
    assert sponsor.get(f"/stakeholders/leadership/{step_id}").status_code == 403
    assert sponsor.post(f"/stakeholders/leadership/{step_id}/done").status_code == 403
