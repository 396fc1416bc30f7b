"""From a file of 2,500 people with forty things wrong to the sponsor's sheet: refused, cleaned, planned, briefed, reported."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from communications.calendar_rows import TEXT, make_approver, make_audience, make_line, make_writer
from factories import TESTER, make_programme, signed_in
from flask import Flask
from intake.hr_files import FILE_DEFECTS, ROW_DEFECTS, Defect, make_hr_file, moved
from mail.smtp_peer import smtp_peer
from sqlalchemy import func, select

from engagement import clock, serving
from engagement.accounts.actions import grant_role
from engagement.accounts.rules import Role
from engagement.audit import COMMAND_LINE
from engagement.communications.actions.approving import approve
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake.actions.importing import Asked, import_people
from engagement.intake.models import ImportRun
from engagement.intake.reading.rules.problems import UnreadableFile
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.wire.actions.transport import Transport
from engagement.people.models import Department, Person
from engagement.people.queries import department_by_path
from engagement.scheduler.running import line_states, run_if_due
from engagement.scheduler.timetable import line_named
from engagement.waves.actions import plan_wave
from engagement.waves.models import WaveDetails
from engagement.waves.queries import member_counts

#: More than are read at once.
ROWS = 2_500
#: Warnings: the row comes in without the manager whom nobody knows or who is the person themselves.
HARMLESS = {"own manager", "unknown manager"}
#: Their cells can't be told apart, so they count as rejected, not as read.
UNREADABLE = {"text after quote", "delimiter too many", "endless cell"}


def bring_in(file: Path, *, skip_bad: bool = False) -> list[str]:
    said: list[str] = []
    import_people(file, Asked(skip_bad=skip_bad), by=COMMAND_LINE, say=said.append)
    db.session.commit()
    return said


def headcount() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def run(name: str) -> str:
    line = line_named(name)
    assert line
    assert run_if_due(line, anyway=True)
    [state] = [state for state in line_states() if state.name == name]
    assert state.error is None
    return state.outcome


@pytest.mark.parametrize("defect", FILE_DEFECTS, ids=lambda defect: defect.name)
def test_a_file_that_is_wrong_as_a_whole_changes_nothing(app: Flask, tmp_path: Path, defect: Defect) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(make_hr_file(120, defects=[defect]))
    with pytest.raises((UnreadableFile, RuleBroken)) as refused:
        bring_in(file)
    assert str(refused.value)
    db.session.rollback()
    assert (headcount(), db.session.scalar(select(func.count()).select_from(ImportRun))) == (0, 0)


def test_from_the_file_to_the_report(app: Flask, tmp_path: Path, frozen: time_machine.Traveller) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(make_hr_file(ROWS, defects=ROW_DEFECTS))

    # All or nothing: every bad line is named, and nothing is written.
    said: list[str] = []
    with pytest.raises(RuleBroken, match=r"^Nothing was imported: \d+ rows have errors\. Correct the file"):
        import_people(file, Asked(), by=COMMAND_LINE, say=said.append)
    for defect in ROW_DEFECTS:
        assert any(line.startswith(f"Line {moved(defect.line)}: ") for line in said), defect.name
    assert headcount() == 0

    # The good rows alone.
    said = bring_in(file, skip_bad=True)
    counts = {words: int(number.replace(",", "")) for number, _, words in (line.partition(" ") for line in said[:7])}
    assert counts["new"] + counts["rejected"] == ROWS
    assert counts["rows read"] == ROWS - len(UNREADABLE)
    assert counts["rejected"] == len(ROW_DEFECTS) - len(HARMLESS) + 3
    assert headcount() == counts["new"]

    # Two waves; the larger gets a briefing, which everybody receives once.
    programme = make_programme()
    go_live_on = clock.now().date() + timedelta(days=28)
    large, small = (
        plan_wave(
            programme,
            WaveDetails(path),
            go_live_on,
            departments=[d for d in [department_by_path(path)] if d],
            by=TESTER,
        )
        for path in ("Operations", "Finance")
    )
    run("settle-directory")
    heads = member_counts([large.id, small.id])
    expected = select(Person.email).join(Person.department).where(Department.path.startswith("Operations"))
    recipients = db.session.scalars(expected).all()
    assert heads[large.id] == len(recipients) > heads[small.id] > 250
    writer, approver = make_writer(), make_approver()
    audience = make_audience("The largest wave", {"field": "wave", "values": [large.id]})
    line = make_line(programme, wave=large, audience=audience, owner=writer)
    message = schedule_briefing(line, clock.now() + timedelta(hours=1), by=writer.actor)
    write_occurrence(message, "What changes in operations", TEXT, by=writer.actor)
    approve(message, by=approver.actor)
    db.session.commit()
    frozen.shift(timedelta(hours=1))
    assert run("queue-occurrences") == f"{message.id} queued"
    with smtp_peer() as peer:
        sent = deliver_until_empty(
            Transport(peer.url), "flow", serving.link_maker(app), "Engagement <engagement@example.com>"
        ).sent
        assert Counter(peer.recipients) == Counter(dict.fromkeys(recipients, 1))
    assert sent == len(recipients)
    run("settle-deliveries")
    db.session.refresh(message)
    assert (message.status, message.reached) == (OccurrenceStatus.SENT, len(recipients))

    # The sponsor's sheet counts the same people.
    grant_role(writer, Role.SPONSOR, by=TESTER)
    sheet = signed_in(app, writer).get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    assert large.name in sheet
    assert f"{len(recipients):,}" in sheet
