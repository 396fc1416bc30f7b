"""Finds addresses typed without markup, in one pass over the words of a text.

They are found before Markdown's marks: an underscore or star inside an address is part of it. A pattern that starts
anew at each letter would take quadratic time, so words are split first and each is examined once.
"""

import re
from collections.abc import Iterator

_WORD = re.compile(r"\S+")
_BEGINS = ("https://", "http://", "www.")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_")
_TRAILING = "?!.,:;*_~'\"’”»|\\"
_PAIRS = {")": "(", "]": "[", "}": "{"}
#: A longer word is not taken for an address.
LONGEST_ADDRESS = 2_000


def addresses_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, end and target of each address in the text."""
    lower = text.lower()
    if "://" in lower or "www." in lower or "@" in lower:
        for word in _WORD.finditer(text):
            if found := _address_in(word[0]):
                begin, end, address = found
                yield word.start() + begin, word.start() + end, address


def _address_in(word: str) -> tuple[int, int, str] | None:
    if len(word) > LONGEST_ADDRESS:
        return None
    lower = word.lower()
    begin = min((at for sign in _BEGINS if (at := _place(lower, sign)) >= 0), default=-1)
    if begin < 0:
        return _mail_address(word)
    end = _end(word, begin)
    shown = word[begin:end]
    host = lower[begin:end].removeprefix("https://").removeprefix("http://")
    if not host[:1].isalnum() or host == "www":
        return None
    return begin, end, shown if "://" in shown[:8] else f"http://{shown}"


def _place(word: str, sign: str) -> int:
    """Return the position of `sign` in a word, not after a letter or digit; -1 for nowhere."""
    at = word.find(sign)
    return at if at <= 0 or not word[at - 1].isalnum() else -1


def _end(word: str, begin: int) -> int:
    """Return the end of an address: before the closing bracket of a pair around it, and before punctuation."""
    is_open = dict.fromkeys(_PAIRS.values(), 0)
    end = begin
    for sign in word[begin:]:
        if sign in '<>"“”`' or (sign in _PAIRS and not is_open[_PAIRS[sign]]):
            break
        if sign in is_open:
            is_open[sign] += 1
        elif sign in _PAIRS:
            is_open[_PAIRS[sign]] -= 1
        end += 1
    return begin + len(word[begin:end].rstrip(_TRAILING))


def _mail_address(word: str) -> tuple[int, int, str] | None:
    at = word.find("@")
    if at <= 0 or word.find("@", at + 1) >= 0:
        return None
    begin = at
    while begin and word[begin - 1] in _LOCAL:
        begin -= 1
    end = at + 1
    while end < len(word) and word[end] in _LOCAL and word[end] not in "+_":
        end += 1
    while end > at and word[end - 1] in ".-":
        end -= 1
    begin += len(word[begin:at]) - len(word[begin:at].lstrip("._"))
    host = word[at + 1 : end]
    labels = host.split(".")
    if begin == at or len(labels) < 2 or not all(labels) or not labels[-1].isalpha() or len(labels[-1]) < 2:
        return None
    return begin, end, f"mailto:{word[begin:end]}"
