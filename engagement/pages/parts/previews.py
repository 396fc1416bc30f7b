"""What the pages share that take lines as a file: keeping it, and showing what each line would do before anything is written."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask import request

from engagement.db import db
from engagement.errors import BadInput
from engagement.intake.models import KeptUpload
from engagement.intake.reading.rules.problems import UnreadableFile
from engagement.pages.parts.forms import Form
from engagement.pages.parts.lists import Asked
from engagement.vocabulary import Worded
from engagement.words import listed

Kind = TypeVar("Kind", bound=Worded)


def taken(form: Form, keep: Callable[[str, bytes], KeptUpload]) -> KeptUpload | None:
    """Read and keep the file of a form; None for one that can't be read, with the reason above its field."""
    given = form["file"].data
    filename, content = given.filename, given.read()
    # Nobody waits for the database while a file is read.
    db.session.rollback()
    try:
        kept = keep(filename, content)
    except UnreadableFile as error:
        form.take(BadInput(error.problem.sentence, {"file": error.problem.sentence}))
        return None
    db.session.commit()
    return kept


def previewed(
    by_kind: Mapping[Kind, Sequence[Any]],
    address: Callable[..., str],
    *,
    refused: Kind,
    fingerprint: str,
    not_read: Sequence[str],
) -> dict[str, Any]:
    """Return what a preview shows of the lines of a file by what they do, the kind first that asks for a look.

    `address` is that of the preview; `fingerprint` another one as soon as the file would do something else than was seen.
    """
    there = [kind for kind in by_kind if by_kind[kind]]
    given, asked = request.args.get("show", ""), Asked()
    shown = next((kind for kind in there if kind.value == given), there[0])
    asked.carry("show", shown.value)
    asked.carry("seen", fingerprint)
    lines, page = asked.part_of(by_kind[shown])
    numbers = {kind: len(by_kind[kind]) for kind in type(refused)}
    return {
        "is_anew": request.args.get("seen", fingerprint) != fingerprint,
        "tally": [
            (f"{number:,}", kind.word.lower(), "bad" if number and kind is refused else "")
            for kind, number in numbers.items()
        ],
        "parts": [
            (address(show=kind.value, seen=fingerprint), kind.word, numbers[kind], kind is shown) for kind in there
        ],
        "shown": shown,
        "kinds": type(refused),
        "lines": lines,
        "page": page,
        "refused": numbers[refused],
        "fingerprint": fingerprint,
        "not_read": listed(f"“{name[:60]}”" for name in not_read[:20]),
    }
