"""Taking in what somebody says of their group's change, and counting it with enough others.

Neither leaves an audit entry: an entry has an instant, and by it an answer could be joined with whoever was there.
"""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engagement import clock
from engagement.db import db, insert_new, rows_changed, take_all
from engagement.errors import BadInput, RuleBroken
from engagement.people.queries import standing_department
from engagement.waves.impacts.models import ImpactAspect, ImpactAssessment
from engagement.waves.impacts.queries.standing import members_of, standing_assessment
from engagement.waves.impacts.rules import MOST_POINTS, Aspect, ImpactSide, middle_of
from engagement.waves.voices.models import ImpactMark, ImpactSentence, ImpactVoice
from engagement.waves.voices.rules import Own, answer_problems, mark_of

#: Who a counted version says that it is by.
THEMSELVES = "The people of the group"


def answer_alone(
    row: ImpactAssessment,
    person_id: int,
    said: Mapping[Aspect, Own],
    unjudged: Mapping[Aspect, str] | None = None,
    *,
    floor: int,
    secret: str,
) -> None:
    """Take in what somebody says, once for each published version, without who they are.

    The caller says that the version is for them. Raises RuleBroken for a second answer, for a version that is not published,
    and in a group too small to be counted; BadInput for what `answer_problems` finds.
    """
    if row.published_at is None or not row.wave.status.is_open:
        raise RuleBroken("This is not asked any more.")
    if problems := answer_problems(said, unjudged or {}):
        raise BadInput(next(iter(problems.values())), problems)
    if members_of([row])[row.id] < floor:
        raise RuleBroken(
            f"Your group has fewer than {floor} people, so an answer could not be kept apart from who gave it."
        )
    once = insert_new(ImpactMark).values(mark=mark_of(secret, row.id, person_id))
    if not rows_changed(once.on_conflict_do_nothing(index_elements=["mark"])):
        raise RuleBroken("You have answered this already. You are asked again when something else is published.")
    # In random order, because SQLite's log and PostgreSQL's file have rows in the order in which they were written.
    aspects = list(said)
    secrets.SystemRandom().shuffle(aspects)
    db.session.add_all(
        ImpactVoice(assessment_id=row.id, aspect=each, score=said[each].score, sentence=said[each].sentence)
        for each in aspects
    )
    db.session.flush()


@dataclass(frozen=True)
class _Counted:
    """What was said of one aspect by enough people: how many gave each number of points."""

    counts: Sequence[int]
    sentences: Sequence[str]


def count_voices(floor: int) -> int:
    """Count what at least `floor` people said of one aspect since it was last counted; return for how many groups.

    So whoever compares two counts learns nothing about fewer than `floor`. Everything is removed and what is not counted
    written anew in random order, in this one transaction; what was said of waves that are over is gone.
    """
    waiting: dict[int, dict[Aspect, list[ImpactVoice]]] = defaultdict(lambda: defaultdict(list))
    for values in take_all(ImpactVoice):
        values.pop("id")
        waiting[values["assessment_id"]][values["aspect"]].append(ImpactVoice(**values))
    kept: list[ImpactVoice] = []
    groups = 0
    for assessment_id in sorted(waiting):
        row = db.session.get_one(ImpactAssessment, assessment_id)
        if not row.wave.status.is_open:
            continue
        enough = {aspect: _counted(said) for aspect, said in waiting[assessment_id].items() if len(said) >= floor}
        kept += [each for said in waiting[assessment_id].values() if len(said) < floor for each in said]
        if enough:
            _say_of_group(row, enough)
            groups += 1
    secrets.SystemRandom().shuffle(kept)
    db.session.add_all(kept)
    db.session.flush()
    return groups


def _counted(said: Sequence[ImpactVoice]) -> _Counted:
    counts = [sum(each.score == points for each in said) for points in range(MOST_POINTS + 1)]
    return _Counted(counts, [each.sentence for each in said if each.sentence])


def _say_of_group(row: ImpactAssessment, counted: Mapping[Aspect, _Counted]) -> None:
    """Write the next version of what the people of a group said each alone, with what was counted before of the same."""
    place = standing_department(row.department)
    before = standing_assessment(row.wave_id, place.id, ImpactSide.ANSWERS, row.for_role)
    counts: dict[Aspect, Sequence[int]] = {}
    if before is not None:
        before.superseded_at = clock.now()
        db.session.flush()
        if before.about_id == row.id:
            counts = {aspect: said.counts for aspect, said in before.said.aspects.items()}
    for aspect, new in counted.items():
        earlier = counts.get(aspect, [0] * len(new.counts))
        counts[aspect] = [sum(both) for both in zip(earlier, new.counts, strict=True)]
    db.session.add(
        ImpactAssessment(
            wave_id=row.wave_id,
            department_id=row.department_id,
            for_role=row.for_role,
            side=ImpactSide.ANSWERS,
            about_id=row.id,
            voices=max(sum(each) for each in counts.values()),
            said_at=clock.now(),
            said_by=THEMSELVES,
            aspects=[
                ImpactAspect(aspect=aspect, score=middle_of(counts[aspect]), counts=list(counts[aspect]))
                for aspect in Aspect
                if aspect in counts
            ],
        )
    )
    written = [(aspect, text) for aspect, new in counted.items() for text in new.sentences]
    secrets.SystemRandom().shuffle(written)
    db.session.add_all(ImpactSentence(assessment_id=row.id, aspect=aspect, text=text) for aspect, text in written)
    db.session.flush()
