"""Arranges what a training role has to learn: which modules, in which order, how each counts, and what comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput
from engagement.people.rules import TrainingRole
from engagement.training.models import Curriculum, CurriculumItem, Module
from engagement.training.rules import ItemKind
from engagement.verbs import Verb

#: How binding each kind is: a module may only wait for one that is at least as binding.
BINDING = (ItemKind.OPTIONAL, ItemKind.CHOICE, ItemKind.REQUIRED)


@dataclass(frozen=True)
class Place:
    """A module in a curriculum: how it counts, and the module to finish first."""

    module: Module
    kind: ItemKind
    after: Module | None = None

    @property
    def words(self) -> str:
        """The place in words for the audit log."""
        return f"{self.module.title} ({self.kind.word.lower()}{f', after {self.after.title}' if self.after else ''})"


def arrange_curriculum(role: TrainingRole, places: Sequence[Place], choices_needed: int, *, by: Actor) -> None:
    """Make these modules, in this order, the curriculum of a role, at once for everybody with the role.

    Completions count as before. Raises BadInput as `check_places` does.
    """
    check_places(places, choices_needed)
    row = db.session.scalar(select(Curriculum).where(Curriculum.role == role)) or Curriculum(
        role=role, choices_needed=0
    )
    db.session.add(row)
    db.session.flush()
    held = {item.module_id: item for item in _items(row)}
    before = ([place.words for place in _places(held)], row.choices_needed)
    after = ([place.words for place in places], choices_needed)
    if before == after:
        return
    _rearrange(row, held, places)
    row.choices_needed, row.edited_at = choices_needed, clock.now()
    changes = {"courses": (before[0], after[0]), "of a choice": (before[1], after[1])}
    audit.record(
        Verb.CHANGED_CURRICULUM, row, by=by, **{what: both for what, both in changes.items() if both[0] != both[1]}
    )


def check_places(places: Sequence[Place], choices_needed: int) -> None:
    """Raise BadInput, with a sentence by module id or for "choices_needed", for a curriculum that nobody could finish."""
    problems: dict[str, str] = {}
    seen: dict[int, ItemKind] = {}
    for place in places:
        if place.after is not None and (problem := _problem_with(place, place.after, seen)):
            problems[str(place.module.id)] = problem
        seen[place.module.id] = place.kind
    choices = sum(kind is ItemKind.CHOICE for kind in seen.values())
    if choices == 1:
        problems["choices_needed"] = (
            "One course alone is no choice. Make it required or optional, or offer another one."
        )
    elif choices and not 1 <= choices_needed <= choices:
        problems["choices_needed"] = f"Write how many of the {choices} courses of the choice have to be finished."
    elif not choices and choices_needed:
        problems["choices_needed"] = "No course is one of a choice. Mark at least two as such, or leave this at 0."
    if problems:
        raise BadInput("The curriculum can’t be saved like this.", problems)


def _problem_with(place: Place, first: Module, seen: Mapping[int, ItemKind]) -> str:
    if first.id not in seen:
        return f"“{first.title}” has to stand above this course, because it comes first."
    if BINDING.index(seen[first.id]) < BINDING.index(place.kind):
        return f"People may leave “{first.title}” out, so nothing that is more binding can wait for it."
    return ""


def _items(row: Curriculum) -> list[CurriculumItem]:
    order = (CurriculumItem.position, CurriculumItem.id)
    return list(
        db.session.scalars(select(CurriculumItem).where(CurriculumItem.curriculum_id == row.id).order_by(*order))
    )


def _places(held: Mapping[int, CurriculumItem]) -> list[Place]:
    modules = {item.id: item.module for item in held.values()}
    return [Place(item.module, item.kind, modules.get(item.after_id or 0)) for item in held.values()]


def _rearrange(row: Curriculum, held: dict[int, CurriculumItem], places: Sequence[Place]) -> None:
    """Keep the items that stay; set what comes first once all items exist."""
    for item in held.values():
        item.after_id = None
    db.session.flush()
    kept = {place.module.id for place in places}
    for module_id in held.keys() - kept:
        db.session.delete(held.pop(module_id))
    for position, place in enumerate(places, 1):
        item = held.get(place.module.id) or CurriculumItem(curriculum_id=row.id, module_id=place.module.id)
        item.position, item.kind = position, place.kind
        db.session.add(item)
        held[place.module.id] = item
    db.session.flush()
    for place in places:
        held[place.module.id].after_id = held[place.after.id].id if place.after else None
    db.session.flush()
