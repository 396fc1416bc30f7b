"""The environment as it is: names that are no setting, secrets in files, and what is wrong with a value in our own words."""

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic_core import ErrorDetails

from engagement.errors import BadInput

PREFIX = "ENGAGEMENT_"
#: Settings that only the tests read.
OF_TESTS = (f"{PREFIX}TEST_",)


def reason_of(error: ErrorDetails) -> str:
    """Say in our own words what is wrong with a value; only numbers and choices, which are no secrets, are repeated."""
    given, limits = str(error["input"])[:40], error.get("ctx", {})
    words = {
        "int_parsing": f"“{given}” is not a whole number",
        "int_from_float": f"“{given}” is not a whole number",
        "int_parsing_size": f"“{given}” is too large",
        "bool_parsing": f"“{given}” is neither true nor false",
        "enum": f"“{given}” is not one of these: {str(limits.get('expected', '')).replace(chr(39), '')}",
        "greater_than_equal": f"{given} is too small; use {limits.get('ge')} or more",
        "less_than_equal": f"{given} is too large; use {limits.get('le')} or less",
    }
    return words.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")


def refuse_unknown_names(settings: Iterable[str], env_file: object) -> None:
    """Refuse a name that looks like a setting but isn't: a misspelt one would silently change nothing."""
    known = {PREFIX + name.upper() for name in settings}
    in_file = dotenv_values(env_file) if isinstance(env_file, str) else {}
    for name in sorted({*os.environ, *in_file}):
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
