"""Imports the starter library: its modules, and the four curricula that they form."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.content.library import LIBRARY, ModuleFile, module_files
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.training.models import Curriculum, CurriculumItem, Module
from engagement.training.rules import ItemKind
from engagement.verbs import Verb


@dataclass(frozen=True)
class LibraryCounts:
    """What settling changed: modules added and updated; `kept` changed in the library but were edited here before."""

    added: int
    renewed: int
    kept: int

    @property
    def words(self) -> tuple[tuple[int, str], ...]:
        """The counts, each with its word."""
        return (self.added, "new"), (self.renewed, "renewed")


def settle_library(path: Path = LIBRARY, *, by: Actor) -> LibraryCounts:
    """Import the modules below `path` and put them into their roles' curricula; repeating it is harmless.

    A changed file updates its module as the next version, unless somebody edited the module in the service; a
    curriculum arranged here is left alone too. Modules whose file is gone stay. Raises BadInput, before anything is
    written, when a file is wrong.
    """
    files = module_files(path)
    known = {row.slug: row for row in db.session.scalars(select(Module))}
    curricula = _curricula()
    added = renewed = kept = 0
    for file in files:
        module = known.get(file.slug)
        if module is None:
            known[file.slug] = _add(file, by)
            added += 1
        elif module.library_fingerprint != file.fingerprint:
            if module.edited_at is not None:
                kept += 1
                continue
            _renew(module, file, by)
            renewed += 1
    if added or renewed:
        db.session.flush()
        placed = [f for f in files if known[f.slug].edited_at is None and curricula[f.role].edited_at is None]
        _place(placed, known, curricula)
    return LibraryCounts(added, renewed, kept)


def _curricula() -> dict[str, Curriculum]:
    found = {row.role.value: row for row in db.session.scalars(select(Curriculum))}
    for role in TrainingRole:
        if role.value not in found:
            found[role.value] = Curriculum(role=role, choices_needed=0)
            db.session.add(found[role.value])
    db.session.flush()
    return found


def _add(file: ModuleFile, by: Actor) -> Module:
    module = Module(slug=file.slug, version=file.version)
    _copy(file, module)
    db.session.add(module)
    audit.record(Verb.ADDED_MODULE, module, by=by, version=(None, file.version))
    return module


def _renew(module: Module, file: ModuleFile, by: Actor) -> None:
    before = module.version
    _copy(file, module)
    module.version = max(before + 1, file.version)
    audit.record(Verb.RENEWED_MODULE, module, by=by, version=(before, module.version))


def _copy(file: ModuleFile, module: Module) -> None:
    module.title, module.summary, module.body = file.title, file.summary, file.body
    module.minutes, module.pass_mark = file.minutes, file.pass_mark
    module.library_fingerprint, module.changed_at = file.fingerprint, clock.now()


def _place(files: list[ModuleFile], modules: dict[str, Module], curricula: dict[str, Curriculum]) -> None:
    """Put each module at its place in its role's curriculum, then set the module that comes first."""
    items = {(row.curriculum_id, row.module_id): row for row in db.session.scalars(select(CurriculumItem))}
    placed = {}
    for file in files:
        curriculum, module = curricula[file.role], modules[file.slug]
        item = items.get((curriculum.id, module.id))
        if item is None:
            item = CurriculumItem(curriculum_id=curriculum.id, module_id=module.id)
            db.session.add(item)
            items[curriculum.id, module.id] = item
        item.position, item.kind = file.position, ItemKind(file.kind)
        placed[file.slug] = item
    db.session.flush()
    for file in files:
        before = items.get((curricula[file.role].id, modules[file.after].id)) if file.after else None
        placed[file.slug].after_id = before.id if before else None
