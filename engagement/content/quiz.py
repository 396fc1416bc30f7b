"""Quiz blocks in a module's Markdown: removed before rendering, parsed, shuffled, and judged.

A block is fenced with ```` ```quiz ```` and holds YAML; `content/README.md` describes its keys for authors.
"""

import hashlib
import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from engagement.errors import BadInput

_OPENS = re.compile(r"^\s*+(?P<fence>`{3,}+|~{3,}+)\s*+quiz\s*+$", re.IGNORECASE)
# A run of marks is matched once as a whole, never again from each of its characters.
_ANYWHERE = re.compile(r"(?:(?<!`)`{3,}+|(?<!~)~{3,}+)\s*+quiz\b", re.IGNORECASE)
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,79}$")
_KEYS = {"id", "question", "tags", "several", "choices"}
_CHOICE_KEYS = {"text", "right", "why"}
_LONGEST_BLOCK = 20_000
#: The most opening brackets in a block; each makes the YAML parser keep everything before it.
_MOST_BRACKETS = 500


@dataclass(frozen=True)
class Choice:
    """One answer to choose. Forms and attempts use `key`, which follows from the text, so the order may change."""

    key: str
    text: str
    is_right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A question with its choices in the author's order; with `several`, two or more of them are right."""

    id: str
    text: str
    choices: tuple[Choice, ...]
    several: bool = False
    tags: frozenset[str] = frozenset()

    @property
    def right_keys(self) -> frozenset[str]:
        """The keys that have to be chosen, all of them and no others."""
        return frozenset(choice.key for choice in self.choices if choice.is_right)

    def is_answered_by(self, keys: Collection[str]) -> bool:
        """Return whether exactly the right choices were made."""
        return frozenset(keys) == self.right_keys


def shuffled(questions: Sequence[Question], seed: str) -> tuple[Question, ...]:
    """Return the questions and their choices in the order of `seed`; the same seed gives the same order."""
    order = random.Random(seed)  # noqa: S311  an order that need not be secret, only repeatable
    mixed = [
        Question(q.id, q.text, tuple(order.sample(q.choices, len(q.choices))), q.several, q.tags) for q in questions
    ]
    order.shuffle(mixed)
    return tuple(mixed)


@lru_cache(maxsize=512)
def split(body: str, first_line: int = 1) -> tuple[str, tuple[Question, ...]]:
    """Return a body without its quiz blocks, and the questions of these blocks in order.

    `first_line` is the file line on which the body begins, for the sentences. Raises BadInput with one sentence that
    names the line, for a block that is invalid or whose answers might otherwise be rendered as text.
    """
    pieces = _pieces(body, first_line)
    kept = [line for lines, question in pieces if question is None for line in lines]
    return _without_last_heading(kept), tuple(question for _, question in pieces if question is not None)


def with_question(body: str, question: Question, instead_of: str = "") -> str:
    """Return a body with a question as its last block, or replacing the one with the id `instead_of`.

    Raises BadInput for a body that `split` refuses.
    """
    pieces = _pieces(body)
    block = [*written(question).splitlines()]
    at = [number for number, (_, there) in enumerate(pieces) if there is not None and there.id == instead_of]
    for number in at:
        pieces[number] = (block, question)
    if not at:
        has_questions = any(there is not None for _, there in pieces)
        pieces.append(([""] if has_questions else ["", "## Check yourself", ""], None))
        pieces.append((block, question))
    return _joined(pieces)


def without_question(body: str, question_id: str) -> str:
    """Return a body without the question with this id. Raises BadInput for a body that `split` refuses."""
    return _joined([piece for piece in _pieces(body) if piece[1] is None or piece[1].id != question_id])


def written(question: Question) -> str:
    """Return the block that `split` reads as this question."""
    fields: dict[str, object] = {"id": question.id, "question": question.text}
    if question.tags:
        fields["tags"] = sorted(question.tags)
    if question.several:
        fields["several"] = True
    fields["choices"] = [
        {"text": choice.text, **({"right": True} if choice.is_right else {}), "why": choice.why}
        for choice in question.choices
    ]
    text = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=_LONGEST_BLOCK)
    return f"```quiz\n{text}```"


def choice_key(question_id: str, text: str) -> str:
    """Return the key by which forms and attempts name a choice."""
    return hashlib.sha256(f"{question_id}\n{text}".encode()).hexdigest()[:12]


def _joined(pieces: Sequence[tuple[list[str], Question | None]]) -> str:
    return "\n".join(line for lines, _ in pieces for line in lines).strip("\n") + "\n"


