"""The outlines that communications and drafts of the clock start from: files in `content/briefings` and `content/drafts`."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from engagement.communications.rules import CommunicationKind
from engagement.content.library import LIBRARY
from engagement.days.local_time import clock_time
from engagement.days.recurrence import read_rule
from engagement.errors import BadInput

BRIEFINGS = LIBRARY / "briefings"
STABLE = LIBRARY / "drafts" / "what-is-now-stable.md"
LONGEST_HEADER = 4_000
KEYS = ("title", "kind", "audience", "cadence", "rrule", "at", "write_lead_days", "required", "subject")


@dataclass(frozen=True)
class Outline:
    """A starting text and its cadence; `rule` is None for "as needed", `audience` and `rhythm` are words."""

    kind: CommunicationKind
    title: str
    audience: str
    rhythm: str
    rule: str | None
    at: str
    write_lead_days: int
    is_required: bool
    subject: str
    body: str


def read_outline(text: str, source: str = "the outline") -> Outline:
    """Return the outline in a file's text; raise BadInput that names `source` and the mistake."""
    header, body = _halves(text, source)
    missing = [key for key in KEYS if key not in header]
    if missing:
        raise BadInput(f"{source}: the header line {missing[0]} is missing.")
    if header["kind"] not in list(CommunicationKind):
        raise BadInput(f"{source}: there is no kind “{header['kind']}”.")
    if not isinstance(header["write_lead_days"], int):
        raise BadInput(f"{source}: write_lead_days is a number of days.")
    try:
        rule = str(header["rrule"] or "") or None
        if rule is not None:
            read_rule(rule)
        clock_time(str(header["at"]))
        return Outline(
            kind=CommunicationKind(header["kind"]),
            title=str(header["title"]),
            audience=str(header["audience"]),
            rhythm=str(header["cadence"]),
            rule=rule,
            at=str(header["at"]),
            write_lead_days=header["write_lead_days"],
            is_required=header["required"] is True,
            subject=str(header["subject"]),
            body=body,
        )
    except BadInput as error:
        raise BadInput(f"{source}: {error.sentence}") from None


def _halves(text: str, source: str) -> tuple[dict[str, Any], str]:
    opening, _, rest = text.replace("\r\n", "\n").partition("\n")
    head, fence, body = rest.partition("\n---\n")
    if opening.strip() != "---" or not fence:
        raise BadInput(f"{source}: header lines between two lines of --- are missing.")
    if len(head) > LONGEST_HEADER:
        raise BadInput(f"{source}: the header lines are longer than {LONGEST_HEADER:,} characters.")
    try:
        header = yaml.safe_load(head)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise BadInput(f"{source}: the header lines can’t be read as YAML.") from None
    if not isinstance(header, dict):
        raise BadInput(f"{source}: the header lines are not keys with values.")
    return header, body.strip()


@lru_cache(maxsize=4)
def standard_outlines(folder: Path = BRIEFINGS) -> dict[CommunicationKind, Outline]:
    """Return the outline of each kind of communication, in the order of the kinds; read once a process."""
    found = [read_outline(path.read_text(encoding="utf-8"), path.name) for path in sorted(folder.glob("*.md"))]
    by_kind = {outline.kind: outline for outline in found}
    return {kind: by_kind[kind] for kind in CommunicationKind if kind in by_kind}


@lru_cache(maxsize=1)
def stable_outline() -> Outline:
    """Return what the message at the end of a quiet period starts from; read once a process."""
    return read_outline(STABLE.read_text(encoding="utf-8"), STABLE.name)
