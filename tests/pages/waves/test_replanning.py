"""The pages of re-planning: a chain is planned, its milestone moved after a preview, and the move taken back; blackouts."""

import re
from datetime import date

from markup import plain
from previews import sealed
from sqlalchemy import select

from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.planning.models import Anchor
from engagement.waves.milestones.queries import milestones_of

CHAIN = {"offsets": "T−14, -7, +5", "counted": "working", "policy": "before", "time": "14:00"}
WHY = "The test data are late."


def of_title(wave, title):
    db.session.expire_all()
    return next(row for row in milestones_of(wave.id) if row.title == title)


def sent_on():
    db.session.expire_all()
    return [row.sends_on for row in db.session.scalars(select(Occurrence).order_by(Occurrence.sends_at))]


def test_a_chain_is_planned_moved_and_taken_back(manager, wave):
    page, owner = (
        f"/waves/{wave.id}/chain",
        re.search(
            r'<option selected value="(\d+)">Ines', manager.get(f"/waves/{wave.id}/chain").get_data(as_text=True)
        ),
    )
    chain = {**CHAIN, "milestone": str(of_title(wave, "Go-live").id), "owner": owner[1], "approver": "0"}
    shown = manager.post(page, data=chain)
    assert "T+5 5 working days after go-live" in plain(shown)
    assert "Tuesday 19 May" in plain(shown)
    assert sent_on() == []
    assert manager.post(page, data={**chain, "confirm": "yes"}).status_code == 303
    assert sent_on() == [date(2026, 4, 21), date(2026, 4, 30), date(2026, 5, 19)]
    move, path = {"go_live_on": "2026-05-26", "shown": "2026-05-26", "confirm": "yes"}, f"/waves/{wave.id}/go-live"
    preview = plain(manager.post(path, data={"go_live_on": "2026-05-26"}))
    assert "5 days move." in preview
    refused = manager.post(path, data={**move, "reason": WHY, "seal": "of another plan"})
    assert (refused.status_code, "changed after you opened the page" in plain(refused)) == (422, True)
    assert WHY in refused.get_data(as_text=True)
    same = manager.post(path, data={**move, "go_live_on": "2026-05-12", "shown": "2026-05-12", "reason": WHY})
    assert (same.status_code, "It falls on this day already." in plain(same)) == (422, True)
    assert WHY in same.get_data(as_text=True)
    assert manager.post(path, data=sealed(manager, path, {**move, "reason": WHY})).status_code == 303
    assert sent_on() == [date(2026, 5, 5), date(2026, 5, 14), date(2026, 6, 2)]
    page = plain(manager.get(f"/waves/{wave.id}/milestones"))
    assert "3 messages" in page
    assert f"from Tuesday 12 May to Tuesday 26 May. “{WHY}”" in page
    assert manager.post(f"/waves/{wave.id}/replans/undoing").status_code == 303
    assert sent_on() == [date(2026, 4, 21), date(2026, 4, 30), date(2026, 5, 19)]
    again = plain(manager.get(f"/waves/{wave.id}/milestones"))
    assert "taken back on 14 April by Ines Okafor" in again
    assert "Take this move back" not in again


def test_a_message_that_is_moved_by_hand_or_let_go_no_longer_follows(manager, wave):
    page = f"/waves/{wave.id}/chain"
    owner = re.search(r'<option selected value="(\d+)">Ines', manager.get(page).get_data(as_text=True))
    chain = {
        **CHAIN,
        "milestone": str(of_title(wave, "Go-live").id),
        "owner": owner[1],
        "approver": "0",
        "confirm": "1",
    }
    manager.post(page, data=chain)
    first, second, _ = db.session.scalars(select(Occurrence.id).order_by(Occurrence.sends_at)).all()
    assert "Its day is counted: 14 working days before go-live." in plain(manager.get(f"/occurrences/{first}"))
    assert manager.post(f"/occurrences/{first}/moves", data={"day": "2026-04-22", "time": "10:00"}).status_code == 303
    assert manager.post(f"/occurrences/{second}/anchor/dropping").status_code == 303
    db.session.expire_all()
    assert len(db.session.scalars(select(Anchor)).all()) == 1
    assert "Its day is counted" not in plain(manager.get(f"/occurrences/{second}"))


def test_words_that_are_no_days_keep_what_was_typed(manager, wave):
    chain = {**CHAIN, "milestone": str(of_title(wave, "Go-live").id), "offsets": "soon", "approver": "0"}
    page = manager.get(f"/waves/{wave.id}/chain").get_data(as_text=True)
    chain["owner"] = re.search(r'<option selected value="(\d+)">Ines', page)[1]
    answer = manager.post(f"/waves/{wave.id}/chain", data=chain)
    assert (answer.status_code, "such as T−14, T−7, T+5" in plain(answer)) == (422, True)
    assert 'value="soon"' in answer.get_data(as_text=True)


def test_another_day_of_a_milestone_is_shown_first_and_may_come_with_another_counting(manager, wave):
    due, live = of_title(wave, "Training is due"), of_title(wave, "Go-live")
    counted = {"anchor": str(live.id), "offset": "3", "side": "before", "counted": "working", "policy": "before"}
    path = f"/milestones/{due.id}"
    shown = manager.post(path, data=counted)
    assert "Nothing has changed yet" in plain(shown)
    assert of_title(wave, "Training is due").falls_on == date(2026, 5, 5)
    move = {**counted, "shown": "2026-05-07", "confirm": "yes", "reason": WHY}
    assert manager.post(path, data=sealed(manager, path, move)).status_code == 303
    due = of_title(wave, "Training is due")
    assert (due.falls_on, due.counted_words) == (date(2026, 5, 7), "3 working days before go-live")
    assert due.wave.training_due_on == date(2026, 5, 7)


def test_a_blackout_is_made_said_beside_days_and_removed(manager, wave):
    form = {"programme": "", "from_on": "2026-05-26", "until_on": "2026-05-25", "reason": "Inventory"}
    answer = manager.post("/blackouts", data=form)
    assert (answer.status_code, "Choose the first day or a later one." in plain(answer)) == (422, True)
    assert manager.post("/blackouts", data={**form, "until_on": "2026-05-27"}).status_code == 303
    assert "26 May to 27 May Everybody Inventory" in plain(manager.get("/blackouts"))
    shown = plain(manager.post(f"/waves/{wave.id}/go-live", data={"go_live_on": "2026-05-26"}))
    assert "Blackout from 26 May to 27 May: Inventory" in shown
    assert manager.post("/blackouts/1/removal").status_code == 303
    assert "No blackout is planned" in plain(manager.get("/blackouts"))
