"""The steps of a wave that something may stand against: becoming ready, and going live. Nothing else takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.reach import Reach
from engagement.readiness.models import Overruling
from engagement.readiness.queries.obstacles import obstacles
from engagement.readiness.rules import LONGEST_REASON, Obstacle
from engagement.readiness.scopes import may_overrule
from engagement.verbs import Verb
from engagement.waves import actions as waves
from engagement.waves import queries
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.words import listed

SAY_WHY = "Say why it goes on without this, or do it first. Your reason stays on the wave’s page."


@dataclass(frozen=True)
class Overruled:
    """Why it goes on all the same, by the name of an obstacle, and how far the planning of who says so reaches."""

    reasons: Mapping[str, str]
    planning: Reach


def make_ready(wave: Wave, *, reason: str, overruled: Overruled, today: date, by: Actor) -> None:
    """Say that a wave is ready.

    Raises RuleBroken while something stands against it that the reader may not overrule, BadInput for an obstacle without a
    reason; otherwise as `waves.actions.change_status`.
    """
    standing = obstacles(wave, today, to=WaveStatus.READY) if WaveStatus.READY in wave.status.next_steps else []
    kept = _overruled(wave, standing, overruled, "become ready")
    waves.change_status(wave, WaveStatus.READY, reason=reason, by=by)
    _keep(wave, kept, by)


def go_live(wave: Wave, on: date, *, reason: str, overruled: Overruled, today: date, by: Actor) -> None:
    """Record the day on which a wave's people began. Raises as `make_ready` and `waves.actions.go_live`."""
    standing = obstacles(wave, today, to=WaveStatus.LIVE) if WaveStatus.LIVE in wave.status.next_steps else []
    kept = _overruled(wave, standing, overruled, "go live")
    waves.go_live(wave, on, today=today, reason=reason, by=by)
    _keep(wave, kept, by)


def _overruled(wave: Wave, standing: Sequence[Obstacle], given: Overruled, step: str) -> list[tuple[Obstacle, str]]:
    firm = [each.sentence for each in standing if not may_overrule(given.planning, wave, each.kind)]
    if firm:
        raise RuleBroken(f"{wave.title} can’t {step} yet: {listed(each[:1].lower() + each[1:] for each in firm)}.")
    reasons = [(each, given.reasons.get(each.name, "").strip()) for each in standing]
    problems = {each.name: SAY_WHY for each, reason in reasons if not reason}
    problems |= {
        each.name: f"Shorten this to {LONGEST_REASON:,} characters; it has {len(reason):,}."
        for each, reason in reasons
        if len(reason) > LONGEST_REASON
    }
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    return reasons


def _keep(wave: Wave, overruled: Sequence[tuple[Obstacle, str]], by: Actor) -> None:
    if not overruled:
        return
    db.session.flush()
    step = queries.steps_of(wave.id)[-1]
    for obstacle, reason in overruled:
        db.session.add(
            Overruling(
                step_id=step.id,
                kind=obstacle.kind,
                key=obstacle.key,
                sentence=obstacle.sentence,
                reason=reason,
                at=clock.now(),
                by_id=by.account_id,
            )
        )
        audit.record(Verb.OVERRULED_OBSTACLE, wave, by=by, obstacle=(None, obstacle.sentence), reason=(None, reason))
    db.session.flush()
