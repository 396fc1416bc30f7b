"""Which group sizes of objectors may be shown, and when they may change: pure functions over plain values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Group = TypeVar("Group")


@dataclass(frozen=True)
class Shown(Generic[Group]):
    """Group sizes with hidden ones as None; a total can be hidden too."""

    groups: Mapping[Group, int | None]
    total: int | None

    @property
    def hidden(self) -> frozenset[Group]:
        """The groups that are not shown."""
        return frozenset(group for group, number in self.groups.items() if number is None)


def hide_small(
    cells: Mapping[Group, int],
    floor: int,
    people: Mapping[Group, int] | None = None,
    stay_hidden: Collection[Group] = (),
) -> Shown[Group]:
    """Hide groups below `floor`, and further ones until no hidden group follows by subtraction from the total.

    Then at least two groups are hidden, with at least `floor` in them together, and they are never all at the largest
    size that a hidden group can have. Further groups are taken from the end of the mapping, whose order must not depend
    on sizes: a choice by size would reveal something about the hidden ones. If all groups together are below `floor`,
    the total is hidden too. So no shown group can hold all, or all but a few, of the total. `people` are the groups'
    sizes in people when something else is counted; groups in `stay_hidden` are always hidden.
    """
    sizes = cells if people is None else people
    if min(sum(cells.values()), sum(sizes.values())) < floor:
        return Shown(dict.fromkeys(cells, None), None)
    hidden = {group for group, size in sizes.items() if size < floor or group in stay_hidden}
    for group in reversed(list(cells)):
        if not hidden or _is_safe(hidden, cells, sizes, floor):
            break
        hidden.add(group)
    shown = {group: None if group in hidden else number for group, number in cells.items()}
    is_safe = not hidden or _is_safe(hidden, cells, sizes, floor)
    return Shown(shown, sum(cells.values()) if is_safe else None)


def _is_safe(hidden: Collection[Group], cells: Mapping[Group, int], sizes: Mapping[Group, int], floor: int) -> bool:
    def is_enough(numbers: Sequence[int]) -> bool:
        return len(numbers) >= 2 and sum(numbers) >= floor and sum(numbers) != len(numbers) * (floor - 1)

    return is_enough([cells[group] for group in hidden]) and is_enough([sizes[group] for group in hidden])


def may_move(people_since: int, floor: int) -> bool:
    """Return whether enough people were involved since a cell last changed to let it change again.

    Somebody who compares two days, and knows that one concern came in between, could work out a hidden group: 28 in
    all, then 29 with a group of five shown, means that the group had four. So each cell (a source, waiting or answered)
    changes only by concerns of at least `floor` people. `people_since` is how many people's concerns came in, were
    answered or were reopened since.
    """
    return people_since >= floor
