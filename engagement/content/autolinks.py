"""Addresses that are typed as they are: found in one pass over the words of a text, however they are made up.

A pattern that tries anew at each letter takes time by the square of the text, so words are cut first and each is looked at once.
"""

import re
from collections.abc import Iterator

_WORD = re.compile(r"\S+")
_BEGINS = ("https://", "http://", "www.")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_")
_TRAILING = "?!.,:;*_~'\"’”»|"
#: A longer word is no address that somebody typed.
LONGEST_ADDRESS = 2_000


def linked(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield a text piece by piece: what is shown, and the address that it leads to, None for plain words."""
    done = 0
    if "://" in text or "www." in text or "@" in text:
        for word in _WORD.finditer(text):
            found = address_in(word[0])
            if found is None:
                continue
            begin, end, address = found
            if word.start() + begin > done:
                yield text[done : word.start() + begin], None
            done = word.start() + end
            yield text[word.start() + begin : done], address
    if done < len(text):
        yield text[done:], None


def address_in(word: str) -> tuple[int, int, str] | None:
    """Return where in a word an address begins and ends, and where it leads; None where there is none."""
    if len(word) > LONGEST_ADDRESS:
        return None
    begin = min((at for sign in _BEGINS if (at := _place(word, sign)) >= 0), default=-1)
    if begin < 0:
        return _mail_address(word)
    end = _end(word, begin)
    shown = word[begin:end]
    host = shown.removeprefix("https://").removeprefix("http://")
    if not host[:1].isalnum() or host == "www":
        return None
    return begin, end, shown if "://" in shown[:8] else f"http://{shown}"


def _place(word: str, sign: str) -> int:
    """Return where `sign` stands in a word without a letter or figure before it, -1 for nowhere."""
    at = word.find(sign)
    return at if at <= 0 or not word[at - 1].isalnum() else -1


def _end(word: str, begin: int) -> int:
    """Return where an address ends: before signs that close the sentence or a bracket that was opened before it."""
    end = next((at for at in range(begin, len(word)) if word[at] in '<>"“”`'), len(word))
    spare = {pair[1]: word.count(pair[1], begin, end) - word.count(pair[0], begin, end) for pair in _PAIRS}
    while end > begin:
        last = word[end - 1]
        if last in _TRAILING:
            end -= 1
        elif spare.get(last, 0) > 0:
            spare[last] -= 1
            end -= 1
        else:
            break
    return end


_PAIRS = ("()", "[]", "{}")


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
    begin += len(word[begin:at]) - len(word[begin:at].lstrip("."))
    host = word[at + 1 : end]
    labels = host.split(".")
    if begin == at or len(labels) < 2 or not all(labels) or not labels[-1].isalpha() or len(labels[-1]) < 2:
        return None
    return begin, end, f"mailto:{word[begin:end]}"
