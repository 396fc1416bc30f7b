"""Passwords: which ones are refused, and how they are stored."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import Parameters, PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

from engagement.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD

#: An attacker with a stolen table would try fewer guesses than this in well under a minute.
FEWEST_GUESSES = 10**10
#: Only this many characters are measured: zxcvbn needs seconds for longer texts with many symbols, for no gain.
MEASURED = 24
#: The fewest letters that must be left of a password without its owner's words.
FEWEST_LETTERS = 6
#: Added to zxcvbn's lists, which are English.
KNOWN_ELSEWHERE = Path(__file__).parents[3] / "content" / "passwords.txt"
#: Symbols on the digit keys, typed in rows with the shift key held.
_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
_NO_WORD = re.compile(r"[\W_]+")
#: The cost of a hash: argon2's defaults, which follow RFC 9106. Only the tests lower it, before the first hash.
COST: Parameters = profiles.get_default_parameters()


@cache
def hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(COST)


@cache
def hash_of_nothing() -> str:
    """Return a hash that no password fits, so that unknown addresses take as much work as known ones."""
    return hasher().hash("nobody has this password")


def prepared(password: str) -> str:
    """Return a password as it is compared: characters composed, all blanks the same (RFC 8265, OpaqueString)."""
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in password)
    return unicodedata.normalize("NFC", spaced)


def hash_of(password: str) -> str:
    return hasher().hash(prepared(password))


def fits(stored: str, password: str) -> bool:
    """Return whether a password fits a hash; also a hash from before passwords were prepared."""
    typed = password[:1000]
    return _verified(stored, prepared(typed)) or (prepared(typed) != typed and _verified(stored, typed))


def _verified(stored: str, password: str) -> bool:
    try:
        return hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def password_problem(password: str, *own: str) -> str | None:
    """Return why a password is refused, else None (NIST SP 800-63B: length and known lists, no composition).

    `own` are texts that an attacker would try first: address, name, organisation. zxcvbn estimates the guesses needed;
    it finds known passwords, words with additions, keyboard rows, dates and repetitions.
    """
    password = prepared(password)
    if len(password) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters. A few words in a row work well."
    if len(password) > LONGEST_PASSWORD:
        return f"Use at most {LONGEST_PASSWORD} characters."
    if len(set(password)) < 5:
        return "Use a password with more different characters."
    words = _own_words((*own, "Engagement"))
    if _is_of_words(password, words):
        return "Use a password that is not your address, your name or your organisation."
    # Its lists of words are large, and passwords are seldom chosen.
    from zxcvbn import zxcvbn

    forms = {password[:MEASURED], password[:MEASURED].translate(_SHIFTED)}
    is_known = _is_of_words(_NO_WORD.sub("", password), _known_elsewhere())
    if is_known or any(zxcvbn(form, user_inputs=words)["guesses"] < FEWEST_GUESSES for form in forms):
        return "This password is on the lists that are tried first, or close to one. Use a few words in a row that nobody would put together."
    return None


@cache
def _known_elsewhere() -> tuple[str, ...]:
    """Return phrases, and words of other languages, that zxcvbn's lists lack; the longest first."""
    lines = KNOWN_ELSEWHERE.read_text(encoding="utf-8").splitlines()
    return tuple(sorted((line for line in lines if line and not line.startswith("#")), key=len, reverse=True))


def _own_words(texts: Iterable[str]) -> list[str]:
    """Return the whole texts and their words, the longest first."""
    words: set[str] = set()
    for text in (text.casefold().strip() for text in texts):
        local, at, domain = text.partition("@")
        # The last label of an address, such as com, is not personal.
        own = [local, domain.rpartition(".")[0]] if at else [text]
        words |= {text, *own, *(_NO_WORD.sub("", part) for part in own)}
        words |= {word for part in own for word in _NO_WORD.split(part) if len(word) > 2}
    return sorted(words - {""}, key=len, reverse=True)


def _is_of_words(password: str, words: Iterable[str]) -> bool:
    """Return whether little but digits and symbols is left of a password without these words."""
    rest = password.casefold()
    for word in words:
        rest = rest.replace(word, " ")
    return rest != password.casefold() and sum(sign.isalpha() for sign in rest) < FEWEST_LETTERS
