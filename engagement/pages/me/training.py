"""The reader’s own training: the list, a module with its questions, and the result of a try."""

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from engagement.content.markdown import to_html
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.me import blueprint
from engagement.pages.me.learning_rows import learning_row
from engagement.pages.me.leftovers import own_leftovers
from engagement.pages.me.messages import messages_to_confirm
from engagement.pages.parts.saving import done
from engagement.people.models import Person
from engagement.training.actions.completing import answer_quiz, report_done
from engagement.training.queries import learning, quizzes
from engagement.training.queries.due_days import own_due_days
from engagement.training.queries.history import finished_earlier
from engagement.training.queries.learning import LearningItem
from engagement.training.rules import DAYS_TO_DECIDE, RECOGNISE_WRONG

blueprint.after_request(guard.seen_by_nobody_else)


def _nobody() -> str:
    return render_template("me/nobody.html")


@blueprint.get("/me/training")
def training() -> str:
    """List the reader's own training."""
    person = guard.person_or_none()
    if person is None:
        return _nobody()
    items = learning.learning_of(person.id, today())
    return render_template(
        "me/training.html",
        rows=[learning_row(item) for item in items],
        old=own_leftovers(person.id),
        days_to_decide=DAYS_TO_DECIDE,
        earlier=finished_earlier(person.id, [item.module.id for item in items]),
        next=learning.next_of(items),
        rest=learning.rest_of(items),
        count=learning.own_count(items),
        to_confirm=messages_to_confirm(person.id),
        minutes_left=learning.minutes_left(items),
    )


def _own_item(module_id: int) -> tuple[Person, LearningItem]:
    """Return the reader and a module of their training; raises NotFound for any other module."""
    person = guard.found(guard.person_or_none())
    return person, guard.found(learning.learning_item(person.id, module_id, today()))


@blueprint.get("/me/training/<int:module_id>")
def module(module_id: int) -> str:
    """Show a module to read, with its questions at the end."""
    person, item = _own_item(module_id)
    return _module_page(person, item)


def _module_page(
    person: Person,
    item: LearningItem,
    seed: str | None = None,
    chosen: dict[str, list[str]] | None = None,
    problems: dict[str, str] | None = None,
) -> str:
    own_days = own_due_days(item.assignment.id) if item.assignment and item.has_own_day else []
    return render_template(
        "me/module.html",
        row=learning_row(item),
        html=Markup(to_html(item.module.text)),  # noqa: S704  cleaned by content.markdown
        sheet=quizzes.quiz_sheet(person.id, item.module, seed),
        chosen=chosen or {},
        problems=problems or {},
        recognise_wrong=RECOGNISE_WRONG,
        own_day=own_days[0] if own_days and item.is_needed else None,
    )


@blueprint.post("/me/training/<int:module_id>")
def answers(module_id: int) -> BaseResponse | tuple[str, int]:
    """Judge the reader's answers and lead to the result."""
    person, item = _own_item(module_id)
    chosen = {question.id: request.form.getlist(f"q-{question.id}") for question in item.module.questions}
    seed = request.form.get("seed", "")[:80]
    try:
        outcome = answer_quiz(person, item.module, chosen, seed, by=guard.reader().actor)
        db.session.commit()
    except BadInput as error:
        db.session.rollback()
        return _module_page(person, item, seed, chosen, error.problems), 422
    return redirect(url_for("me.attempt", module_id=module_id, attempt_id=outcome.attempt_id), 303)


@blueprint.get("/me/training/<int:module_id>/attempts/<int:attempt_id>")
def attempt(module_id: int, attempt_id: int) -> str:
    """Show the result of a try; the right answers are shown once the reader has passed."""
    person, item = _own_item(module_id)
    row = guard.found(quizzes.attempt_of(person.id, module_id, attempt_id))
    upcoming = learning.next_of(learning.learning_of(person.id, today()))
    return render_template(
        "me/attempt.html",
        item=item,
        outcome=quizzes.outcome_of(row, item.module),
        recognise_wrong=RECOGNISE_WRONG,
        next=upcoming if upcoming and upcoming.module.id != module_id else None,
    )


@blueprint.post("/me/training/<int:module_id>/completion")
def completion(module_id: int) -> BaseResponse:
    """Record on the reader's own word that a module without questions is done."""
    person, item = _own_item(module_id)
    report_done(person, item.module, by=guard.reader().actor)
    return done("me.training", f"“{item.module.title}” is done", "It is recorded as your own word, with today’s date.")
