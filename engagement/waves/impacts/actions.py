"""Changes of impact assessments: saying one, letting its people read it, and taking that back. Earlier versions stay."""

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Department, Person
from engagement.people.queries import standing_department
from engagement.programmes.scope.rules import StatementFor
from engagement.verbs import Verb
from engagement.waves.impacts.models import ImpactAspect, ImpactAssessment
from engagement.waves.impacts.queries.standing import standing_assessment, versions_of
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

    Raises RuleBroken for a department that isn't in the wave, BadInput for what `assessment_problems` finds. The sponsors'
    side is said by `say_as_sponsor`.
    """
    _refuse(wave, department, said, side, floor)
    before = standing_assessment(wave.id, department.id, side, for_role)
    if before is not None and before.said == said:
        return None
    return _next_version(
        before,
        ImpactAssessment(
            wave=wave,
            department=department,
            for_role=for_role,
            side=side,
            voices=said.voices if side is ImpactSide.PEOPLE else None,
        ),
        said,
        by,
    )


def say_as_sponsor(
    wave: Wave, department: Department, sponsor: Person, said: Assessed, *, by: Actor
) -> ImpactAssessment | None:
    """Say how one of a wave's sponsors sees what it changes for a whole department; `by` is the sponsor, or who writes it down.

    One view stands for each department, that of the sponsor who said it last. Returns and raises as `assess_impact`; also
    RuleBroken once the wave has gone live, BadInput for somebody who is no sponsor of it.
    """
    if not wave.status.is_ahead:
        raise RuleBroken(f"Sponsors are asked before a wave goes live, and {wave.title} is not ahead any more.")
    if sponsor not in wave.sponsors:
        sentence = f"{sponsor.name} sponsors neither {wave.title} nor its programme. Name them as sponsor first."
        raise BadInput(sentence, {"whose": sentence})
    side = ImpactSide.SPONSORS
    _refuse(wave, department, said, side)
    before = standing_assessment(wave.id, department.id, side)
    if before is not None and before.said == said and before.sponsor_id == sponsor.id:
        return None
    new = ImpactAssessment(
        wave=wave, department=department, for_role=StatementFor.EVERYBODY, side=side, sponsor=sponsor
    )
    return _next_version(before, new, said, by, sponsor=(None, sponsor.name))


def _refuse(wave: Wave, department: Department, said: Assessed, side: ImpactSide, floor: int = 0) -> None:
    chosen = departments_of_waves([wave.id]).get(wave.id, [])
    if department.id not in {standing_department(each).id for each in chosen}:
        raise RuleBroken(f"{department.path} is not in {wave.title} any more. Choose it for the wave first.")
    if problems := assessment_problems(said, side, floor):
        raise BadInput(next(iter(problems.values())), problems)


def _next_version(
    before: ImpactAssessment | None, row: ImpactAssessment, said: Assessed, by: Actor, **changes: tuple[object, object]
) -> ImpactAssessment:
    if before is not None:
        before.superseded_at = clock.now()
        db.session.flush()
    is_own = row.sponsor is not None and row.sponsor.id == by.person_id
    row.basis, row.said_at = said.basis, clock.now()
    # A name changes, and equal names are two people; of who says it themselves only `sponsor` tells.
    row.said_by = "" if is_own else by.name[:401]
    row.aspects = [
        ImpactAspect(aspect=aspect, score=one.score, before_text=one.before, after_text=one.after)
        for aspect in said.judged
        for one in (said.of(aspect),)
    ]
    db.session.add(row)
    db.session.flush()
    total = f"{said.total} of {said.most}"
    old = f"{before.said.total} of {before.said.most}" if before else None
    _record(Verb.ASSESSED_IMPACT, row, by, side=(None, row.side.word), points=(old, total), **changes)
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
