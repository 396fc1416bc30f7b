"""How the gates of waves stand: who decides, what they said, under which conditions, and what has fallen since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import select

from engagement.db import db
from engagement.people.models import Person
from engagement.readiness.criteria.queries.standing import WaveStanding
from engagement.readiness.criteria.rules import CriterionKind
from engagement.readiness.gate.models import (
    GateApprover,
    GateCondition,
    GateDecision,
    GateOverride,
    GateReopening,
    GateValue,
)
from engagement.readiness.gate.queries.rows import (
    conditions_of_decisions,
    rows_of_waves,
    rows_there,
    values_of_decisions,
)
from engagement.readiness.gate.rules import (
    ASKED_DAYS_BEFORE,
    NOTICE_DAYS,
    Choice,
    GateState,
    Seen,
    decide_by,
    fallen,
    rule_words,
    state_of,
)
from engagement.waves.models import Wave
from engagement.words import listed, plural, short_day_words


@dataclass(frozen=True)
class Gate:
    """The gate of a wave on one day.

    `decider` is its sponsor, else that of its programme; `named` are further approvers. `decisions` are those that stand, `before` are all
    others, the newest first; as are `reopenings` and `overrides`, whether they still hold or not; `ran_out` is the last override if its day has passed. `conditions` are those of standing
    decisions, and what is open of those that ended when the gate opened again.
    """

    wave: Wave
    decider: Person | None
    named: Sequence[GateApprover] = ()
    decisions: Sequence[GateDecision] = ()
    conditions: Sequence[GateCondition] = ()
    reopening: GateReopening | None = None
    override: GateOverride | None = None
    values: Sequence[GateValue] = field(default=(), repr=False)
    before: Sequence[GateDecision] = field(default=(), repr=False)
    reopenings: Sequence[GateReopening] = field(default=(), repr=False)
    overrides: Sequence[GateOverride] = field(default=(), repr=False)
    ran_out: GateOverride | None = field(default=None, repr=False)

    @cached_property
    def approvers(self) -> list[Person]:
        """Everybody who decides, the one who has the last word first."""
        found = {self.decider.id: self.decider} if self.decider else {}
        found |= {row.person_id: row.person for row in self.named if not row.person.has_left}
        return list(found.values())

    @cached_property
    def said(self) -> dict[int, GateDecision]:
        """The standing decision of each approver, by person."""
        here = {person.id for person in self.approvers}
        return {row.approver_id: row for row in self.decisions if row.approver_id in here}

    @cached_property
    def state(self) -> GateState:
        """How it stands."""
        return state_of(
            self.decider.id if self.decider else None,
            [person.id for person in self.approvers],
            {person_id: row.choice for person_id, row in self.said.items()},
            is_overridden=self.override is not None,
            is_reopened=self.reopening is not None,
        )

    @property
    def lapsed(self) -> GateOverride | None:
        """The leave to go on without the gate that ran out, if nothing has let the wave through since."""
        return None if self.state.lets_through or not self.wave.status.is_ahead else self.ran_out

    @property
    def has_last_word(self) -> bool:
        """Whether who has the last word says go; where nobody has it, whether all do. What is asked of others under that go is certain then."""
        if self.decider is None:
            return self.state is GateState.PASSED
        row = self.said.get(self.decider.id)
        return row is not None and row.choice.is_go

    @property
    def rule_words(self) -> str:
        """When it is passed, by names."""
        others = [person.name for person in self.approvers if person != self.decider]
        return rule_words(self.decider.name if self.decider else "", others)

    @property
    def due_words(self) -> str:
        """By when it is to be decided and why; "" once it is, or nothing is to be decided."""
        if self.state.lets_through or self.state is GateState.SHUT or not self.wave.status.is_ahead:
            return ""
        return f"To be decided by {short_day_words(self.decide_by_on)}, a week before the go-live: what goes out from then on depends on it."

    @property
    def unheard(self) -> list[Person]:
        """Who has not decided yet."""
        return [person for person in self.approvers if person.id not in self.said]

    @property
    def decide_by_on(self) -> date:
        """The day by which it is to be decided."""
        return decide_by(self.wave.go_live_on)

    def waits(self, on: date) -> bool:
        """Whether it waits for a decision: near its go-live or open again, not gone past, and somebody was not heard or nobody is named."""
        is_asked = self.reopening is not None or self.wave.go_live_on - on <= timedelta(days=ASKED_DAYS_BEFORE)
        is_heard = bool(self.approvers) and not self.unheard
        return is_asked and self.wave.status.is_ahead and self.override is None and not is_heard

    @property
    def dissent(self) -> list[GateDecision]:
        """What was decided otherwise than by the one who decides."""
        main = self.said.get(self.decider.id) if self.decider else None
        if main is None:
            return []
        return [row for row in self.said.values() if row.choice.is_go != main.choice.is_go]

    @property
    def open_conditions(self) -> list[GateCondition]:
        return [row for row in self.conditions if row.is_open]

    @property
    def sentence(self) -> str:
        """How it stands and through whom, in one line."""
        state = self.state
        if state is GateState.OVERRIDDEN and self.override:
            who = self.override.by.name if self.override.by else "Somebody"
            lapses = (
                " That is before the go-live: then the gate stands again." if self.override.ends_before_go_live else ""
            )
            return f"{who} lets it go on without the gate until {short_day_words(self.override.until_on)}.{lapses}"
        words = []
        if self.lapsed is not None:
            who, until = (
                self.lapsed.by.name if self.lapsed.by else "Somebody",
                short_day_words(self.lapsed.until_on),
            )
            words.append(f"{who} let it go on without the gate until {until}. That has passed: the gate stands again.")
        is_again = state is GateState.REOPENED and self.reopening is not None
        if is_again and self.reopening:
            words.append(f"It opened again on {short_day_words(self.reopening.at.date())}: {self.reopening.reason}")
        if self.said or not is_again:
            words.append(self._decided_words())
        if self.open_conditions:
            words.append(f"{plural(len(self.open_conditions), 'condition is', 'conditions are')} open.")
        if self.dissent:
            words.append(f"{listed(row.approver.name for row in self.dissent)} thought otherwise.")
        elif state in (GateState.UNDECIDED, GateState.REOPENED) and self.unheard and self.said:
            words.append(
                f"{listed(person.name for person in self.unheard)} {'has' if len(self.unheard) == 1 else 'have'} not decided yet."
            )
        return " ".join(words)

    def _decided_words(self) -> str:
        if not self.said:
            return "Nobody has decided yet." if self.approvers else "Nobody is named who decides."
        first = self.said.get(self.decider.id) if self.decider else None
        row = first or next(iter(self.said.values()))
        word = {Choice.GO: "go", Choice.CONDITIONS: "go, with conditions", Choice.NO_GO: "no-go"}[row.choice]
        return f"{row.approver.name} said {word} on {short_day_words(row.decided_at.date())}."

    @property
    def is_watched(self) -> bool:
        """Whether it opens again when a criterion falls: it was decided, the go-live is ahead, and nobody goes past it.

        No-go stays no-go: what gets worse does not question it.
        """
        may_fall = self.state not in (GateState.SHUT, GateState.OVERRIDDEN)
        return bool(self.said) and self.wave.status.is_ahead and may_fall

    def fallen(self, now: WaveStanding, on: date) -> list[Seen]:
        """Return the counted criteria that have fallen since a standing decision; nothing of a gate that is not watched."""
        if not self.is_watched:
            return []
        late = (self.wave.go_live_on - on).days > NOTICE_DAYS
        counted = [each for each in seen_in(now) if not (late and each.name == CriterionKind.NOTICE.value)]
        seen: dict[int, list[Seen]] = defaultdict(list)
        for value in self.values:
            seen[value.decision_id].append(Seen(value.name, value.title, value.state, value.kind.is_counted))
        found: dict[str, Seen] = {}
        for row in self.said.values():
            found |= {each.name: each for each in fallen(seen[row.id], counted)}
        return list(found.values())


def seen_in(standing: WaveStanding) -> list[Seen]:
    """Return the criteria of a wave as they stand now, as they can be compared."""
    return [Seen(each.name, each.title, each.state, each.kind.is_counted) for each in standing.criteria]


def gates_of(waves: Sequence[Wave], on: date) -> dict[int, Gate]:
    """Return the gate of each of these waves on a day, in a fixed number of statements; what no wave has is not asked for."""
    if not waves:
        return {}
    ids, sponsors = [wave.id for wave in waves], _sponsors(waves)
    planned_at, there = rows_there(ids)
    named = rows_of_waves(GateApprover, ids, there, GateApprover.ended_at.is_(None), joined=GateApprover.person)
    decisions = rows_of_waves(GateDecision, ids, there, joined=GateDecision.approver)
    reopened = rows_of_waves(GateReopening, ids, there)
    overrides = rows_of_waves(GateOverride, ids, there, joined=GateOverride.by)
    standing = {
        key: [row for row in rows if row.ended_at is None and _is_since(row.decided_at, planned_at[key])]
        for key, rows in decisions.items()
    }
    # The gate opened again, and what was asked is still to be done.
    asked = {
        key: [
            row
            for row in rows
            if _is_since(row.decided_at, planned_at[key]) and row.ended_at in _moments(reopened[key])
        ]
        for key, rows in decisions.items()
        if key in reopened
    }
    values = values_of_decisions([row.id for rows in standing.values() for row in rows])
    conditions = conditions_of_decisions(
        [row.id for some in (standing, asked) for rows in some.values() for row in rows]
    )
    found = {}
    for wave in waves:
        since, stands = planned_at[wave.id], standing.get(wave.id, [])
        own = {row.id for row in stands}
        opened, past = reopened.get(wave.id, [])[::-1], overrides.get(wave.id, [])[::-1]
        found[wave.id] = Gate(
            wave,
            decider_of(wave, sponsors),
            named.get(wave.id, []),
            stands,
            [row for row in conditions if row.decision_id in own or (row.is_open and row.decision.wave_id == wave.id)],
            next((row for row in opened[:1] if _is_since(row.at, since)), None),
            next((row for row in past if _holds(row, on) and _is_since(row.at, since)), None),
            [row for row in values if row.decision_id in own],
            [row for row in reversed(decisions.get(wave.id, [])) if row.id not in own],
            opened,
            past,
            next((row for row in past[:1] if _ran_out(row, on) and _is_since(row.at, since)), None),
        )
    return found


def gate_of(wave: Wave, on: date) -> Gate:
    """Return the gate of one wave on a day."""
    return gates_of([wave], on)[wave.id]


def decider_of(wave: Wave, sponsors: Mapping[int, Person] | None = None) -> Person | None:
    """Return who has the last word: who sponsors the wave, else its programme; nobody who has left.

    `sponsors` are those of the wave and its programme by id, if they are read already.
    """
    found = _sponsors([wave]) if sponsors is None else sponsors
    named = (found.get(key or 0) for key in (wave.sponsor_id, wave.programme.sponsor_id))
    return next((person for person in named if person is not None and not person.has_left), None)


def _sponsors(waves: Sequence[Wave]) -> dict[int, Person]:
    """Return who sponsors these waves and their programmes, in one statement."""
    ids = {key for wave in waves for key in (wave.sponsor_id, wave.programme.sponsor_id) if key is not None}
    rows = db.session.scalars(select(Person).where(Person.id.in_(ids))) if ids else ()
    return {person.id: person for person in rows}


def _is_since(at: datetime, since: datetime | None) -> bool:
    return since is None or at >= since


def _holds(row: GateOverride, on: date) -> bool:
    return row.ended_at is None and row.until_on >= on


def _ran_out(row: GateOverride, on: date) -> bool:
    return row.until_on < on and not row.ended_early


def _moments(reopened: Sequence[GateReopening]) -> set[datetime | None]:
    return {row.at for row in reopened}
