"""What may be shown of groups of people who object, and when it may be shown anew: pure functions over plain values."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Group = TypeVar("Group")


@dataclass(frozen=True)
class Shown(Generic[Group]):
    """Group sizes that may be shown; None stands for a group, or a total, that may not."""

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
    """Hide every group below `floor`, and further ones until no hidden group can be found by subtraction from the total.

    At least two groups are hidden then, with at least `floor` in them together, and never all as large as hidden ones can
    be. The further ones are taken from the end of the mapping, whose order must not depend on the sizes: a choice by size
    would itself tell something about the hidden ones. Where all groups together stay below `floor`, the total is hidden too.
    So no group that is shown can hold all, or all but a few, of the total. `people` are the groups' sizes where what is
    counted is not people; groups in `stay_hidden` are hidden whatever their size.
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
    """Return whether enough has happened in a cell since it moved last to let it move again.

    Who compares two days and knows that a single concern came in between could tell a hidden group from what moved: 28 in
    all, then 29 and a group of five, and it was four. So each cell, a source that waits or is answered, moves only by things of at least
    `floor` people; `people_since` is from how many people its concerns came in, were answered or were taken up again since.
    """
    return people_since >= floor
