"""Reads of modules and of the curricula that they form."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.training.models import Completion, Curriculum, CurriculumItem, Module
from engagement.training.queries.standing import counting
from engagement.training.rules import ItemKind

# Read whenever somebody learns; building them each time would cost as much as reading.
_CURRICULA = select(Curriculum)
_ITEMS = (
    select(CurriculumItem)
    .options(joinedload(CurriculumItem.module), joinedload(CurriculumItem.curriculum))
    .order_by(CurriculumItem.position, CurriculumItem.id)
)


@dataclass(frozen=True)
class CurriculumLine:
    """A module at its place in a curriculum; `after` is the module to finish first."""

    item: CurriculumItem
    module: Module
    after: Module | None

    @property
    def kind(self) -> ItemKind:
        """How the item counts."""
        return self.item.kind


@dataclass(frozen=True)
class RoleCurriculum:
    """What a training role has to learn, in order, without withdrawn modules.

    `choices_needed` of the choice items are asked, never more than there are.
    """

    role: TrainingRole
    lines: tuple[CurriculumLine, ...] = ()
    choices_needed: int = 0

    @property
    def minutes(self) -> int:
        """The fewest minutes it takes: required modules and the shortest ones of the choice."""
        required = sum(line.module.minutes for line in self.lines if line.kind is ItemKind.REQUIRED)
        choices = sorted(line.module.minutes for line in self.lines if line.kind is ItemKind.CHOICE)
        return required + sum(choices[: self.choices_needed])


def modules() -> list[Module]:
    """Return every module that is not withdrawn, by title."""
    found = db.session.scalars(select(Module).where(Module.withdrawn_at.is_(None))).all()
    return sorted(found, key=lambda module: module.title.casefold())


def curricula() -> dict[TrainingRole, RoleCurriculum]:
    """Return the curricula of all four roles in their fixed order, empty ones included, in two queries."""
    needed = {row.role: row.choices_needed for row in db.session.scalars(_CURRICULA)}
    items = db.session.scalars(_ITEMS).all()
    live = {item.id: item for item in items if item.module.withdrawn_at is None}
    lines: dict[TrainingRole, list[CurriculumLine]] = defaultdict(list)
    for item in live.values():
        before = live.get(item.after_id or 0)
        lines[item.curriculum.role].append(CurriculumLine(item, item.module, before.module if before else None))
    found = {}
    for role in TrainingRole:
        choices = sum(line.kind is ItemKind.CHOICE for line in lines[role])
        found[role] = RoleCurriculum(role, tuple(lines[role]), min(needed.get(role, 0), choices))
    return found


def curriculum(role: TrainingRole) -> RoleCurriculum:
    """Return the curriculum of a role; without lines if there is none."""
    return curricula()[role]


def modules_asked() -> dict[TrainingRole, list[str]]:
    """Name what finishing the training of each role rests on: its modules, and how many of a choice are enough.

    Each with its role in brackets at the end. In one statement.
    """
    found: dict[TrainingRole, list[str]] = defaultdict(list)
    choices: dict[TrainingRole, list[str]] = defaultdict(list)
    needed: dict[TrainingRole, int] = {}
    for role, choices_needed, kind, title in db.session.execute(_asked()):
        named = choices if kind is ItemKind.CHOICE else found
        named[role].append(f"“{title}” ({role.word.lower()})")
        needed[role] = choices_needed
    for role, some in choices.items():
        if (enough := min(needed[role], len(some))) > 0:
            found[role] += [*some, f"{enough} of a choice ({role.word.lower()})"]
    return found


# Making the statement anew costs more than running it.
@cache
def _asked() -> Select[TrainingRole, int, ItemKind, str]:
    return (
        select(Curriculum.role, Curriculum.choices_needed, CurriculumItem.kind, Module.title)
        .join(CurriculumItem, CurriculumItem.curriculum_id == Curriculum.id)
        .join(Module, Module.id == CurriculumItem.module_id)
        .where(Module.withdrawn_at.is_(None), CurriculumItem.kind != ItemKind.OPTIONAL)
        .order_by(CurriculumItem.position, CurriculumItem.id)
    )


def hold_curriculum(role: TrainingRole) -> None:
    """Make other writers of the same curriculum wait until the transaction ends."""
    db.session.scalar(select(Curriculum).where(Curriculum.role == role).with_for_update())


def completed_count(module_id: int) -> int:
    """Return how many people finished a module."""
    counted = select(func.count(Completion.person_id.distinct())).where(Completion.module_id == module_id, counting())
    return int(db.session.scalar(counted) or 0)
