"""Rows that make training and ownership be in order, or not, without the actions that settle them."""

from collections.abc import Sequence
from datetime import date

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Ownership, Workflow
from engagement.programmes.rules import OwnershipPart
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Wave


def own_all(
    workflow: Workflow, person: Person, *, until: date | None = None, without: tuple[OwnershipPart, ...] = ()
) -> None:
    """Give a workflow's whole ownership to one person, or end it on a day."""
    for part in OwnershipPart:
        if part not in without:
            db.session.add(
                Ownership(workflow=workflow, part=part, person=person, since_on=date(2026, 1, 5), until_on=until)
            )
    db.session.flush()


def assign(wave: Wave, people: Sequence[Person], finished: int) -> None:
    """Ask these people to learn one module, which as many of them have finished."""
    module = Module(slug="triage", title="Triage", body="x", minutes=20, changed_at=clock.now())
    curriculum = Curriculum(role=TrainingRole.USER)
    db.session.add_all([module, curriculum])
    db.session.flush()
    db.session.add(CurriculumItem(curriculum=curriculum, module=module, position=1, kind=ItemKind.REQUIRED))
    for number, person in enumerate(people):
        db.session.add(Assignment(wave=wave, person=person, role=TrainingRole.USER, assigned_at=clock.now()))
        if number < finished:
            db.session.add(
                Completion(
                    person=person,
                    module=module,
                    module_version=1,
                    source=CompletionSource.QUIZ,
                    completed_at=clock.now(),
                    recorded_by="Quiz",
                )
            )
    db.session.flush()
