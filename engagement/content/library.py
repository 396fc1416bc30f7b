"""The starter library on disk: training modules, outlines for communications, playbooks, guides; read-only.

Every reader raises BadInput with a sentence that names file and line. Parsed texts are cached by content, so a changed
file is parsed again and an unchanged one is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from engagement.content import quiz
from engagement.content.commonmark import unwrapped
from engagement.content.quiz import Question
from engagement.errors import BadInput

#: The library that comes with the service.
LIBRARY = Path(__file__).resolve().parents[2] / "content"
ROLES = ("user", "builder", "support", "leader")
ITEM_KINDS = ("required", "optional", "choice")
BRIEFING_KINDS = ("executive_update", "programme_update", "department_briefing", "technical_update")
SOURCES = ("job_security", "loss_of_control", "change_fatigue", "quality_scepticism", "other")
_LONGEST_FILE = 500_000


@dataclass(frozen=True)
class ModuleFile:
    """A training module from its file; `body` includes its quiz blocks, `fingerprint` is the hash of the whole file.

    `minutes` is its length, `pass_mark` a percentage, `after` the slug of the module to finish first.
    """

    role: str
    slug: str
    title: str
    summary: str
    minutes: int
    position: int
    kind: str
    version: int
    pass_mark: int
    after: str | None
    body: str
    questions: tuple[Question, ...]
    fingerprint: str


@dataclass(frozen=True)
class Outline:
    """An outline of a communication; `rrule` is "" if it is sent as needed, `at` is the local time of day."""

    slug: str
    title: str
    kind: str
    audience: str
    cadence: str
    rrule: str
    at: time
    write_lead_days: int
    is_required: bool
    subject: str
    body: str


@dataclass(frozen=True)
class PlaybookResponse:
    """One response that can be planned by itself: its name and its Markdown."""

    title: str
    body: str


@dataclass(frozen=True)
class Playbook:
    """How to answer a source of resistance; `body` is the whole text, `responses` the parts of “What helps”."""

    source: str
    title: str
    summary: str
    body: str
    responses: tuple[PlaybookResponse, ...]


@dataclass(frozen=True)
class Guide:
    """What somebody with a part in the change can read about it, such as a champion."""

    slug: str
    title: str
    summary: str
    body: str


def module_files(root: Path = LIBRARY) -> list[ModuleFile]:
    """Return the training modules below `root/training`, by role and position.

    Raises BadInput when a file is wrong, a slug or question id is used twice, or `after` names no module of the same
    role.
    """
    found = [parse_module(_text_of(path), path.parent.name, path.stem) for path in sorted(root.glob("training/*/*.md"))]
    _refuse_twice((module.slug for module in found), "slug")
    _refuse_twice((question.id for module in found for question in module.questions), "question id")
    by_slug = {module.slug: module for module in found}
    for module in found:
        if module.after and getattr(by_slug.get(module.after), "role", None) != module.role:
            raise BadInput(f"{module.slug}.md: “after” names {module.after}, which is no module for this role.")
    _refuse_circles(by_slug)
    return sorted(found, key=lambda module: (ROLES.index(module.role), module.position, module.slug))


def _refuse_circles(by_slug: dict[str, ModuleFile]) -> None:
    for module in by_slug.values():
        seen, here = {module.slug}, module
        while here.after:
            if here.after in seen:
                raise BadInput(f"{module.slug}.md: “after” leads back to the module itself, so nobody could begin it.")
            seen.add(here.after)
            here = by_slug[here.after]


def _refuse_twice(values: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise BadInput(f"The {what} “{value}” is used twice in the library. Change one of them.")
        seen.add(value)


def outlines(root: Path = LIBRARY) -> list[Outline]:
    """Return the outlines of communications below `root/briefings`, by title. Raises BadInput when a file is wrong."""
    found = [parse_outline(_text_of(path), path.stem) for path in sorted(root.glob("briefings/*.md"))]
    return sorted(found, key=lambda outline: outline.title)


def playbook(source: str, root: Path = LIBRARY) -> Playbook:
    """Return the playbook for a source of resistance, `job_security` for instance. Raises BadInput when there is none."""
    path = root / "playbooks" / f"{source}.md"
    if source not in SOURCES or not path.is_file():
        raise BadInput(f"The library has no playbook for “{source[:40]}”.")
    return parse_playbook(_text_of(path), source)


def playbooks(root: Path = LIBRARY) -> dict[str, Playbook]:
    """Return every playbook by its source, in the fixed order of sources. Raises BadInput when one is missing."""
    return {source: playbook(source, root) for source in SOURCES}


def guide(slug: str, root: Path = LIBRARY) -> Guide:
    """Return the guide for people with a part in the change. Raises BadInput when its file is wrong."""
    return parse_guide(_text_of(root / "guides" / f"{slug}.md"), slug)


def _text_of(path: Path) -> str:
    if path.stat().st_size > _LONGEST_FILE:
        raise BadInput(f"{path.name}: longer than {_LONGEST_FILE:,} bytes. Make several files of it.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name}: not UTF-8. Save it as UTF-8 and try again.") from error


@lru_cache(maxsize=256)
def parse_module(text: str, role: str, slug: str) -> ModuleFile:
    """Return the module in a file's text. Raises BadInput that names file and line."""
    file = f"{slug}.md"
    header = _Header(text, file)
    header.must_be("role", role, "its folder")
    header.must_be("slug", slug, "the file name")
    try:
        _, questions = quiz.split(header.body, header.body_line)
    except BadInput as error:
        raise BadInput(f"{file}: {error.sentence}") from error
    return ModuleFile(
        role=header.word("role", ROLES),
        slug=slug,
        title=header.line("title"),
        summary=header.line("summary"),
        minutes=header.number("minutes", 1, 600),
        position=header.number("position", 1, 999),
        kind=header.word("kind", ITEM_KINDS),
        version=header.number("version", 1, 9_999),
        pass_mark=header.number("pass_mark", 1, 100),
        after=header.line("after", optional=True) or None,
        body=unwrapped(header.body),
        questions=questions,
        fingerprint=sha256(text.encode()).hexdigest(),
    )


