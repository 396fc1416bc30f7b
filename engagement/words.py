"""Small pieces of English that every room writes: numbers with their nouns, lists in a sentence."""

from collections.abc import Iterable

#: Words of a search that are looked for; each is a condition of its own.
MOST_WORDS = 10


def count(number: int) -> str:
    """Write a whole number with commas between thousands."""
    return f"{number:,}"


def plural(number: int, one: str, many: str) -> str:
    """Write a number with its noun: "1 person", "2,412 people"."""
    return f"{count(number)} {one if number == 1 else many}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return words as a list in a sentence: "a, b and c"."""
    every = list(words)
    return f"{', '.join(every[:-1])} {last} {every[-1]}" if len(every) > 1 else "".join(every)
