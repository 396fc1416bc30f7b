"""Chains of messages: how they are written, dated from their milestone, and settled with it."""

from datetime import date, time

import pytest
from factories import TESTER, make_programme, make_wave
from sqlalchemy import delete, select

from engagement.audit import AuditEntry
from engagement.communications.models import Communication
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.planning.actions.anchoring import Chain, plan_chain, settle_plan
from engagement.planning.models import Anchor
from engagement.planning.rules import offsets_of
from engagement.waves.actions import move_go_live
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.planning.plans import LATER, SEEN, WHY, chain, of_kind

pytestmark = pytest.mark.usefixtures("app", "frozen")


def test_a_chain_is_dated_from_its_milestone_and_settles_with_it(wave: Wave, line: Communication) -> None:
    rows = chain(line, wave, -7, 5)
    assert [row.sends_on for row in rows] == [date(2026, 4, 30), date(2026, 5, 19)]
    for offsets, words in (
        ((-14 * 9,), "has passed"),
        ((), "Write 1 to 12"),
        ((366,), "at most 365"),
        (tuple(range(13)), "1 to 12"),
    ):
        with pytest.raises(BadInput, match=words):
            chain(line, wave, *offsets)
    elsewhere = make_wave(make_programme("Elsewhere"))
    with pytest.raises(RuleBroken, match="its own wave"):
        plan_chain(line, Chain(of_kind(elsewhere), (1,), time(9)), by=TESTER)
    db.session.execute(delete(Anchor).where(Anchor.occurrence_id == rows[1].id))
    wave.status = WaveStatus.READY
    move_go_live(wave, LATER, reason=WHY, by=TESTER)
    assert settle_plan([wave], SEEN) == 1
    assert settle_plan([wave], SEEN) == 0
    assert [row.sends_on for row in rows] == [date(2026, 5, 14), date(2026, 5, 19)]
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.verb, entry.subject_kind) == ("moved message", "occurrence")


@pytest.mark.parametrize(
    ("text", "offsets"),
    [("T-14, T−7,T-1; +5", [-14, -7, -1, 5]), ("0", [0]), ("T", [0]), ("", []), (" 3 , 3 ", [3])],
)
def test_offsets_are_read_as_planners_write_them(text: str, offsets: list[int]) -> None:
    assert offsets_of(text) == offsets


@pytest.mark.parametrize("text", ["soon", "T-x", "1.5", "--2"])
def test_other_words_are_no_offsets(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        offsets_of(text)
