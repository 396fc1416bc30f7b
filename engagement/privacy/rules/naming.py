"""Finds a name or address in texts, in any case, with any blank and either apostrophe."""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

#: Blanks between the parts of a name: also a line break with a quoting mark after it, and HTML's blanks.
_GAP = r"(?:\s|&nbsp;|&#160;|<br ?/?>|>)+"
_APOSTROPHE = "(?:['’‘ʼ`´]|&#39;|&#x27;|&apos;|&rsquo;)"
_HYPHEN = "[-‐‑–]"
#: Not after a letter or digit, or the hyphen of a longer name; Markdown's _ and * may come before.
_NAME_BEGINS = r"(?<![^\W_])(?<![^\W_][-‐‑])"
_NAME_ENDS = r"(?![^\W_])(?![-‐‑][^\W_])"
_ADDRESS_BEGINS = r"(?<![^\W_])(?<![^\W_]_)(?<![.+-])"
_ADDRESS_ENDS = r"(?![^\W_]|-|\.\w)"
#: A single word with fewer letters is too short to be taken for a name in every text.
SHORTEST_SINGLE_WORD = 5


@dataclass(frozen=True)
class Wording:
    """A name or address as texts may write it.

    `hints` are for a search in the database, which knows less about letters: a text with this wording contains at least
    one hint of each group, in some case. `is_plain` says that it can't mean anything else, so that it may be replaced
    everywhere.
    """

    pattern: re.Pattern[str]
    hints: tuple[tuple[str, ...], ...]
    is_plain: bool = True

    @classmethod
    def of_name(cls, name: str) -> "Wording":
        """Return a name's wording: in its own order, and as "Last, First" for each way to split it."""
        parts = name.split()
        ways = [_spelt(parts)]
        ways += [f"{_spelt(parts[at:])},(?:{_GAP})?{_spelt(parts[:at])}" for at in range(1, len(parts))]
        # In lower case a single name may be an ordinary word: Grace, Mark, Will.
        case = re.IGNORECASE if len(parts) > 1 else re.NOFLAG
        return cls(
            re.compile(f"{_NAME_BEGINS}(?:{'|'.join(ways)}){_NAME_ENDS}", case),
            tuple(_hints(part) for part in parts),
            len(parts) > 1 or len(name) >= SHORTEST_SINGLE_WORD,
        )

    @classmethod
    def of_address(cls, address: str) -> "Wording":
        """Return the wording of an e-mail address."""
        return cls(
            re.compile(f"{_ADDRESS_BEGINS}{re.escape(address)}{_ADDRESS_ENDS}", re.IGNORECASE), (_hints(address),)
        )

    @classmethod
    def of_number(cls, number: str) -> "Wording":
        return cls(re.compile(f"{_NAME_BEGINS}{re.escape(number)}{_NAME_ENDS}", re.IGNORECASE), (_hints(number),))


def _spelt(parts: Iterable[str]) -> str:
    return _GAP.join(_any_spelling(part) for part in parts)


def _any_spelling(part: str) -> str:
    """Return the pattern of one word, with its letters composed or decomposed; ß is SS in capitals."""
    composed = unicodedata.normalize("NFC", part)
    forms = {composed, unicodedata.normalize("NFD", part), composed.upper()}
    spelt = sorted(re.escape(form) for form in forms)
    ways = [re.sub(r"['’‘ʼ`´]", _APOSTROPHE, re.sub(r"\\-|[‐‑–]", _HYPHEN, form)) for form in spelt]
    return f"(?:{'|'.join(dict.fromkeys(ways))})"


def _hints(word: str) -> tuple[str, ...]:
    """Return the longest run of ASCII letters, which no spelling or escape changes; else every form in JSON."""
    runs = re.findall(r"[a-z0-9@.]+", unicodedata.normalize("NFC", word), re.IGNORECASE | re.ASCII)
    if runs:
        return (max(runs, key=len),)
    forms = {form for one in (word, word.lower(), word.upper()) for form in _both_compositions(one)}
    return tuple(sorted(forms | {json.dumps(form)[1:-1] for form in forms}))


def _both_compositions(word: str) -> set[str]:
    return {unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word)}


def replaced(value: Any, wordings: Iterable[Wording], stand_in: str) -> Any:
    """Return a text, or a JSON value with its texts, with `stand_in` for each of these wordings."""
    if isinstance(value, str):
        for wording in wordings:
            value = wording.pattern.sub(stand_in, value)
        return value
    if isinstance(value, list):
        return [replaced(entry, wordings, stand_in) for entry in value]
    if isinstance(value, dict):
        return {
            replaced(name, wordings, stand_in): replaced(entry, wordings, stand_in) for name, entry in value.items()
        }
    return value
