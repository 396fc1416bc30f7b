"""Short ways past and through the gate of a wave."""

from datetime import date, timedelta

from factories import TESTER

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.actions.deciding import ConditionSaid, DecisionSaid, decide, states_seen
from engagement.readiness.gate.actions.opening import go_past
from engagement.readiness.gate.models import GateDecision
from engagement.readiness.gate.queries.present import Gate, gate_of
from engagement.readiness.gate.rules import Choice
from engagement.readiness.queries.obstacles import obstacles
from engagement.readiness.rules import ObstacleKind
from engagement.resistance.models import Concern
from engagement.resistance.rules import Severity, Source
from engagement.waves.models import Wave

TODAY = date(2026, 4, 14)


def past_the_gate(wave: Wave, on: date = TODAY) -> None:
    """Let a wave go on without its gate, for tests of what else stands against it."""
    go_past(wave, "For the test.", on + timedelta(days=30), on=on, by=TESTER)


def say(
    wave: Wave,
    approver: Person,
    choice: Choice | None = Choice.GO,
    reason: str = "Rehearsed.",
    *conditions: ConditionSaid,
    seen: str | None = None,
    on: date = TODAY,
) -> GateDecision:
    """Decide on the criteria as they stand."""
    stands = states_seen(standings_of([wave], on)[wave.id].criteria)
    said = DecisionSaid(choice, reason, conditions)
    return decide(wave, approver, said, seen=stands if seen is None else seen, on=on, floor=5, by=TESTER)


def object_severely(wave: Wave) -> Concern:
    """Let somebody have a severe concern about a wave, so that a criterion falls that was met."""
    row = Concern(
        is_anonymous=False,
        wave=wave,
        source=Source.OTHER,
        text="It fails.",
        severity=Severity.SEVERE,
        received_on=TODAY,
        received_at=clock.now(),
        waiting_since_on=TODAY,
    )
    db.session.add(row)
    db.session.flush()
    return row


def gate(wave: Wave, on: date = TODAY) -> Gate:
    return gate_of(wave, on)


def gates_stand(wave: Wave) -> list[ObstacleKind]:
    """Return what stands against a wave's becoming ready that nobody may overrule."""
    return [each.kind for each in obstacles(wave, TODAY) if not each.kind.can_be_overruled]
