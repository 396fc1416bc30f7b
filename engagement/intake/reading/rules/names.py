"""Splits full names into first and last names, by the customs of several countries."""

import unicodedata
from typing import NamedTuple

_PARTICLES = frozenset(
    [
        *("van", "von", "vom", "zu", "zur", "der", "den", "de", "del", "della", "di", "da", "das", "do", "dos", "du"),
        *("des", "la", "le", "los", "las", "el", "al", "bin", "ibn", "bint", "ben", "ter", "ten", "te", "y", "e", "af"),
    ]
)
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "v", "phd", "md", "mba", "esq", "dds", "cpa", "dr", "prof"])


class PersonName(NamedTuple):
    first: str
    last: str
    display: str


def name_from(first: str, last: str, full: str) -> PersonName:
    """Return the name from three columns; `full` becomes the display name if it holds the whole name.

    A column “Name” beside “Vorname” or “Prénom” holds only the last name; the row shows this.
    """
    if full and not first and not last:
        return PersonName(*split_name(full), full)
    if full and first and not last:
        whole = full != first and set(first.split()) <= set(full.replace(",", " ").split())
        last = _without(full, first) if whole else ("" if full == first else full)
        return PersonName(first, last, full if whole else _joined(first, last))
    return PersonName(first, last, full or _joined(first, last))


def _without(full: str, first: str) -> str:
    given = set(first.split())
    return " ".join(word for word in full.replace(",", " ").split() if word not in given)


def _joined(first: str, last: str) -> str:
    return f"{first} {last}".strip()


def split_name(full: str) -> tuple[str, str]:
    """Return first and last name of “Last, First” or “First Last”; a single word is the first name.

    Particles stay with the last name (Ludwig

    van Beethoven), and suffixes too (John

    Smith, Jr.). Names in Chinese, Japanese or Korean characters with a space have the family name first.
    """
    before, comma, after = (part.strip() for part in full.partition(","))
    if comma and before and after:
        if after.casefold().replace(".", "") not in _SUFFIXES:
            return after, before
        first, last = split_name(before)
        return first, f"{last}, {after}" if last else ""
    words = full.replace(",", " ").split()
    if len(words) < 2:
        return "".join(words) or full, ""
    if all(_is_east_asian(word) for word in words):
        return " ".join(words[1:]), words[0]
    end = len(words) - (len(words) > 2 and words[-1].casefold().replace(".", "") in _SUFFIXES) - 1
    start = next((i for i, word in enumerate(words[1:end], 1) if word.casefold() in _PARTICLES), end)
    return " ".join(words[:start]), " ".join(words[start:])


def _is_east_asian(word: str) -> bool:
    return unicodedata.name(word[0], "").startswith(("CJK UNIFIED", "HANGUL", "HIRAGANA", "KATAKANA"))
