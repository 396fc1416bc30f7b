"""What is published of a wave's workflows for a message, and which of its readers read it apart from others."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, func, select

from engagement.communications.models import Communication
from engagement.communications.texts.queries.translations import Text
from engagement.communications.texts.rules.merge_fields import OF_SCOPE, fields_in
from engagement.communications.texts.rules.scope_values import Published, Unsaid, reading_apart, unsaid_to
from engagement.db import db
from engagement.people.models import Person
from engagement.people.roles.queries import roles_held
from engagement.people.roles.rules import SETS
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Workflow
from engagement.programmes.scope.queries import current_statements
from engagement.waves.queries import workflows_of_waves
from engagement.words import lines_of


def published_of(workflows: Sequence[Workflow]) -> list[Published]:
    """Return what is published of these workflows, in one query."""
    current = current_statements(workflow.id for workflow in workflows)
    return [
        Published(
            workflow.name,
            {
                role: {field: lines_of(getattr(statement, field)) for field in OF_SCOPE}
                for role, statement in current.get(workflow.id, {}).items()
            },
        )
        for workflow in workflows
    ]


def published_for(communication: Communication) -> list[Published]:
    """Return what is published of the workflows of a communication's wave; nothing without a wave."""
    wave_id = communication.wave_id
    return published_of(workflows_of_waves([wave_id]).get(wave_id, [])) if wave_id is not None else []


def scope_fields(*texts: Text) -> list[str]:
    """Return the fields of scope statements that texts use."""
    return [
        name for name in fields_in(*(part for text in texts for part in (text.subject, text.body))) if name in OF_SCOPE
    ]


def readers_apart(communication: Communication, text: Text) -> list[list[frozenset[TrainingRole]]]:
    """Return the sets of training roles whose readers get a text with words of their own, those with the same together."""
    fields = scope_fields(text)
    return reading_apart(published_for(communication), fields) if fields else []


def unsaid_readers(
    communication: Communication, texts: Sequence[Text], people: Select[int], outside: int = 0
) -> dict[str, Unsaid]:
    """Return, by workflow, how many of these people read that nothing is published for them, by their training roles.

    Nobody where the texts say nothing of it. `outside` is the number of readers outside the directory, who have no role.
    """
    if not scope_fields(*texts):
        return {}
    published = published_for(communication)
    every: list[frozenset[TrainingRole]] = [frozenset(), *SETS.values()]
    lacking = {roles: unsaid for roles in every if (unsaid := unsaid_to(published, roles))}
    # Where nothing at all is published, the message can't go, which its problems say.
    if not lacking or not any(each.points for each in published):
        return {}
    held = select(roles_held().label("held")).where(Person.id.in_(people), Person.left_at.is_(None)).subquery()
    counted = db.session.execute(select(held.c.held, func.count()).group_by(held.c.held))
    readers = Counter({SETS.get(number or 0, frozenset()): people for number, people in counted})
    readers[frozenset()] += outside
    found: dict[str, Unsaid] = defaultdict(dict)
    for roles, workflows in lacking.items():
        for workflow in workflows if readers[roles] else ():
            found[workflow][roles] = readers[roles]
    return dict(sorted(found.items()))
