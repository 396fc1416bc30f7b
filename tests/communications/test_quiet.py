"""Optional messages wait for people who are left to settle, until their quiet period is over; others go out."""

from datetime import date, timedelta

import pytest
from factories import make_person, make_programme, make_wave
from flask import Flask

from engagement.communications.queries.quiet import quiet_readers
from engagement.db import db
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import AT_TWO, deliveries, make_approved, make_line, queue

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)


@pytest.fixture
def settling(app: Flask) -> Wave:
    """A wave of Ann that is left to settle until 1 May; Bo is in none."""
    ann = make_person("Ann Lee", "ann@example.com")
    make_person("Bo Ito", "bo@example.com")
    wave = make_wave(
        make_programme(), members=[ann], status=WaveStatus.STABILISING, go_live_on=TODAY - timedelta(days=9)
    )
    wave.stabilises_until_on = date(2026, 5, 1)
    db.session.flush()
    return wave


def due() -> dict[str, str]:
    return {row.address: row.due_at.isoformat() for row in deliveries() if row.mailing.kind.value == "communication"}


def test_an_optional_message_waits_for_those_who_settle(settling: Wave):
    row = make_approved(make_line(settling.programme, is_required=False))
    [quiet] = quiet_readers(row.communication, TODAY)
    assert (quiet.wave, quiet.people, quiet.until) == (settling, 1, date(2026, 5, 1))
    queue(row)
    assert due()["ann@example.com"] == "2026-05-02T13:00:00+00:00"
    assert due()["bo@example.com"] == AT_TWO.isoformat()


def test_working_hours_hold_after_the_quiet_period_too(settling: Wave):
    queue(make_approved(make_line(settling.programme, is_required=False, in_working_hours=True)))
    # 2 and 3 May are a weekend, 4 May is a holiday in England.
    assert due()["ann@example.com"] == "2026-05-05T08:00:00+00:00"


@pytest.mark.parametrize("why", ["required", "own", "over", "rolled back"])
def test_nobody_waits_for_what_is_required_or_when_nothing_is_quiet(settling: Wave, why):
    if why == "over":
        settling.stabilises_until_on = TODAY - timedelta(days=1)
    elif why == "rolled back":
        settling.status = WaveStatus.ROLLED_BACK
    row = make_approved(
        make_line(settling.programme, is_required=why == "required", wave=settling if why == "own" else None)
    )
    queue(row)
    assert set(due().values()) == {AT_TWO.isoformat()}
    assert quiet_readers(row.communication, TODAY) == []
