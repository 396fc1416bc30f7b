"""Reads of what people said each for themselves: whether somebody may still answer, and the sentences that were counted."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from engagement.db import db
from engagement.waves.impacts.rules import Aspect
from engagement.waves.voices.models import ImpactMark, ImpactSentence
from engagement.waves.voices.rules import mark_of


def answered_by(person_id: int, assessment_ids: Sequence[int], secret: str) -> set[int]:
    """Return which of these versions somebody has answered."""
    marks = {mark_of(secret, key, person_id): key for key in assessment_ids}
    found = db.session.scalars(select(ImpactMark.mark).where(ImpactMark.mark.in_(marks)))
    return {marks[mark] for mark in found}


def sentences_of(assessment_ids: Sequence[int]) -> dict[Aspect, list[str]]:
    """Return the counted sentences about these versions by aspect, in the order of their letters, which says nothing."""
    found: dict[Aspect, list[str]] = defaultdict(list)
    for row in db.session.scalars(select(ImpactSentence).where(ImpactSentence.assessment_id.in_(assessment_ids))):
        found[row.aspect].append(row.text)
    return {aspect: sorted(found[aspect], key=str.casefold) for aspect in Aspect if aspect in found}