def _pieces(body: str, first_line: int = 1) -> list[tuple[list[str], Question | None]]:
    """Return the lines of a body in runs of text and blocks; a block has its fences and question."""
    found: list[tuple[list[str], Question | None]] = [([], None)]
    block: list[str] | None = None
    fence, opened_at = "", 0
    for number, line in enumerate(body.splitlines(), first_line):
        opening = _OPENS.match(line) if block is None else None
        if opening:
            block, fence, opened_at = [line], opening["fence"], number
        elif block is None:
            if _ANYWHERE.search(line):
                raise BadInput(
                    f"Line {number}: a quiz block begins on a line of its own, with ```quiz and nothing else."
                )
            found[-1][0].append(line)
        elif _closes(line, fence):
            question = _question("\n".join(block[1:]), opened_at + 1)
            if any(earlier is not None and question.id == earlier.id for _, earlier in found):
                raise BadInput(f"Line {opened_at + 1}: the id “{question.id}” is taken by an earlier question.")
            found += [([*block, line], question), ([], None)]
            block = None
        else:
            block.append(line)
    if block is not None:
        raise BadInput(f"Line {opened_at}: this quiz block is never closed. End it with a line of {fence}.")
    return found


def split_stored(body: str) -> tuple[str, tuple[Question, ...]]:
    """Return the result of `split`; for an invalid body, the text before the first block and a sentence about it.

    So its page and form still open, and no answers are shown.
    """
    try:
        return split(body)
    except BadInput as error:
        begins = _ANYWHERE.search(body)
        return f"{body[: begins.start() if begins else None]}\n\nThe questions can’t be shown. {error.sentence}\n", ()


def _without_last_heading(lines: list[str]) -> str:
    """Return the text without a heading at its end, which had only quiz blocks below it."""
    while lines and (not lines[-1].strip() or lines[-1].startswith("#")):
        lines.pop()
    return "\n".join(lines).strip("\n") + "\n"


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and set(bare) == {fence[0]}


def _question(text: str, line: int) -> Question:
    """Return the question in a block; `line` is the line where the block's text begins."""
    fields = _mapping(parsed(text, line), line, "A quiz block")
    _refuse_unknown(fields, _KEYS, line)
    name = _text(fields, "id", line)
    if not _ID.match(name):
        raise BadInput(f"Line {line}: the id “{name[:80]}” may hold small letters, digits and hyphens only.")
    listed = fields.get("choices")
    if not isinstance(listed, list) or not 2 <= len(listed) <= 8:
        raise BadInput(f"Line {line}: question “{name}” needs between two and eight choices.")
    choices = tuple(_choice(entry, name, line) for entry in listed)
    if len({choice.key for choice in choices}) < len(choices):
        raise BadInput(f"Line {line}: question “{name}” has the same choice twice.")
    several = _truth(fields.get("several", "false"), "several", line)
    _check_right_ones(choices, several, name, line)
    tags = fields.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise BadInput(f"Line {line}: write the tags of “{name}” in square brackets, as in [recognise_wrong].")
    return Question(name, _text(fields, "question", line), choices, several, frozenset(tags))


def _check_right_ones(choices: Sequence[Choice], several: bool, name: str, line: int) -> None:
    right = sum(choice.is_right for choice in choices)
    if several and right < 2:
        raise BadInput(f"Line {line}: question “{name}” says several: true, so at least two choices have to be right.")
    if not several and right != 1:
        raise BadInput(f"Line {line}: exactly one choice of “{name}” has to be right; {right} are.")


def _choice(entry: object, name: str, line: int) -> Choice:
    fields = _mapping(entry, line, f"A choice of “{name}”")
    _refuse_unknown(fields, _CHOICE_KEYS, line)
    text = _text(fields, "text", line)
    return Choice(
        choice_key(name, text), text, _truth(fields.get("right", "false"), "right", line), _text(fields, "why", line)
    )


def parsed(text: str, line: int) -> object:
    """Return the YAML value with every scalar as text. Raises BadInput with the line for bad YAML.

    Scalars stay text, so that an answer `No` is not read as false, nor 14:00 as a number of minutes.
    """
    if len(text) > _LONGEST_BLOCK:
        raise BadInput(f"Line {line}: this block is longer than {_LONGEST_BLOCK:,} characters. Shorten it.")
    if text.count("[") + text.count("{") > _MOST_BRACKETS:
        raise BadInput(f"Line {line}: this block has more than {_MOST_BRACKETS} opening brackets. Take some out.")
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  the loader that makes nothing but text, lists, maps
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = line + (mark.line if mark else 0)
        raise BadInput(
            f"Line {where}: this can’t be read ({error.problem}). Text with a colon or # in it goes in double quotes."
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise BadInput(f"Line {line}: this block can’t be read as YAML.") from error


def _mapping(value: object, line: int, what: str) -> dict[str, object]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BadInput(f"Line {line}: {what} is written as keys and values, one a line.")
    return value


def _refuse_unknown(fields: dict[str, object], known: set[str], line: int) -> None:
    unknown = sorted(fields.keys() - known)
    if unknown:
        raise BadInput(f"Line {line}: “{unknown[0][:40]}” is not a key here. Known are {', '.join(sorted(known))}.")


def _text(fields: dict[str, object], key: str, line: int) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"Line {line}: “{key}” is missing in this quiz block.")
    return " ".join(value.split())


def _truth(value: object, key: str, line: int) -> bool:
    if value not in ("true", "false"):
        raise BadInput(f"Line {line}: “{key}” is either true or false.")
    return value == "true"
