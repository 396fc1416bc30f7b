"""Letting training of a wave go on although its people are left to settle with another one, and letting it wait again."""

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput
from engagement.training.waiting.models import QuietOverride
from engagement.training.waiting.queries import standing_overrides
from engagement.training.waiting.rules import LONGEST_REASON
from engagement.verbs import Verb
from engagement.waves.models import Wave


def let_training_go_on(wave: Wave, settling: Wave, *, people: int, reason: str, by: Actor) -> QuietOverride | None:
    """Let training of a wave ask something of its people who are left to settle with another one, so many now.

    None, and nothing changes, where somebody said so already. Raises BadInput without a reason.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        words = f"Say why, in at most {LONGEST_REASON:,} characters. One sentence is enough; it stays on the page of the wave’s days."
        raise BadInput(words, {"reason": words})
    if any(row.settling_id == settling.id for row in standing_overrides(wave.id)):
        return None
    assert settling.stabilises_until_on is not None
    row = QuietOverride(
        wave_id=wave.id,
        settling_id=settling.id,
        people=people,
        until_on=settling.stabilises_until_on,
        reason=reason,
        said_at=clock.now(),
        said_by_id=by.account_id,
    )
    db.session.add(row)
    db.session.flush()
    about = (None, settling.title)
    audit.record(Verb.LET_TRAINING_GO_ON, wave, by=by, settling=about, people=(None, people), reason=(None, reason))
    return row


def let_training_wait(wave: Wave, row: QuietOverride, *, by: Actor) -> None:
    """Let training wait again for who is left to settle; once it does, nothing changes."""
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_by_id = clock.now(), by.account_id
    db.session.flush()
    audit.record(Verb.LET_TRAINING_WAIT, wave, by=by, settling=(row.settling.title, None))
