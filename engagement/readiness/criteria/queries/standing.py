"""Each criterion of a wave as it stands: what is asked, what was counted or judged, and why, in words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.readiness.criteria.models import Criterion, CriterionTerms, Judgement
from engagement.readiness.criteria.queries.counting import Read, WaveCounts, counts_of
from engagement.readiness.criteria.queries.there import there_in
from engagement.readiness.criteria.rules import (
    COUNTED,
    Counted,
    CriterionKind,
    CriterionState,
    Tally,
    sentence_of,
    state_of,
)
from engagement.stakeholders.leadership.models import StepLine
from engagement.waves.models import Wave


@dataclass(frozen=True)
class Standing:
    """One criterion of a wave on one day. `criterion_id` is None for a counted one of which nothing was said.

    `met` of `total` is what was counted, `need` the percentage needed; all None where there is no number.
    It has been short `since` then, where that is known. `rate` is the number of people for whom one is needed, where that may be chosen.
    """

    wave_id: int
    kind: CriterionKind
    criterion_id: int | None
    title: str
    state: CriterionState
    sentence: str
    met: int | None = None
    total: int | None = None
    need: int | None = None
    key: int | None = None
    since: datetime | None = None
    rate: int | None = None
    terms: CriterionTerms | None = None
    judgement: Judgement | None = None

    @property
    def name(self) -> str:
        """Its name among the criteria of its wave, for addresses and forms."""
        return self.kind.value if self.kind.is_counted else f"own-{self.criterion_id}"

    @property
    def owner(self) -> Person | None:
        """Who sees to it, None if nobody was named."""
        return self.terms.owner if self.terms else None

    @property
    def left_out(self) -> str:
        """Why it is not needed here, "" if nobody took it out."""
        return self.terms.left_out if self.terms else ""

    @property
    def share(self) -> float | None:
        """The share that was counted, from 0 to 1, None where there is no share or it is not needed here."""
        if not self.total or self.met is None or self.state is CriterionState.NOT_NEEDED:
            return None
        return self.met / self.total

    @property
    def needed_share(self) -> float | None:
        """The share that is needed, from 0 to 1, None where none is asked for."""
        return self.need / 100 if self.need is not None else None

    @property
    def is_open(self) -> bool:
        """Whether who decides has to weigh it: it is not met, or not known yet."""
        return self.state in (CriterionState.SHORT, CriterionState.UNKNOWN)

    @property
    def is_right_open(self) -> bool:
        """Whether others have a right to it that is not met, so that no approver goes on without."""
        return self.kind.is_a_right and self.state is CriterionState.SHORT


@dataclass(frozen=True)
class WaveStanding:
    """All criteria of a wave on one day, those that are not met first, and what was counted for it."""

    criteria: Sequence[Standing]
    counts: WaveCounts

    @cached_property
    def tally(self) -> Tally:
        return Tally.of([each.state for each in self.criteria])

    def named(self, name: str) -> Standing | None:
        """Return the criterion with this name, None if there is none."""
        return next((each for each in self.criteria if each.name == name), None)


def standings_of(
    waves: Sequence[Wave],
    on: date,
    read: Read | None = None,
    steps: Sequence[StepLine] | None = None,
    *,
    floor: int | None = None,
) -> dict[int, WaveStanding]:
    """Return the criteria of each of these waves on a day, champions and `floor` as `counts_of` has them; statements don't grow with waves or people."""
    if not waves:
        return {}
    ids = [wave.id for wave in waves]
    there = there_in(ids)
    said = _terms(ids) if there.said else []
    rates = {terms.criterion.wave_id: terms.people_for_one for terms in said if terms.people_for_one is not None}
    counts = counts_of(waves, on, there, rates, read, steps, floor=floor)
    judged = _judgements(ids) if any(terms.criterion.kind is CriterionKind.OWN for terms in said) else {}
    of_wave: dict[int, list[CriterionTerms]] = defaultdict(list)
    for terms in said:
        of_wave[terms.criterion.wave_id].append(terms)
    return {wave.id: _of_wave(wave, counts[wave.id], of_wave[wave.id], judged) for wave in waves}


def _of_wave(
    wave: Wave, counts: WaveCounts, said: Sequence[CriterionTerms], judged: dict[int, Judgement]
) -> WaveStanding:
    by_kind = {terms.criterion.kind: terms for terms in said if terms.criterion.kind.is_counted}
    counted = [_counted(wave, kind, counts.counted[kind], by_kind.get(kind)) for kind in COUNTED]
    own = [
        _judged(wave, terms, judged.get(terms.criterion_id))
        for terms in said
        if terms.criterion.kind is CriterionKind.OWN
    ]
    order = list(CriterionState)
    return WaveStanding(sorted([*counted, *own], key=lambda each: order.index(each.state)), counts)


def _counted(wave: Wave, kind: CriterionKind, counted: Counted, terms: CriterionTerms | None) -> Standing:
    need = (terms.need if terms else None) or kind.usual_need
    state, sentence = state_of(counted, need or 100), sentence_of(kind, counted, need or 100)
    if terms and terms.left_out:
        state, sentence = CriterionState.NOT_NEEDED, terms.left_out
    return Standing(
        wave.id,
        kind,
        terms.criterion_id if terms else None,
        kind.word,
        state,
        sentence,
        counted.met,
        counted.total,
        need,
        counted.key,
        counted.since,
        counted.rate,
        terms,
    )


def _judged(wave: Wave, terms: CriterionTerms, judgement: Judgement | None) -> Standing:
    state = judgement.state if judgement else CriterionState.UNKNOWN
    who = terms.owner.name if terms.owner and not terms.owner.has_left else "Somebody"
    sentence = judgement.evidence if judgement else f"Nobody has judged it yet. {who} is to."
    if terms.left_out:
        state, sentence = CriterionState.NOT_NEEDED, terms.left_out
    return Standing(
        wave.id,
        CriterionKind.OWN,
        terms.criterion_id,
        terms.title,
        state,
        sentence,
        terms=terms,
        judgement=judgement,
    )


def _terms(wave_ids: Sequence[int]) -> list[CriterionTerms]:
    return list(
        db.session.scalars(
            select(CriterionTerms)
            .join(Criterion)
            .where(Criterion.wave_id.in_(wave_ids), CriterionTerms.superseded_at.is_(None))
            .options(
                joinedload(CriterionTerms.criterion),
                joinedload(CriterionTerms.owner),
                joinedload(CriterionTerms.said_by),
            )
            .order_by(Criterion.id)
        )
    )


def _judgements(wave_ids: Sequence[int]) -> dict[int, Judgement]:
    rows = db.session.scalars(
        select(Judgement)
        .join(Criterion)
        .where(Criterion.wave_id.in_(wave_ids), Judgement.superseded_at.is_(None))
        .options(joinedload(Judgement.judged_by))
    )
    return {row.criterion_id: row for row in rows}


def history_of(criterion_id: int) -> tuple[Sequence[CriterionTerms], Sequence[Judgement]]:
    """Return all that was ever asked by a criterion and how it was judged, the newest first."""
    terms = db.session.scalars(
        select(CriterionTerms)
        .where(CriterionTerms.criterion_id == criterion_id)
        .options(joinedload(CriterionTerms.owner), joinedload(CriterionTerms.said_by))
        .order_by(CriterionTerms.id.desc())
    ).all()
    judged = db.session.scalars(
        select(Judgement)
        .where(Judgement.criterion_id == criterion_id)
        .options(joinedload(Judgement.judged_by))
        .order_by(Judgement.id.desc())
    ).all()
    return terms, judged
