"""Writes down how a wave goes back."""

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.verbs import Verb
from engagement.waves.fallbacks.models import WaveFallback
from engagement.waves.fallbacks.queries import fallback_of
from engagement.waves.models import Wave

LONGEST = 5_000


def write_fallback(wave: Wave, steps: str, who_decides: str, *, by: Actor) -> None:
    """Keep a fall-back plan beside the earlier ones; the same words again change nothing.

    Raises BadInput without steps or somebody who decides, RuleBroken for a wave that is over.
    """
    steps, who_decides = steps.strip(), who_decides.strip()
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}; it needs no way back any more.")
    problems = {}
    if not steps:
        problems["steps"] = "Write what is done, step by step. Whoever reads it then is in a hurry."
    if not who_decides:
        problems["who_decides"] = "Name who decides it, and who stands in for them."
    for name, given in (("steps", steps), ("who_decides", who_decides)):
        if len(given) > LONGEST:
            problems[name] = f"Shorten this to {LONGEST:,} characters; it has {len(given):,}."
    if problems:
        raise BadInput("The plan can’t be kept like this.", problems)
    before = fallback_of(wave.id)
    if before is not None:
        if (before.steps, before.who_decides) == (steps, who_decides):
            return
        before.superseded_at = clock.now()
        db.session.flush()
    db.session.add(
        WaveFallback(wave_id=wave.id, steps=steps, who_decides=who_decides, said_at=clock.now(), said_by=by.name[:401])
    )
    old = (before.steps, before.who_decides) if before else (None, None)
    audit.record(Verb.WROTE_FALLBACK, wave, by=by, **{"steps": (old[0], steps), "who decides": (old[1], who_decides)})
    db.session.flush()
