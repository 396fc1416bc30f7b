"""What letters are the same to a reader: texts are cleaned, searched and ordered in one way, on every database.

Cleaning (`clean`) leaves out what nobody can see. Searching (`folded`, `search_words`) takes marks, case, apostrophes and
special letters for the plain letter: `o'brien` finds O’Brien, `slazak` Ślązak. Ordering (`sort_key`) goes by the Unicode
collation algorithm, which every script has its place in; only base letters count, punctuation separates words, and numbers
go by their size.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Protocol

from anyascii import anyascii
from pyuca.collator import Collator

#: Words of a search that are looked for; each is a condition of its own.
MOST_WORDS = 10
LONGEST_SEARCH = 600
LONGEST_SORT = 300

APOSTROPHES = "'’‘‛`´ʼʻʹʾʿ′＇"
#: Zero-width signs, soft hyphens, direction marks, tags; the joiners U+200C and U+200D are judged by their neighbours.
UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
#: Marks that stand over, under or in a letter, and are left out of what is typed in a hurry.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f"
)
#: Latin letters that no mark makes: ł, ø, ı … and their plain letter; those that stand for two letters are apart.
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
#: Sign by sign what a folded text has instead; two letters for one where a letter stands for two.
SINGLES = (
    {letter: plain for letter, plain in _LATIN.items() if len(plain) == 1} | _CAPITALS | dict.fromkeys(_DASHES, "-")
)
DOUBLES = {letter: plain for letter, plain in _LATIN.items() if len(plain) > 1}

_JOINED = "[\u0590-\u1fff\u2d00-\uabff\U00010800-\U0001ffff]"
_NOT_SEEN = re.compile(
    f"[{UNSEEN}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
    # Joiners that scripts or pictures need stay between their signs; a variant of a letter is the letter.
    f"|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})|(?<=\\w)[\ufe00-\ufe0f]"
)


def clean(text: str) -> str:
    """Return a line as it is kept, whoever typed or imported it: composed, with single spaces and nothing that can't be seen."""
    if not text.isascii() or not text.isprintable():
        text = unicodedata.normalize("NFC", _NOT_SEEN.sub("", text))
    return " ".join(text.split())


def has_unseen(text: str) -> bool:
    """Return whether `clean` would take anything out of a text that is composed."""
    return not text.isascii() and _NOT_SEEN.search(text) is not None


def clean_number(text: str) -> str:
    """Return a number or address as it is kept: a cleaned line in plain letters, digits and dashes."""
    return (
        text
        if text.isascii()
        else unicodedata.normalize("NFKC", clean(text)).translate(dict.fromkeys(map(ord, _DASHES), "-"))
    )


def same_key(text: str) -> str:
    """Return what two names have in common that a reader takes for the same: case, dashes, apostrophes and what isn't seen."""
    plain = unicodedata.normalize("NFKC", clean(text)).casefold()
    return plain if plain.isascii() else clean(plain.translate(_ALIKE))


_ALIKE = str.maketrans(dict.fromkeys(_DASHES, "-") | dict.fromkeys(APOSTROPHES, "'"))

_LEFT_OUT = re.compile(f"[{UNSEEN}{MARKS}{APOSTROPHES}]")
_INSTEAD = str.maketrans(SINGLES | DOUBLES)


def folded(text: str) -> str:
    """Return a text as it is searched: without marks, apostrophes and unseen signs, in small plain letters."""
    if text.isascii():
        return text.replace("'", "").replace("`", "").lower()
    bare = unicodedata.normalize("NFKD", _LEFT_OUT.sub("", text))
    # Once more, because what was taken apart has marks of its own.
    return _LEFT_OUT.sub("", bare).translate(_INSTEAD).casefold()


_BETWEEN = re.compile(r"[\s,;\"“”„«»()]+|(?<=[^\W\d_])-(?=[^\W\d_])")


def search_words(text: str) -> list[str]:
    """Return the words of a search, folded; "Last, First" and "First Last" are the same words."""
    words = (word.strip(".") for word in _BETWEEN.split(folded(text)[:LONGEST_SEARCH]))
    return list(dict.fromkeys(filter(None, words)))[:MOST_WORDS]


#: How names are written where the letter is missing on the keyboard: Mueller, Joergensen, Aakesson.
_SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "ae", "Ö": "oe", "Ü": "ue", "Ø": "oe", "Å": "aa"}
)


def search_key(name: str, *more: str | None) -> str:
    """Return what somebody or something is found by: the folded name, the name with its letters spelt out, and more."""
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


#: Between the parts of a key, and between words: before every letter.
_NEXT, _SPACE = "\x01", "\x02"


@lru_cache(maxsize=20_000)
def _weight(sign: str) -> str:
    """Return the place of one sign among all, as text that sorts by code points; nothing for what has no place."""
    if sign in APOSTROPHES:
        return ""
    kind = unicodedata.category(sign)
    if kind[0] in "ZPS":
        return _SPACE
    weights = _collator().sort_key(sign)
    primary = weights[: weights.index(0)]
    # Surrogates are no signs, so what lies above them moves up.
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
    """Return the place of a number: where digits stand, and there by its length and then its digits, so that 9 is before 10."""
    digits = "".join(str(unicodedata.decimal(digit)) for digit in number).lstrip("0")
    return f"{_weight('0')}{chr(ord('0') + len(digits))}{digits}"
