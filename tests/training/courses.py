"""Modules and curricula for tests."""

from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.training.models import Curriculum, CurriculumItem, Module
from engagement.training.rules import ItemKind

QUIZ = """
```quiz
id: {id}
question: Question {id}?
tags: [{tag}]
choices:
  - text: The right one of {id}
    right: true
    why: Because it is right.
  - text: A wrong one of {id}
    why: Because it is wrong.
```
"""


def make_module(slug: str, questions: int = 0, *, minutes: int = 10, pass_mark: int = 80) -> Module:
    blocks = "".join(QUIZ.format(id=f"{slug}-{n}", tag="recognise_wrong" if n == 0 else "") for n in range(questions))
    module = Module(
        slug=slug,
        title=slug.replace("-", " ").capitalize(),
        summary=f"What {slug} is about.",
        body=f"## Read this\n\nThe text of {slug}.\n\n## Check yourself\n{blocks}",
        minutes=minutes,
        pass_mark=pass_mark,
        changed_at=clock.now(),
    )
    db.session.add(module)
    db.session.flush()
    return module


def make_curriculum(
    role: TrainingRole,
    *entries: tuple[Module, ItemKind] | tuple[Module, ItemKind, Module],
    choices_needed: int = 0,
) -> Curriculum:
    """Make a curriculum of (module, kind) in order; a third entry is the module that comes first."""
    curriculum = db.session.scalar(select(Curriculum).where(Curriculum.role == role)) or Curriculum(role=role)
    curriculum.choices_needed = choices_needed
    db.session.add(curriculum)
    db.session.flush()
    items: dict[int, CurriculumItem] = {}
    for position, (module, kind, *after) in enumerate(entries, 1):
        item = CurriculumItem(curriculum=curriculum, module=module, position=position, kind=kind)
        item.after_id = items[after[0].id].id if after else None
        db.session.add(item)
        db.session.flush()
        items[module.id] = item
    return curriculum


def right_answers(module: Module, wrong: int = 0) -> dict[str, list[str]]:
    """Return answers to a module's quiz of which the first `wrong` are wrong."""
    given = {}
    for number, question in enumerate(module.questions):
        keys = [c.key for c in question.choices if c.is_right is not (number < wrong)]
        given[question.id] = keys
    return given
