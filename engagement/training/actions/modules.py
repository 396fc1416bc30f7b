"""Writes and edits modules, and checks what may be saved as one."""

from itertools import count

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.content import markdown, quiz
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.training.models import Module
from engagement.training.rules import short_name
from engagement.verbs import Verb

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_BODY = 200, 500, 50_000


def write_module(title: str, summary: str, body: str, *, minutes: int, pass_mark: int, by: Actor) -> Module:
    """Add a module written here; nobody has to learn it until a curriculum includes it.

    Its slug is made from the title. Raises BadInput as `check_module` does.
    """
    check_module(title, body, minutes, pass_mark)
    title = clean(title)
    module = Module(
        slug=_free_slug(title),
        title=title,
        summary=" ".join(summary.split()),
        body=_plain(body),
        minutes=minutes,
        pass_mark=pass_mark,
        version=1,
        changed_at=clock.now(),
        edited_at=clock.now(),
        edited_by=by.name,
    )
    db.session.add(module)
    audit.record(Verb.WROTE_MODULE, module, by=by, version=(None, 1))
    return module


def _free_slug(title: str) -> str:
    """Return an unused slug for a title; it is part of the module's address."""
    slug = short_name(title) or "course"
    taken = set(db.session.scalars(select(Module.slug).where(Module.slug.startswith(slug, autoescape=True))))
    numbered = (slug if number == 1 else f"{slug}-{number}" for number in count(1))
    # “new” is the address of the page for a new module.
    return next(free for free in numbered if free not in taken and free != "new")


def _plain(body: str) -> str:
    return body.replace("\r\n", "\n").strip() + "\n"


def edit_module(
    module: Module,
    *,
    from_version: int,
    title: str,
    summary: str,
    body: str,
    minutes: int,
    pass_mark: int,
    by: Actor,
) -> None:
    """Save a module as its next version; people who finished an older one stay finished.

    `from_version` is the version that the writer began from. Raises RuleBroken when somebody saved another one since;
    BadInput for a missing title, a length outside 1 to 600 minutes, a pass mark outside 1 to 100 percent, or an invalid
    quiz block.
    """
    if module.version != from_version:
        raise RuleBroken(
            f"“{module.title}” was changed by somebody else while you were writing. Copy your text, open it again and add it there."
        )
    new = {
        "title": clean(title),
        "summary": clean(summary),
        "body": _plain(body),
        "minutes": minutes,
        "pass_mark": pass_mark,
    }
    check_module(str(new["title"]), str(new["body"]), minutes, pass_mark)
    changes = audit.changes_between(module, new)
    if not changes:
        return
    for field, value in new.items():
        setattr(module, field, value)
    module.version += 1
    module.changed_at = module.edited_at = clock.now()
    module.edited_by = by.name
    if "body" in changes:
        changes["body"] = ("earlier text", "new text")
    changes["version"] = (from_version, module.version)
    audit.record(Verb.EDITED_MODULE, module, by=by, **changes)


def check_module(title: str, body: str, minutes: int, pass_mark: int) -> None:
    """Raise BadInput, with a sentence for each field, for a module that can't be saved."""
    problems = {}
    if not title.strip() or len(title) > LONGEST_TITLE:
        problems["title"] = f"Write a title, at most {LONGEST_TITLE} characters."
    if not 1 <= minutes <= 600:
        problems["minutes"] = "Choose between 1 and 600 minutes."
    if not 1 <= pass_mark <= 100:
        problems["pass_mark"] = "Choose between 1 and 100 percent."  # noqa: S105
    if not body.strip() or len(body) > LONGEST_BODY:
        problems["body"] = f"Write the text, at most {LONGEST_BODY:,} characters."
    else:
        try:
            markdown.check(quiz.split(body)[0])
        except BadInput as error:
            problems["body"] = error.sentence
    if problems:
        raise BadInput("The course can’t be saved like this.", problems)
