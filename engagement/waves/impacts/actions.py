"""Changes of impact assessments: saying one, letting its people read it, and taking that back. Earlier versions stay."""

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Department
from engagement.people.queries import standing_department
from engagement.programmes.scope.rules import StatementFor
from engagement.verbs import Verb
from engagement.waves.impacts.models import ImpactAspect, ImpactAssessment
from engagement.waves.impacts.queries import standing_assessment, versions_of
from engagement.waves.impacts.rules import Assessed, ImpactSide, assessment_problems
from engagement.waves.models import Wave
from engagement.waves.queries import departments_of_waves


def assess_impact(
    wave: Wave,
    department: Department,
    side: ImpactSide,
    said: Assessed,
    for_role: StatementFor = StatementFor.EVERYBODY,
    *,
    floor: int,
    by: Actor,
) -> ImpactAssessment | None:
    """Say what a wave changes for a department, or for those there with a role. Return the new version, None for nothing new.

    Raises RuleBroken for a department that isn't in the wave, BadInput for what `assessment_problems` finds.
    """
    chosen = departments_of_waves([wave.id]).get(wave.id, [])
    if department.id not in {standing_department(each).id for each in chosen}:
        raise RuleBroken(f"{department.path} is not in {wave.title} any more. Choose it for the wave first.")
    if problems := assessment_problems(said, side, floor):
        raise BadInput(next(iter(problems.values())), problems)
    before = standing_assessment(wave.id, department.id, side, for_role)
    if before is not None and before.said == said:
        return None
    if before is not None:
        before.superseded_at = clock.now()
        db.session.flush()
    row = ImpactAssessment(
        wave=wave,
        department=department,
        for_role=for_role,
        side=side,
        basis=said.basis,
        voices=said.voices if side is ImpactSide.PEOPLE else None,
        said_at=clock.now(),
        said_by=by.name[:401],
        aspects=[
            ImpactAspect(aspect=aspect, score=one.score, before_text=one.before, after_text=one.after)
            for aspect in said.judged
            for one in (said.of(aspect),)
        ],
    )
    db.session.add(row)
    db.session.flush()
    total = f"{said.total} of {said.most}"
    old = f"{before.said.total} of {before.said.most}" if before else None
    _record(Verb.ASSESSED_IMPACT, row, by, side=(None, side.word), points=(old, total))
    return row


def publish_impact(
    wave: Wave,
    department_id: int,
    for_role: StatementFor = StatementFor.EVERYBODY,
    *,
    read_id: int | None = None,
    by: Actor,
) -> ImpactAssessment:
    """Let the people of a group read what its leaders say now; `read_id` is the version that was read before.

    Raises RuleBroken if there is nothing new to read, or another version holds meanwhile.
    """
    row = standing_assessment(wave.id, department_id, ImpactSide.LEADERS, for_role)
    if row is None:
        raise RuleBroken("There is nothing to read yet. Say first what changes for this group.")
    if read_id is not None and row.id != read_id:
        raise RuleBroken("It was changed after you opened the page. Read it again, then publish it.")
    if row.published_at is not None:
        raise RuleBroken("This is published already.")
    row.published_at, row.published_by = clock.now(), by.name[:401]
    _record(Verb.PUBLISHED_IMPACT, row, by, published=(None, row.published_at))
    return row


def withdraw_impact(
    wave: Wave, department_id: int, for_role: StatementFor = StatementFor.EVERYBODY, *, by: Actor
) -> None:
    """Take back everything that the people of a group read. Raises RuleBroken if they read nothing."""
    rows = [row for row in versions_of(wave.id, department_id, for_role) if row.published_at is not None]
    if not rows:
        raise RuleBroken("Nothing is published for this group.")
    last = rows[0].published_at
    for row in rows:
        row.published_at = row.published_by = None
    _record(Verb.WITHDREW_IMPACT, rows[0], by, published=(last, None))


def _record(verb: Verb, row: ImpactAssessment, by: Actor, **changes: tuple[object, object]) -> None:
    whose = {} if row.for_role is StatementFor.EVERYBODY else {"for": (None, row.for_role.phrase)}
    audit.record(verb, row.wave, by=by, department=(None, row.department.path), **whose, **changes)
    db.session.flush()
