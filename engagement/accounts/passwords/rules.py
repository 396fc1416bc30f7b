"""Passwords: which ones are refused, and how they are kept."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import Parameters, PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from engagement.accounts.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD

#: What an attacker with a stolen table would do in well under a minute is too few.
FEWEST_GUESSES = 10**10
#: So much of a password is measured: longer texts full of signs that stand for letters take seconds, and nothing is gained.
MEASURED = 24
#: So many letters have to be left of a password without somebody's own words.
FEWEST_LETTERS = 6
#: Beside zxcvbn's lists, which are of English.
KNOWN_ELSEWHERE = Path(__file__).parents[3] / "content" / "passwords.txt"
#: Signs on the keys of digits, which somebody reaches who walks over a keyboard with the other hand on the shift key.
_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
_NO_WORD = re.compile(r"[\W_]+")
#: What a hash costs: argon2's own defaults, which follow RFC 9106. The tests alone make it cheap, before the first hash.
COST: Parameters = profiles.get_default_parameters()


@cache
def hasher() -> PasswordHasher:
    """Return what hashes passwords."""
    return PasswordHasher.from_parameters(COST)


@cache
def hash_of_nothing() -> str:
    """Return a hash that nobody's password fits, so that an unknown address costs as much work as a known one."""
    return hasher().hash("nobody has this password")


def prepared(password: str) -> str:
    """Return a password as it is compared, whatever keyboard typed it: signs composed, every blank the same (RFC 8265, OpaqueString)."""
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in password)
    return unicodedata.normalize("NFC", spaced)


def hash_of(password: str) -> str:
    """Return the hash by which a password is kept."""
    return hasher().hash(prepared(password))


def fits(stored: str, password: str) -> bool:
    """Return whether a hash is that of a password; also of one that was kept as it was typed, before passwords were prepared."""
    typed = password[:1000]
    return _verified(stored, prepared(typed)) or (prepared(typed) != typed and _verified(stored, typed))


def _verified(stored: str, password: str) -> bool:
    try:
        return hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def password_problem(password: str, *own: str) -> str | None:
    """Return the sentence that says why a password is refused, or None (NIST SP 800-63B: length and known lists, no composition).

    `own` are texts that an attacker would try first: address, name, organisation. Known passwords, words with something
    hung on, keyboard rows, dates and repetitions are found by zxcvbn, which says how many guesses somebody would need.
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
    forms = {password[:MEASURED], password[:MEASURED].translate(_SHIFTED)}
    is_known = _is_of_words(_NO_WORD.sub("", password), _known_elsewhere())
    if is_known or any(zxcvbn(form, user_inputs=words)["guesses"] < FEWEST_GUESSES for form in forms):
        return "This password is on the lists that are tried first, or close to one. Use a few words in a row that nobody would put together."
    return None


@cache
def _known_elsewhere() -> tuple[str, ...]:
    """Return phrases, and words of other languages, that zxcvbn's lists leave out; the longest first."""
    lines = KNOWN_ELSEWHERE.read_text(encoding="utf-8").splitlines()
    return tuple(sorted((line for line in lines if line and not line.startswith("#")), key=len, reverse=True))


def _own_words(texts: Iterable[str]) -> list[str]:
    """The words of somebody's own texts, longest first, whole texts among them."""
    words: set[str] = set()
    for text in (text.casefold().strip() for text in texts):
        local, at, domain = text.partition("@")
        # The end of an address, such as com, is nobody's own word.
        own = [local, domain.rpartition(".")[0]] if at else [text]
        words |= {text, *own, *(_NO_WORD.sub("", part) for part in own)}
        words |= {word for part in own for word in _NO_WORD.split(part) if len(word) > 2}
    return sorted(words - {""}, key=len, reverse=True)


def _is_of_words(password: str, words: Iterable[str]) -> bool:
    """Whether little but digits and signs remains of a password without these words."""
    rest = password.casefold()
    for word in words:
        rest = rest.replace(word, " ")
    return rest != password.casefold() and sum(sign.isalpha() for sign in rest) < FEWEST_LETTERS
