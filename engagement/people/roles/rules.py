"""Sets of training roles, each as one number, so that a query can tell people apart by all the roles that they have."""

from collections.abc import Iterable, Mapping

from engagement.people.rules import TrainingRole

#: What each role adds to the number of a set.
PARTS: Mapping[TrainingRole, int] = {role: 2**place for place, role in enumerate(TrainingRole)}
#: Every set of roles by its number; nobody without a role is in one.
SETS: Mapping[int, frozenset[TrainingRole]] = {
    number: frozenset(role for role, part in PARTS.items() if number & part) for number in range(1, 2 ** len(PARTS))
}


def number_of(roles: Iterable[TrainingRole]) -> int:
    """Return the number of a set of roles, 0 without any."""
    return sum(PARTS[role] for role in set(roles))


def written_sets(sets: Iterable[Iterable[TrainingRole]]) -> str:
    """Return sets of roles in one short line, by the roles' first letters: "b bu" for builders, users too or not."""
    return " ".join(sorted("".join(sorted(role.value[0] for role in roles)) for roles in sets))


def read_sets(line: str) -> list[frozenset[TrainingRole]]:
    """Return the sets of roles that `written_sets` wrote."""
    by_letter = {role.value[0]: role for role in TrainingRole}
    return [frozenset(by_letter[letter] for letter in word) for word in line.split()]
