"""The pages of milestones: seeing what contradicts, adding, changing and removing one, and what was typed stays."""

from datetime import date, timedelta

from markup import plain
from previews import sealed

from engagement import clock
from engagement.db import db
from engagement.pages.waves.dated import milestones_shown
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.rules import WaveStatus

COUNTED = {"side": "before", "counted": "working", "policy": "before"}


def days(wave):
    db.session.expire_all()
    return [(row.title, row.falls_on) for row in milestones_of(wave.id)]


def test_a_milestone_is_added_counted_from_another_changed_and_removed(manager, wave):
    go_live = next(row for row in milestones_of(wave.id) if row.title == "Go-live")
    page = f"/waves/{wave.id}/milestones"
    new = {**COUNTED, "kind": "training_opens", "anchor": str(go_live.id), "offset": "3"}
    assert manager.post(f"{page}/new", data=new).status_code == 303
    assert days(wave) == [
        ("Training is due", date(2026, 5, 5)),
        ("Training opens", date(2026, 5, 7)),
        ("Go-live", date(2026, 5, 12)),
    ]
    shown = plain(manager.get(page))
    assert "Training is due before it opens: Tuesday 5 May, and Thursday 7 May." in shown
    assert "3 working days before go-live" in shown
    assert "its own day 2 milestones Move go-live" in shown
    opens = next(row for row in milestones_of(wave.id) if row.title == "Training opens")
    form = manager.get(f"/milestones/{opens.id}").get_data(as_text=True)
    assert 'name="offset" type="number" value="3"' in form
    path = f"/milestones/{opens.id}"
    move = {
        **COUNTED,
        "anchor": "",
        "falls_on": "2026-04-27",
        "shown": "2026-04-27",
        "confirm": "yes",
        "reason": "Early",
    }
    assert manager.post(path, data=sealed(manager, path, move)).status_code == 303
    assert ("Training opens", date(2026, 4, 27)) in days(wave)
    assert "Look at these days" not in plain(manager.get(page))
    assert manager.post(f"/milestones/{opens.id}/removal").status_code == 303
    assert "Training opens" not in [title for title, _ in days(wave)]


def test_a_refused_milestone_keeps_what_was_typed_and_changes_nothing(manager, wave):
    before = days(wave)
    answer = manager.post(f"/waves/{wave.id}/milestones/new", data={**COUNTED, "kind": "own", "name": "Town hall"})
    assert (answer.status_code, days(wave)) == (422, before)
    assert "Choose a day." in plain(answer)
    assert 'value="Town hall"' in answer.get_data(as_text=True)
    go_live = next(row for row in milestones_of(wave.id) if row.title == "Go-live")
    sent = {**COUNTED, "kind": "kick_off", "anchor": str(go_live.id), "offset": ""}
    answer = manager.post(f"/waves/{wave.id}/milestones/new", data=sent)
    assert (answer.status_code, "Say how many days; 0 is the same day." in plain(answer)) == (422, True)
    sent = {**COUNTED, "kind": "kick_off", "anchor": "999", "offset": "1"}
    answer = manager.post(f"/waves/{wave.id}/milestones/new", data=sent)
    assert (answer.status_code, "Choose the milestone that it is counted from." in plain(answer)) == (422, True)


def test_a_wave_that_is_over_keeps_its_days(manager, wave):
    due = next(row for row in milestones_of(wave.id) if row.title == "Training is due")
    wave.status = WaveStatus.CLOSED
    db.session.commit()
    page = plain(manager.get(f"/waves/{wave.id}/milestones"))
    assert "Add a milestone" not in page
    answer = manager.post(f"/milestones/{due.id}", data={**COUNTED, "anchor": "", "falls_on": "2026-05-06"})
    assert (answer.status_code, "its days stay as they are" in plain(answer)) == (422, True)


def test_the_wave_counts_its_milestones_to_go_live_and_says_where_today_is(app, manager, wave):
    assert "5 May, T−7 Training is due 12 May Go-live" in plain(manager.get(f"/waves/{wave.id}"))
    with app.test_request_context():
        shown = milestones_shown(wave, [(clock.now() - timedelta(days=1), "A briefing")])
        assert [(step.day_words, step.text, step.state) for step in shown] == [
            ("13 April, T−29", "A briefing", "done"),
            ("14 April, T−28", "Today", "now"),
            ("5 May, T−7", "Training is due", ""),
            ("12 May", "Go-live", "go"),
        ]
        now = milestones_shown(wave, [(clock.now(), "A briefing")])
        assert (now[0].day_words, now[0].text, now[0].state) == ("Today, T−28", "A briefing", "now")
        assert len(now) == 3
