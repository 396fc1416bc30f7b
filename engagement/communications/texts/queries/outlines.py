"""The outlines that communications and drafts of the clock start from: files in `content/briefings` and `content/drafts`."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from engagement.communications.rules import CommunicationKind
from engagement.communications.texts.rules.points import Notes
from engagement.content.frames import FIRST
from engagement.content.library import LIBRARY
from engagement.days.local_time import clock_time
from engagement.days.recurrence import read_rule
from engagement.errors import BadInput

BRIEFINGS = LIBRARY / "briefings"
DRAFTS, STABLE = LIBRARY / "drafts", "what-is-now-stable"
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


@dataclass(frozen=True)
class StableDraft:
    """What the message at the end of a quiet period starts from, in one language."""

    subject: str
    body: str
    notes: Notes


@lru_cache(maxsize=1)
def stable_drafts(folder: Path = DRAFTS) -> dict[str, StableDraft]:
    """Return the draft in each language that has a file; read once a process."""
    found = {}
    for path in sorted(folder.glob(f"{STABLE}*.md")):
        text = path.read_text(encoding="utf-8")
        outline, (header, _) = read_outline(text, path.name), _halves(text, path.name)
        missing = [key for key in ("ask_point", "ask_nothing", "ask_more") if not header.get(key)]
        if missing:
            raise BadInput(f"{path.name}: the header line {missing[0]} is missing.")
        notes = Notes(*(str(header[key]) for key in ("ask_point", "ask_nothing", "ask_more")))
        language = path.stem.removeprefix(STABLE).removeprefix(".") or FIRST
        found[language] = StableDraft(outline.subject, outline.body, notes)
    return found


def stable_draft(language: str) -> StableDraft:
    """Return the draft in this language or its base ("de" for "de-AT"), or in English if there is no file."""
    drafts = stable_drafts()
    return drafts.get(language.partition("-")[0].lower(), drafts[FIRST])
