"""How much a character weighs when texts are ordered: the table of the Unicode collation algorithm as pyuca brings it.

pyuca makes objects of its 35,000 lines, 10 MiB in every process, of which people's names need a hundred. Here an index says where a
character's line stands, and the line is read when it is asked for.
"""

import re
from array import array
from bisect import bisect_left
from pathlib import Path

from pyuca.collator import COLL_ELEMENT_PATTERN, Collator

_LINE = re.compile(rb"^([0-9A-F]{4,6}(?: [0-9A-F]{4,6})*) +;", re.MULTILINE)
_RANGE = re.compile(rb"^@implicitweights ([0-9A-F]+)\.\.([0-9A-F]+); ([0-9A-F]+)", re.MULTILINE)


class _Table:
    """The lines of a file by their characters: those of one character as two arrays, of several as a dictionary."""

    def __init__(self, file: Path, text: bytes) -> None:
        self._file = file
        codes, places = array("I"), array("I")
        self._sequences: dict[tuple[int, ...], int] = {}
        for line in _LINE.finditer(text):
            if b" " in line[1]:
                self._sequences[tuple(int(code, 16) for code in line[1].split())] = line.start()
            else:
                codes.append(int(line[1], 16))
                places.append(line.start())
        in_order = sorted(range(len(codes)), key=codes.__getitem__)
        self._codes = array("I", (codes[at] for at in in_order))
        self._places = array("I", (places[at] for at in in_order))

    def find_prefix(self, codes: list[int]) -> tuple[list[int], list[list[int]] | None, list[int]]:
        """Return the longest beginning with a line of its own, what that line says, and the rest."""
        for length in range(len(codes), 0, -1):
            place = self._place_of(codes[:length])
            if place is not None:
                return codes[:length], self._read(place), codes[length:]
        return [], None, codes

    def _place_of(self, codes: list[int]) -> int | None:
        if len(codes) > 1:
            return self._sequences.get(tuple(codes))
        at = bisect_left(self._codes, codes[0])
        return self._places[at] if at < len(self._codes) and self._codes[at] == codes[0] else None

    def _read(self, place: int) -> list[list[int]]:
        with self._file.open("rb") as file:
            file.seek(place)
            line = file.readline().decode().partition("#")[0]
        return [[int(weight, 16) for weight in weights] for weights in COLL_ELEMENT_PATTERN.findall(line)]


class Weighing(Collator):  # type: ignore[misc]
    """pyuca's algorithm on such a table."""

    def load(self, filename: str) -> None:
        """Read where each line of the table stands, and the weights of whole ranges."""
        file = Path(filename)
        text = file.read_bytes()
        self.table = _Table(file, text)
        self.implicit_weights = [[int(each, 16) for each in found] for found in _RANGE.findall(text)]

    def primary(self, sign: str) -> tuple[int, ...]:
        """Return the weights of a character's base letters."""
        weights: tuple[int, ...] = self.sort_key(sign)
        return weights[: weights.index(0)]
