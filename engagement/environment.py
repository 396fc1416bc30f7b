"""The environment as it is: names that are no setting, secrets in files, and values as text, with what is wrong in our own words."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from dotenv import dotenv_values

from engagement.errors import BadInput
from engagement.words import listed

PREFIX = "ENGAGEMENT_"
#: Settings that only the tests read.
OF_TESTS = (f"{PREFIX}TEST_",)
#: How yes and no are written.
YES = ("true", "yes", "on", "1", "t", "y")
NO = ("false", "no", "off", "0", "f", "n")


def refuse_unknown_names(settings: Iterable[str], env_file: str | None) -> None:
    """Refuse a name that looks like a setting but isn't: a misspelt one would silently change nothing."""
    known = {PREFIX + name.upper() for name in settings}
    for name in sorted(_said(env_file)):
        setting = name.upper().removesuffix("_FILE")
        if name.upper().startswith(PREFIX) and setting not in known and not name.startswith(OF_TESTS):
            near = get_close_matches(
                setting.removeprefix(PREFIX), (each.removeprefix(PREFIX) for each in known), 1, 0.6
            )
            meant = f"Did you mean {PREFIX}{near[0]}?" if near else "The README lists the settings; take this one away."
            raise BadInput(f"{name} is no setting. {meant}")


def take_secrets_from_files() -> None:
    """Let `ENGAGEMENT_X_FILE` name a file with the value of `ENGAGEMENT_X`, as container platforms pass secrets."""
    for name, path in list(os.environ.items()):
        target = name.removesuffix("_FILE")
        if not name.startswith(PREFIX) or not name.endswith("_FILE") or target in os.environ:
            continue
        try:
            os.environ[target] = Path(path).read_text(encoding="utf-8").strip()
        except UnicodeDecodeError:
            raise BadInput(f"{name} names {path}, which is not text in UTF-8.") from None
        except OSError as error:
            raise BadInput(f"{name} names {path}, which cannot be read: {error.strerror}.") from None


def texts_of(settings: Iterable[str], env_file: str | None) -> dict[str, object]:
    """Return the texts of those settings that the environment or the file names, in capitals or not."""
    texts = {name.upper(): text for name, text in _said(env_file).items()}
    by_name = {name: texts.get(PREFIX + name.upper()) for name in settings}
    return {name: text for name, text in by_name.items() if text is not None}


def _said(env_file: str | None) -> dict[str, str | None]:
    """Return the environment by name, with what only the file says."""
    return {**(dotenv_values(env_file) if env_file else {}), **os.environ}


def read_value(kind: object, given: object, least: int = 0, most: int | None = None) -> object:
    """Return a value of this kind from its text. Raises ValueError that says what is wrong.

    Only numbers and choices, which are no secrets, are repeated.
    """
    text = str(given)
    if kind is int:
        return _whole_number(text.strip(), least, most)
    if kind is bool:
        return _switched_on(text)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if text not in list(kind):
            raise ValueError(f"“{text[:40]}” is not one of these: {listed(kind, 'or')}")
        return kind(text)
    return text


def _whole_number(text: str, least: int, most: int | None) -> int:
    try:
        number = int(text)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is not a whole number") from None
    if number < least:
        raise ValueError(f"{text[:40]} is too small; use {least} or more")
    if most is not None and number > most:
        raise ValueError(f"{text[:40]} is too large; use {most} or less")
    return number


def _switched_on(text: str) -> bool:
    word = text.strip().lower()
    if word not in YES + NO:
        raise ValueError(f"“{text[:40]}” is neither true nor false")
    return word in YES
