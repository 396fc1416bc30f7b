"""The page of a message that a gate holds: it says so before somebody approves, and names its time as still to come."""

from datetime import UTC, datetime

from factories import make_person, make_programme, make_wave, make_workflow, signed_in
from pages.calendar.calendar_pages import fresh, page, post
from readiness.gate_rows import say

from engagement.communications.actions.writing import write_occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.readiness.gate.rules import Choice
from engagement.scheduler.gate_jobs import reopen_gates
from tests.communications.calendar_rows import TEXT, make_approver, make_audience, make_draft, make_line, make_writer


def test_who_approves_under_a_no_go_reads_that_the_message_is_held(app, frozen):
    sponsor = make_person("Sue Sponsor", "sue@example.com")
    programme = make_programme(sponsor=sponsor)
    workflows, people = (make_workflow(programme),), [make_person("Ann One", "ann@example.com")]
    wave = make_wave(programme, workflows=workflows, members=people, go_live_on=datetime(2026, 4, 21).date())
    writer, approver = make_writer(), make_approver()
    line = make_line(programme, wave=wave, owner=writer, audience=make_audience())
    rows = [make_draft(line, datetime(2026, 4, day, 13, tzinfo=UTC)) for day in (20, 27)]
    for row in rows:
        write_occurrence(row, "What changes", TEXT, by=writer.actor)
    db.session.commit()
    path, later = (f"/occurrences/{row.id}" for row in rows)
    writes, approves = signed_in(app, writer), signed_in(app, approver)
    assert "The gate of" not in page(approves, path)
    say(wave, sponsor, Choice.NO_GO)
    db.session.commit()
    post(writes, f"{path}/approval-requests")
    warning = f"The gate of {wave.title} says no-go"
    assert f"{warning}: approved before the gate is passed or the go-live is moved, it is held." in page(approves, path)
    post(approves, f"{path}/approvals", text_version=str(fresh(rows[0].id).text_version))
    shown = page(approves, path)
    assert "Approved, but it doesn’t go out." in shown
    assert "It goes out by itself" not in shown
    assert page(writes, path).count(f"{warning}, so it is held within minutes.") == 1
    reopen_gates(app.config["SETTINGS"])
    assert fresh(rows[0].id).status is OccurrenceStatus.HELD
    # Its day is still to come.
    assert ("Is due" in page(writes, path), "Was due" in page(writes, path)) == (True, False)
    frozen.move_to(datetime(2026, 4, 20, 14, tzinfo=UTC))
    writes = signed_in(app, writer)
    assert "Was due" in page(writes, path)
    # One that waits for nobody is not spoken of.
    wave.go_live_on = datetime(2026, 5, 29).date()
    db.session.commit()
    assert "The gate of" not in page(writes, later)
