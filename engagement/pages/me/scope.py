"""The reader's own scope statements: what a workflow changes for them, read again, answered and confirmed."""

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse

from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.me import blueprint
from engagement.pages.me.words import Part, part_of
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.saving import REFUSED, Drawn, Saved
from engagement.people.models import Person
from engagement.training.scope_answers.actions import answer_statement
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.training.scope_answers.queries import last_answer, own_statement
from engagement.waves.models import Wave


def _own(statement_id: int) -> tuple[Person, Part, Wave]:
    """Return the reader and a statement of theirs with its wave; raises NotFound for any other."""
    person = guard.found(guard.person_or_none())
    own, wave = guard.found(own_statement(person.id, statement_id))
    return person, part_of(own), wave


@blueprint.get("/me/changes/<int:statement_id>")
def change(statement_id: int) -> str:
    """Show what a workflow changes for the reader, with its question while they have not confirmed it."""
    person, part, wave = _own(statement_id)
    last = last_answer(person.id, statement_id) if part.own.is_open else None
    return _page(part, wave, last)


def _page(part: Part, wave: Wave, last: ScopeAnswer | None, problem: str = "") -> str:
    return render_template(
        "me/change.html",
        part=part,
        statement=part.own.statement,
        workflow=part.own.statement.workflow,
        wave=wave,
        last=last,
        problem=problem,
    )


@blueprint.post("/me/changes/<int:statement_id>")
def confirm_change(statement_id: int) -> BaseResponse | Drawn:
    """Keep the reader's answer; the right one confirms the statement."""
    person, part, wave = _own(statement_id)
    statement, number = part.own.statement, row_id(request.form.get("answer", ""))
    try:
        is_right = answer_statement(person, statement, number, by=guard.reader().actor)
        db.session.commit()
    except BadInput as error:
        db.session.rollback()
        return _page(part, wave, None, error.problems["answer"]), REFUSED
    if not is_right:
        return Saved.to("me.change", statement_id=statement_id)
    return Saved.to(
        "me.index",
        f"You have confirmed what {statement.workflow.name} changes for you.",
        "You are asked again if it changes.",
    )
