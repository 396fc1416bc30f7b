"""Which characters are equal to a reader: texts are cleaned, searched and ordered alike on every database.

Cleaning (`clean`) removes invisible characters. Searching (`folded`, `search_words`) treats accents, case, apostrophes
and special letters as the plain letter: `o'brien` finds O’Brien, `slazak` Ślązak. Ordering (`sort_key`) follows the
Unicode collation algorithm, which covers every script; only base letters count, punctuation separates words, and
numbers are ordered by size. What stands in a line of another direction is `isolated`.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Protocol

from anyascii import anyascii
from pyuca.collator import Collator

#: The most words of a search; each is a condition of its own.
MOST_WORDS = 10
LONGEST_SEARCH = 600
LONGEST_SORT = 300

APOSTROPHES = "'’‘‛`´ʼʻʹʾʿ′＇"
#: Zero-width characters, soft hyphens, direction marks, tags; the joiners U+200C and U+200D depend on their neighbours.
UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
#: Marks over, under or in a letter, which people in a hurry don't type.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f"
)
#: Latin letters without a decomposition, ł, ø, ı …, and their plain letter; those for two letters are separate.
_BLOCKS = (range(0xC0, 0x250), range(0x1E00, 0x1F00), range(0x2C60, 0x2C80), range(0xA722, 0xA800))
_LATIN = {
    letter: plain
    for block in _BLOCKS
    for letter in map(chr, block)
    if letter.isalpha()
    and unicodedata.normalize("NFKD", letter) == letter
    and (plain := anyascii(letter).lower()).isalpha()
}
_CAPITALS = {
    letter: letter.casefold()
    for letter in map(chr, [*range(0x370, 0x590), *range(0x10A0, 0x1100), *range(0x1C90, 0x1CC0)])
    if letter.casefold() != letter and len(letter.casefold()) == 1 and unicodedata.normalize("NFKD", letter) == letter
}
_DASHES = "‐‑‒–—−"
#: What replaces each character in a folded text; two letters for a letter that represents two.
SINGLES = (
    {letter: plain for letter, plain in _LATIN.items() if len(plain) == 1} | _CAPITALS | dict.fromkeys(_DASHES, "-")
)
DOUBLES = {letter: plain for letter, plain in _LATIN.items() if len(plain) > 1}

_JOINED = "[\u0590-\u1fff\u2d00-\uabff\U00010800-\U0001ffff]"
_NOT_SEEN = re.compile(
    f"[{UNSEEN}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
    # Joiners stay between characters of scripts or emoji that need them; a variant of a letter is the letter.
    f"|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})|(?<=\\w)[\ufe00-\ufe0f]"
)


def clean(text: str) -> str:
    """Return a line as it is stored, typed or imported: composed, with single spaces and no invisible characters."""
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFC", _NOT_SEEN.sub("", text))
    return " ".join(text.split())


def has_unseen(text: str) -> bool:
    """Return whether `clean` would remove anything from a composed text."""
    return not text.isascii() and _NOT_SEEN.search(text) is not None


def clean_number(text: str) -> str:
    """Return a number or address as it is stored: a cleaned line in ASCII letters, digits and dashes."""
    return (
        text
        if text.isascii()
        else unicodedata.normalize("NFKC", clean(text)).translate(dict.fromkeys(map(ord, _DASHES), "-"))
    )


def same_key(text: str) -> str:
    """Return a key that is equal for names that look the same, whatever the case, dashes and apostrophes."""
    plain = unicodedata.normalize("NFKC", clean(text)).casefold()
    return plain if plain.isascii() else clean(plain.translate(_ALIKE))


_ALIKE = str.maketrans(dict.fromkeys(_DASHES, "-") | dict.fromkeys(APOSTROPHES, "'"))

_LEFT_OUT = re.compile(f"[{UNSEEN}{MARKS}{APOSTROPHES}]")
_INSTEAD = str.maketrans(SINGLES | DOUBLES)


def folded(text: str) -> str:
    """Return a text for searching: lower-case plain letters, without marks, apostrophes and invisible characters."""
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    bare = unicodedata.normalize("NFKD", _LEFT_OUT.sub("", text))
    # Again, because decomposed letters have marks of their own.
    return _LEFT_OUT.sub("", bare).translate(_INSTEAD).casefold()


_BETWEEN = re.compile(r"[\s,;\"“”„«»()]+|(?<=[^\W\d_])-(?=[^\W\d_])")


def search_words(text: str) -> list[str]:
    """Return the words of a search, folded; "Last, First" and "First Last" are the same words."""
    words = (word.strip(".") for word in _BETWEEN.split(folded(text)[:LONGEST_SEARCH]))
    return list(dict.fromkeys(filter(None, words)))[:MOST_WORDS]


#: Spellings of names on keyboards without the letter: Mueller, Joergensen, Aakesson.
_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "ae", "Ö": "oe", "Ü": "ue", "Ø": "oe", "Å": "aa"}
)


def search_key(name: str, *more: str | None) -> str:
    """Return the text in which searches look: the folded name, the name with spelt-out letters, and `more`."""
    parts = [name]
    if not name.isascii():
        composed = unicodedata.normalize("NFC", name)
        spelt = composed.translate(_SPELT_OUT)
        parts += [spelt] if spelt != composed else []
    return folded(" ".join(filter(None, [*parts, *more])))[:LONGEST_SEARCH]


class _Weighing(Protocol):
    def sort_key(self, text: str) -> tuple[int, ...]: ...


@cache
def _collator() -> _Weighing:
    weighing: _Weighing = Collator()
    return weighing


#: Separators of parts and of words in a key; they sort before every letter.
_NEXT, _SPACE = "\x01", "\x02"


@lru_cache(maxsize=20_000)
def _weight(sign: str) -> str:
    """Return the collation weight of one character, as text that sorts by code points; "" without one."""
    if sign in APOSTROPHES:
        return ""
    kind = unicodedata.category(sign)
    if kind[0] in "ZPS":
        return _SPACE
    weights = _collator().sort_key(sign)
    primary = weights[: weights.index(0)]
    # Surrogates are not characters, so weights from there on are shifted.
    return "".join(chr(weight if weight < 0xD800 else weight + 0x800) for weight in primary)


_SPACES = re.compile(f"{_SPACE}+")
_NUMBER = re.compile(r"(\d+)")


def sort_key(*parts: str) -> str:
    """Return a text whose order by code points is a reader's order of `parts`: first by the first, then by the next."""
    return _NEXT.join(_key_of(part) for part in parts)[:LONGEST_SORT]


@lru_cache(maxsize=50_000)
def _key_of(text: str) -> str:
    pieces = _NUMBER.split(unicodedata.normalize("NFC", text))
    key = "".join(_sized(piece) if place % 2 else "".join(map(_weight, piece)) for place, piece in enumerate(pieces))
    return _SPACES.sub(_SPACE, key).strip(_SPACE)


def _sized(number: str) -> str:
    """Return the weight of a number: where digits sort, then by length and digits, so that 9 comes before 10."""
    digits = "".join(str(unicodedata.decimal(digit)) for digit in number).lstrip("0")
    return f"{_weight('0')}{chr(ord('0') + len(digits))}{digits}"


def isolated(value: str) -> str:
    """Return a value isolated from a line's direction, so that, say, a Hebrew name doesn't reorder its surroundings."""
    if value.isascii():
        return value
    return f"\u2068{value}\u2069" if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in value) else value
