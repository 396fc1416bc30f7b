"""What scope statements put into a text, for readers with the same training roles. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engagement.communications.texts.rules.merge_fields import OF_SCOPE
from engagement.communications.texts.rules.point_lists import Points
from engagement.people.roles.rules import SETS
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.rules import StatementFor, applying
from engagement.words import listed, plural

_ENDS = ".!?…"


@dataclass(frozen=True)
class Published:
    """A workflow, and the points that its statements make under each field, by whom each statement is for."""

    workflow: str
    points: Mapping[StatementFor, Mapping[str, Sequence[str]]]

    def said_to(self, roles: Collection[TrainingRole], field: str) -> list[str]:
        """Return the points for somebody with exactly these roles, each once."""
        every = (point for each in applying(self.points, roles) for point in self.points[each][field])
        return list(dict.fromkeys(every))


def scope_values(published: Sequence[Published], roles: Collection[TrainingRole], nothing: str) -> dict[str, str]:
    """Return the value of each field for readers with exactly these roles; a field of which nothing is published has none.

    `nothing` stands where it is published for others. The name of a workflow comes first where there are several.
    """
    there = [f for f in OF_SCOPE if any(said[f] for each in published for said in each.points.values())]
    return {field: _value(published, roles, field, nothing) for field in there}


def scope_points(
    published: Sequence[Published], roles: Collection[TrainingRole], nothing: str
) -> dict[str, list[Points]]:
    """Return the same as points, to be listed by workflow."""
    has_several = len(published) > 1
    return {
        field: [
            Points(each.workflow if has_several else "", each.said_to(roles, field) or [nothing]) for each in published
        ]
        for field in scope_values(published, roles, nothing)
    }


def _value(published: Sequence[Published], roles: Collection[TrainingRole], field: str, nothing: str) -> str:
    parts = [(each.workflow, "; ".join(each.said_to(roles, field)) or nothing) for each in published]
    if len(parts) == 1:
        return parts[0][1]
    return " ".join(f"{name}: {text}{'' if text[-1:] in _ENDS else '.'}" for name, text in parts)


def reading_apart(published: Sequence[Published], fields: Collection[str]) -> list[list[frozenset[TrainingRole]]]:
    """Return the sets of roles whose readers don't read in these fields what is for readers without a role.

    Those that read the same stand together.
    """

    def read_by(roles: Collection[TrainingRole]) -> tuple[str, ...]:
        values = scope_values(published, roles, "")
        return tuple(values.get(field, "") for field in sorted(fields))

    of_all = read_by(())
    apart = defaultdict(list)
    for roles in SETS.values():
        if (read := read_by(roles)) != of_all:
            apart[read].append(roles)
    return list(apart.values())


#: How many readers nothing is published for, by their training roles.
Unsaid: TypeAlias = dict[frozenset[TrainingRole], int]


def unsaid_to(published: Sequence[Published], roles: Collection[TrainingRole]) -> list[str]:
    """Return the workflows of which nothing is published for somebody with exactly these roles."""
    return [each.workflow for each in published if not applying(each.points, roles)]


def unsaid_words(unsaid: Mapping[str, Unsaid], *, is_sent: bool = False) -> list[str]:
    """Say of each workflow for how many readers nothing is published, and what they read there instead."""
    is_published, when = ("was", " when it was sent") if is_sent else ("is", "")
    return [
        f"Nothing {is_published} published of {workflow} for {_readers_words(readers)}{when}. "
        "Where the text tells what it changes, they read “not published yet”."
        for workflow, readers in unsaid.items()
    ]


def _readers_words(readers: Unsaid) -> str:
    as_role = {
        f"with the training {'role' if len(roles) == 1 else 'roles'} {listed(sorted(roles))}"
        if roles
        else "without a training role": n
        for roles, n in sorted(readers.items(), key=lambda pair: (len(pair[0]), sorted(pair[0])))
    }
    return listed(f"{plural(number, 'reader', 'readers')} {words}" for words, number in as_role.items())
