"""Leave to go on without a gate runs out: who decides and who gave it hear so once, and every page says it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from factories import make_account, make_person
from flask import Flask
from readiness.gate_rows import TODAY, gate, say
from readiness.letters_read import letters, texts
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.attention.queries.gates import gates_reopened, gates_to_decide
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.readiness.gate.actions.opening import end_override, go_past
from engagement.scheduler.gate_jobs import tell_of_lapses, watch_gates
from engagement.settings import Settings
from engagement.verbs import Verb
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")
NEXT = TODAY + timedelta(days=1)
RAN_OUT = "Ines Okafor let it go on without the gate until 14 April 2026. That has passed: the gate stands again."


@pytest.fixture
def settings(app: Flask) -> Settings:
    settings: Settings = app.config["SETTINGS"]
    return settings


@pytest.fixture
def manager() -> Account:
    account = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    account.person = account.person or make_person("Ines Okafor", "ines@example.com")
    return account


def today_of(account: Account) -> list[str]:
    found = gates_reopened(reader_of(account, "UTC"), NEXT, 4)
    return [getattr(need.subject, "words", "") for need in found.first]


def lapses() -> list[str]:
    return [address for address, subject in letters() if subject.endswith("stands again")]


def test_leave_that_ran_out_is_told_once_in_working_hours_and_said_where_the_gate_is(
    settings, wave: Wave, sponsor, manager, frozen: time_machine.Traveller
):
    go_past(wave, "The board wants it.", TODAY, on=TODAY, by=manager.actor)
    db.session.commit()
    assert (tell_of_lapses(settings), gate(wave).lapsed, today_of(manager)) == (
        "0 stand again.",
        None,
        [RAN_OUT + " Nobody has decided yet."],
    )
    # At night nobody is written to.
    frozen.move_to(datetime(2026, 4, 15, 0, 5, tzinfo=UTC))
    assert (tell_of_lapses(settings), lapses()) == ("0 stand again.", [])
    assert gate(wave, NEXT).sentence == f"{RAN_OUT} Nobody has decided yet."
    frozen.move_to(datetime(2026, 4, 15, 9, tzinfo=UTC))
    assert watch_gates(settings).startswith("0 opened again, 0 messages held. 1 stand again.")
    assert lapses() == ["sue@example.com", "ines@example.com"]
    (text, *_) = [each for each in texts() if "That day has passed" in each]
    assert f"Ines Okafor let {wave.title} go on without its gate until Tuesday 14 April 2026." in text
    assert tell_of_lapses(settings) == "0 stand again."
    # It still says so once it was told, and not as something that somebody took back.
    assert (gate(wave, NEXT).sentence, today_of(manager)) == (f"{RAN_OUT} Nobody has decided yet.",) * 1 + (
        [f"{RAN_OUT} Nobody has decided yet."],
    )
    assert not gate(wave, NEXT).overrides[0].ended_early
    asked = gates_to_decide(reader_of(make_account("sue@example.com", "Sue Sponsor"), "UTC"), NEXT, 4).first
    assert [RAN_OUT in each.subject.words for each in asked] == [True]
    ended = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.ENDED_OVERRIDE)).all()
    assert len(ended) == 1
    say(wave, sponsor, on=NEXT)
    assert (gate(wave, NEXT).lapsed, today_of(manager)) == (None, [])


@pytest.mark.parametrize("because", ["passed", "live", "taken back"])
def test_nobody_is_written_to_where_no_gate_stands_again(settings, wave, sponsor, manager, frozen, because):
    row = go_past(wave, "The board wants it.", TODAY, on=TODAY, by=manager.actor)
    if because == "passed":
        say(wave, sponsor)
    elif because == "live":
        wave.status = WaveStatus.LIVE
    else:
        end_override(row, by=manager.actor)
    db.session.commit()
    frozen.move_to(datetime(2026, 4, 15, 9, tzinfo=UTC))
    assert (tell_of_lapses(settings), lapses(), gate(wave, NEXT).lapsed) == ("0 stand again.", [], None)
    assert today_of(manager) == []
    assert row.ended_at is not None
