"""Training that waits for another wave's quiet period: said on the days of the wave, overruled with a reason, and told to who waits."""

from datetime import date

import pytest
from factories import make_account, make_wave, signed_in
from markup import plain

from engagement import clock
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.rules import ItemKind
from engagement.waves.queries import members
from engagement.waves.rules import WaveStatus
from tests.training.courses import make_curriculum, make_module


@pytest.fixture
def settling(wave):
    """Another wave with the same person, who is left to settle until 20 May; training of the first is due on 5 May."""
    make_curriculum(TrainingRole.USER, (make_module("reading"), ItemKind.REQUIRED))
    same = list(db.session.scalars(members(wave.id)))
    other = make_wave(
        wave.programme, number=1, name="Motor", members=same, status=WaveStatus.LIVE, go_live_on=date(2026, 4, 6)
    )
    other.stabilises_until_on = date(2026, 5, 20)
    settle_assignments(clock.now(), wave.id)
    db.session.commit()
    return other


def test_who_plans_sees_who_waits_and_lets_the_training_go_on_with_a_reason(manager, wave, settling):
    days, page = f"/waves/{wave.id}/milestones", f"/waves/{wave.id}/quiet-periods/{settling.id}"
    assert "Wave 1: Motor 1 Wednesday 20 May waits, and is due on Wednesday 27 May" in plain(manager.get(days))
    shown = plain(manager.get(page))
    assert (
        "1 person of this wave is left to settle with Wave 1: Motor from Monday 6 April to Wednesday 20 May." in shown
    )
    assert "That is after go-live, on Tuesday 12 May." in shown
    assert db.session.scalars(members(wave.id)).one().name in shown
    ready = plain(manager.get(f"/waves/{wave.id}/statuses?status=ready"))
    assert "The training of 1 person waits for Wave 1: Motor" in ready
    refused = manager.post(page, data={"reason": " "})
    assert (refused.status_code, "Say why, in at most 1,000 characters" in plain(refused)) == (422, True)
    assert manager.post(page, data={"reason": "Their manager asked for it."}).status_code == 303
    assert "goes on: “Their manager asked for it.” Ines Okafor, 14 April" in plain(manager.get(days))
    assert "waits for Wave 1" not in plain(manager.get(f"/waves/{wave.id}/statuses?status=ready"))
    assert "Let it wait again" in plain(manager.get(page))
    for _ in range(2):
        assert manager.post(f"{page}/waiting").status_code == 303
    assert "waits, and is due on" in plain(manager.get(days))
    assert "Their manager asked for it. Ines Okafor, Tuesday 14 April. It waits again since Tuesday 14 April." in plain(
        manager.get(page)
    )
    assert manager.get(f"/waves/{wave.id}/quiet-periods/{wave.id}").status_code == 404


def test_who_waits_reads_why_and_from_when(app, wave, settling):
    person = db.session.scalars(members(wave.id)).one()
    account = make_account("own@example.com", person.name)
    account.person = person
    learner = signed_in(app, account)
    shown = plain(learner.get("/me/training"))
    assert "Nothing for now. You are left to settle with Wave 1: Motor until Wednesday 20 May" in shown
    assert "waits while you are left to settle with Wave 1: Motor" in shown
    assert "Later, from 21 May" in shown
    assert "Later, from 21 May" in plain(learner.get("/me"))
