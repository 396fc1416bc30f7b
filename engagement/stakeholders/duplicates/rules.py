"""When two names are so close that they may mean the same, and what is said of two who are merged; over plain values."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from engagement.letters import search_words
from engagement.stakeholders.entries.rules import Entry
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.standings.rules import LABELS

#: From this length on, a word may differ in one letter, and from the second on in two.
ONE_LETTER, TWO_LETTERS = 4, 8
#: More names than this with the same rare word are no slips of the pen.
MOST_ALIKE = 100


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name as searching compares them, each once and in order."""
    return tuple(sorted(search_words(name)))


def are_near(one: str, other: str) -> bool:
    """Return whether two names may mean the same: all words of the shorter are in the longer, give or take a letter.

    The longer may have one word more, if at least two words are equal to a reader.
    """
    fewer, more = sorted((words_of(one), words_of(other)), key=len)
    if not fewer or len(more) - len(fewer) > (1 if len(fewer) > 1 else 0):
        return False
    left = list(more)
    for word in fewer:
        found = next((each for each in left if each == word), None) or next(
            (each for each in left if _differ_by_a_slip(word, each)), None
        )
        if found is None:
            return False
        left.remove(found)
    return True


def _differ_by_a_slip(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < ONE_LETTER or _has_number(one) or _has_number(other):
        return False
    return _distance(one, other) <= (2 if shorter >= TWO_LETTERS else 1)


def _has_number(word: str) -> bool:
    """Return whether a word has a digit, of which none is a slip: team 1 and team 2 are two."""
    return any(letter.isdecimal() for letter in word)


def _distance(one: str, other: str) -> int:
    """Return how many letters have to be changed, added, left out or swapped with their neighbour."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, each in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != each))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == each:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


@lru_cache(maxsize=4)
def near_pairs(names: tuple[tuple[int, str], ...]) -> tuple[tuple[int, int], ...]:
    """Return the keys of names that may mean the same, the smaller first, without comparing each with each.

    The rarest word of a name is in whatever is near to it, give or take a letter. Each different word is looked at once, and the
    answer is kept, because a page of a long list is asked for again and again with the same names.
    """
    spelt, holders = dict(names), defaultdict[str, list[int]](list)
    for key, name in names:
        for word in words_of(name):
            holders[word].append(key)
    alike: dict[str, list[str]] = defaultdict(list)
    for word in holders:
        for form in _forms(word):
            alike[form].append(word)
    found: dict[tuple[int, int], None] = {}
    for key, name in names:
        rarest = min(words_of(name), key=lambda word: (_rarity(word, alike, holders), word), default=None)
        for other in _holding(rarest, alike, holders) if rarest is not None else ():
            pair = (min(key, other), max(key, other))
            if other != key and pair not in found and are_near(name, spelt[other]):
                found[pair] = None
    return tuple(found)


def _rarity(word: str, alike: Mapping[str, Sequence[str]], holders: Mapping[str, Sequence[int]]) -> int:
    return sum(len(holders[each]) for each in alike[word])


def _holding(word: str, alike: Mapping[str, Sequence[str]], holders: Mapping[str, Sequence[int]]) -> list[int]:
    """Return who has this word or one that differs by a letter, the equal ones first."""
    near = dict.fromkeys([word, *(each for form in _forms(word) for each in alike[form])])
    return list(dict.fromkeys(key for each in near for key in holders[each][:MOST_ALIKE]))


def _forms(word: str) -> set[str]:
    """Return a word and what is left of it without one letter: words that differ by one share such a form."""
    if len(word) < ONE_LETTER or _has_number(word):
        return {word}
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


#: What somebody chooses from one of the two; maps are those of both.
CHOSEN = ("name", "contact", "group", "role", "represents", "owner", "standing")


def merged(kept: Entry, gone: Entry, taken: Collection[str], *, is_labelled: bool) -> Entry:
    """Return what is said of two who are one from now on: of `kept`, but what is `taken` from `gone`; the maps of both."""
    outside = kept.subject.kind is gone.subject.kind is StakeholderKind.OUTSIDE
    places = kept.places | gone.places
    whole = {programme for programme, wave in places if wave is None}
    said: dict[str, Any] = {
        "places": frozenset(place for place in places if place[1] is None or place[0] not in whole),
        "standing": (gone if "standing" in taken else kept).standing,
    }
    said |= {name: getattr(gone, name) for name in ("group", "role") if name in taken}
    if "owner" in taken:
        said |= {"owner_id": gone.owner_id, "owner_name": gone.owner_name}
    if "represents" in taken and kept.subject.kind is StakeholderKind.PERSON:
        said["represents"] = gone.represents
    if outside and "contact" in taken:
        said["contact"] = gone.contact
    if outside and "name" in taken:
        said["subject"] = gone.subject
    if not is_labelled:
        said["standing"] = replace(said["standing"], **dict.fromkeys(LABELS))
    return replace(kept, **said)
