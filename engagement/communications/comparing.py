"""What differs between two texts, line by line. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Lines that are the same are left out but for so many around each difference.
AROUND = 2


@dataclass(frozen=True)
class Line:
    """A line of a comparison: in both texts, only in the earlier one, or only in the later one; or a gap of same lines."""

    text: str
    is_gone: bool = False
    is_new: bool = False
    left_out: int = 0


def differences(earlier: str, later: str) -> list[Line]:
    """Return the lines of both texts in order, same ones only near a difference; nothing where the texts are the same."""
    return list(_lines(earlier.splitlines(), later.splitlines())) if earlier != later else []


def _lines(earlier: list[str], later: list[str]) -> Iterator[Line]:
    for tag, begin, end, new_begin, new_end in SequenceMatcher(None, earlier, later).get_opcodes():
        if tag != "equal":
            yield from (Line(text, is_gone=True) for text in earlier[begin:end])
            yield from (Line(text, is_new=True) for text in later[new_begin:new_end])
            continue
        before = AROUND if begin else 0
        after = AROUND if end < len(earlier) or new_end < len(later) else 0
        same = earlier[begin:end]
        if len(same) <= before + after + 1:
            yield from map(Line, same)
            continue
        yield from map(Line, same[:before])
        yield Line("", left_out=len(same) - before - after)
        yield from map(Line, same[len(same) - after :])
