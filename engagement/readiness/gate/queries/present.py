"""How the gates of waves stand: who decides, what they said, under which conditions, and what has fallen since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

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
from engagement.readiness.gate.rules import (
    ASKED_DAYS_BEFORE,
    NOTICE_DAYS,
    Choice,
    GateState,
    Seen,
    fallen,
    rule_words,
    state_of,
)
from engagement.waves.models import Wave, WaveStep
from engagement.waves.rules import WaveStatus
from engagement.words import listed, plural, short_day_words


@dataclass(frozen=True)
class Gate:
    """The gate of a wave on one day.

    `decider` is its sponsor, else that of its programme; `named` are further approvers. `decisions` are those that stand.
    """

    wave: Wave
    decider: Person | None
    named: Sequence[GateApprover] = ()
    decisions: Sequence[GateDecision] = ()
    conditions: Sequence[GateCondition] = ()
    reopening: GateReopening | None = None
    override: GateOverride | None = None
    values: Sequence[GateValue] = field(default=(), repr=False)

    @property
    def approvers(self) -> list[Person]:
        """Everybody who decides, the one who has the last word first."""
        found = {self.decider.id: self.decider} if self.decider else {}
        found |= {row.person_id: row.person for row in self.named if not row.person.has_left}
        return list(found.values())

    @property
    def said(self) -> dict[int, GateDecision]:
        """The standing decision of each approver, by person."""
        here = {person.id for person in self.approvers}
        return {row.approver_id: row for row in self.decisions if row.approver_id in here}

    @property
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
    def rule_words(self) -> str:
        """When it is passed, by names."""
        others = [person.name for person in self.approvers if person != self.decider]
        return rule_words(self.decider.name if self.decider else "", others)

    @property
    def unheard(self) -> list[Person]:
        """Who has not decided yet."""
        return [person for person in self.approvers if person.id not in self.said]

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
        state, words = self.state, [self._decided_words()]
        if state is GateState.OVERRIDDEN and self.override:
            who = self.override.by.name if self.override.by else "Somebody"
            return f"{who} lets it go on without the gate until {short_day_words(self.override.until_on)}."
        if state is GateState.REOPENED and self.reopening:
            return f"It opened again on {short_day_words(self.reopening.at.date())}: {self.reopening.reason}"
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
        """Whether it opens again when a criterion falls: it was decided, the go-live is ahead, and nobody goes past it."""
        return bool(self.said) and self.wave.status.is_ahead and self.override is None

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
    """Return the gate of each of these waves on a day, in a fixed number of statements."""
    if not waves:
        return {}
    ids, since = [wave.id for wave in waves], _planned_at([wave.id for wave in waves])
    sponsors = _sponsors(waves)
    approvers = _grouped(
        select(GateApprover)
        .where(GateApprover.wave_id.in_(ids), GateApprover.ended_at.is_(None))
        .options(joinedload(GateApprover.person))
        .order_by(GateApprover.id)
    )
    decisions = [
        row
        for row in db.session.scalars(
            select(GateDecision)
            .where(GateDecision.wave_id.in_(ids), GateDecision.ended_at.is_(None))
            .options(joinedload(GateDecision.approver))
            .order_by(GateDecision.id)
        )
        if _is_since(row.decided_at, since.get(row.wave_id))
    ]
    reopened, overrides = _reopenings(ids), _overrides(ids, on)
    conditions, values = _of_decisions([row.id for row in decisions])
    of_wave: dict[int, list[GateDecision]] = defaultdict(list)
    for row in decisions:
        of_wave[row.wave_id].append(row)
    found = {}
    for wave in waves:
        own = {row.id for row in of_wave[wave.id]}
        opening, override = reopened.get(wave.id), overrides.get(wave.id)
        found[wave.id] = Gate(
            wave,
            decider_of(wave, sponsors),
            approvers.get(wave.id, []),
            of_wave[wave.id],
            [row for row in conditions if row.decision_id in own],
            opening if opening and _is_since(opening.at, since.get(wave.id)) else None,
            override if override and _is_since(override.at, since.get(wave.id)) else None,
            [row for row in values if row.decision_id in own],
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


def _planned_at(ids: Sequence[int]) -> dict[int, datetime]:
    """Return when each wave was last planned: what was decided before that was decided about another plan."""
    rows = db.session.execute(
        select(WaveStep.wave_id, func.max(WaveStep.at))
        .where(WaveStep.wave_id.in_(ids), WaveStep.status == WaveStatus.PLANNED)
        .group_by(WaveStep.wave_id)
    )
    return dict(rows.all())


def _grouped(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.scalars(rows):
        found[row.wave_id].append(row)
    return found


def _reopenings(ids: Sequence[int]) -> dict[int, GateReopening]:
    newest = select(func.max(GateReopening.id)).where(GateReopening.wave_id.in_(ids)).group_by(GateReopening.wave_id)
    rows = db.session.scalars(select(GateReopening).where(GateReopening.id.in_(newest)))
    return {row.wave_id: row for row in rows}


def _overrides(ids: Sequence[int], on: date) -> dict[int, GateOverride]:
    rows = db.session.scalars(
        select(GateOverride)
        .where(GateOverride.wave_id.in_(ids), GateOverride.ended_at.is_(None), GateOverride.until_on >= on)
        .options(joinedload(GateOverride.by))
    )
    return {row.wave_id: row for row in rows}


def _of_decisions(ids: Sequence[int]) -> tuple[Sequence[GateCondition], Sequence[GateValue]]:
    if not ids:
        return [], []
    conditions = db.session.scalars(
        select(GateCondition)
        .where(GateCondition.decision_id.in_(ids))
        .options(joinedload(GateCondition.owner), joinedload(GateCondition.settled_by))
        .order_by(GateCondition.due_on, GateCondition.id)
    ).all()
    values = db.session.scalars(select(GateValue).where(GateValue.decision_id.in_(ids)).order_by(GateValue.id)).all()
    return conditions, values
