"""Which text a reader of some language gets. Pure."""

import re
from collections.abc import Collection

from engagement.errors import BadInput

_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}", re.IGNORECASE)


def check_language(tag: str) -> str:
    """Return a BCP 47 tag as it is usually written ("pt-BR"); raise BadInput for anything else."""
    if not _TAG.fullmatch(tag.strip()):
        sentence = "Write a language tag such as pl, de or pt-BR."
        raise BadInput(sentence, {"language": sentence})
    first, *rest = tag.strip().lower().split("-")
    return "-".join(
        [first, *(part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in rest)]
    )


def best_match(wanted: str, offered: Collection[str]) -> str | None:
    """Return the offered tag for a reader of `wanted`: the same, else a shorter form of it ("pt" for "pt-BR"), else None."""
    by_tag = {tag.lower(): tag for tag in offered}
    parts = wanted.lower().split("-")
    forms = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((by_tag[form] for form in forms if form in by_tag), None)


def is_read_in(wanted: str, language: str) -> bool:
    """Return whether this language suits a reader of `wanted`, whatever the region."""
    return wanted.lower().partition("-")[0] == language.lower().partition("-")[0]