@lru_cache(maxsize=64)
def parse_outline(text: str, slug: str) -> Outline:
    """Return the outline in a file's text. Raises BadInput that names file and line."""
    header = _Header(text, f"{slug}.md")
    try:
        at = time.fromisoformat(header.line("at"))
    except ValueError as error:
        raise BadInput(f'{slug}.md: write “at” as HH:MM in double quotes, for instance "09:00".') from error
    return Outline(
        slug=slug,
        title=header.line("title"),
        kind=header.word("kind", BRIEFING_KINDS),
        audience=header.line("audience"),
        cadence=header.line("cadence"),
        rrule=header.line("rrule", optional=True),
        at=at,
        write_lead_days=header.number("write_lead_days", 0, 60),
        is_required=header.word("required", ("true", "false")) == "true",
        subject=header.line("subject"),
        body=header.body,
    )


@lru_cache(maxsize=64)
def parse_playbook(text: str, source: str) -> Playbook:
    """Return the playbook in a file's text. Raises BadInput that names the file, also if “What helps” is empty."""
    header = _Header(text, f"{source}.md")
    header.must_be("source", source, "the file name")
    body = unwrapped(header.body)
    responses = tuple(_responses(body))
    if not responses:
        raise BadInput(f"{source}.md: the section “What helps” needs at least one heading with ###.")
    return Playbook(source, header.line("title"), header.line("summary"), body, responses)


@lru_cache(maxsize=64)
def parse_guide(text: str, slug: str) -> Guide:
    """Return the guide in a file's text. Raises BadInput that names the file."""
    header = _Header(text, f"{slug}.md")
    header.must_be("slug", slug, "the file name")
    return Guide(slug, header.line("title"), header.line("summary"), unwrapped(header.body))


def _responses(body: str) -> Iterable[PlaybookResponse]:
    title, lines, is_inside = "", list[str](), False
    for line in [*body.splitlines(), "## end"]:
        if not line.startswith(("## ", "### ")):
            lines.append(line)
            continue
        if title:
            yield PlaybookResponse(title, "\n".join(lines).strip())
        if line.startswith("## "):
            is_inside, title = line[3:].strip() == "What helps", ""
        else:
            title = line[4:].strip() if is_inside else ""
        lines = []


class _Header:
    """The header lines of a file between two lines of `---`, and the body after them."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        lines = text.splitlines()
        if not lines or lines[0].strip() != "---":
            raise BadInput(f"{file}: the first line has to be ---, then header lines, then --- again.")
        ends = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
        if ends is None:
            raise BadInput(f"{file}: the header lines are never closed. End them with a line of ---.")
        try:
            fields = quiz.parsed("\n".join(lines[1:ends]), 2)
        except BadInput as error:
            raise BadInput(f"{file}: {error.sentence}") from error
        if not isinstance(fields, dict):
            raise BadInput(f"{file}: write the header as keys and values, one a line.")
        self.fields = fields
        self.body_line = ends + 2
        self.body = "\n".join(lines[ends + 1 :]).strip("\n") + "\n"
        self.body_line += next((n for n, line in enumerate(lines[ends + 1 :]) if line), 0)

    def line(self, key: str, *, optional: bool = False) -> str:
        """Return a line of text. Raises BadInput if it is missing."""
        value = self.fields.get(key, "")
        if not isinstance(value, str) or not (optional or value.strip()) or len(value) > 500:
            raise BadInput(f"{self.file}: the header needs “{key}” in one line.")
        return " ".join(value.split())

    def number(self, key: str, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`. Raises BadInput for anything else."""
        value = self.line(key)
        if not (value.isascii() and value.isdigit() and len(value) < 9) or not least <= int(value) <= most:
            raise BadInput(f"{self.file}: “{key}” has to be a whole number from {least} to {most}.")
        return int(value)

    def word(self, key: str, known: tuple[str, ...]) -> str:
        """Return one of the known words. Raises BadInput for any other."""
        value = self.line(key)
        if value not in known:
            raise BadInput(f"{self.file}: “{key}” has to be one of {', '.join(known)}.")
        return value

    def must_be(self, key: str, wanted: str, what: str) -> None:
        """Raise BadInput unless the header has the value `wanted`."""
        if self.line(key) != wanted:
            raise BadInput(f"{self.file}: “{key}” says {self.line(key)}, {what} says {wanted}. Make them the same.")
