"""Pages of an employee, and of a manager of people: what changes, own training, messages, team, time zone."""

from zoneinfo import available_timezones

from flask import Blueprint, Response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from engagement.accounts import access, training_access
from engagement.accounts import actions as accounts
from engagement.accounts.reader import Reader
from engagement.communications.languages import language_words
from engagement.days.working_hours import working_time
from engagement.content.markdown import to_html
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages import guard, my_change, my_messages, own_leftovers
from engagement.pages.formats import today, zone_words
from engagement.pages.forms import Form
from engagement.pages.learning_rows import learning_row
from engagement.pages.my_messages import messages_to, messages_to_confirm
from engagement.pages.shell import notify
from engagement.people.models import Person
from engagement.training import actions, queries
from engagement.training.queries import LearningItem
from engagement.training.rules import DAYS_TO_DECIDE, RECOGNISE_WRONG

blueprint = Blueprint("me", __name__)
blueprint.after_request(guard.seen_by_nobody_else)
my_messages.add_to(blueprint)
own_leftovers.add_to(blueprint)
MESSAGES_SHOWN = 3


def _nobody() -> str:
    return render_template("me/nobody.html")


@blueprint.get("/me")
def index() -> str:
    """Show what changes for the reader: next step, scope of the workflows, dates, training, messages."""
    person = guard.person_or_none()
    if person is None:
        return _nobody()
    items = queries.learning_of(person.id, today())
    messages = messages_to(person.id, MESSAGES_SHOWN)
    reader = guard.reader()
    return render_template(
        "me/index.html",
        change=my_change.change_of(person, items, [(m.delivery.sent_at, m.subject) for m in messages]),
        posts=my_change.champion_posts_of(person),
        next=queries.next_of(items),
        rows=[learning_row(item) for item in items],
        done=sum(item.completed for item in items),
        minutes_left=queries.minutes_left(items),
        messages=messages,
        to_confirm=messages_to_confirm(person.id),
        undecided=len(queries.leftovers_of(person.id, queries.LeftoverState.OPEN)),
        to_decide=_to_decide_for_others(reader),
        days_to_decide=DAYS_TO_DECIDE,
    )


def _to_decide_for_others(reader: Reader) -> int:
    """Return how much old training of others waits for a reader whom no page for planning tells; 0 for everybody else."""
    if access.may_plan_something(reader) or not training_access.may_decide_old_training(reader):
        return 0
    return queries.open_leftovers(training_access.old_training_decided(reader))


@blueprint.get("/me/training")
def training() -> str:
    """List the reader's own training."""
    person = guard.person_or_none()
    if person is None:
        return _nobody()
    items = queries.learning_of(person.id, today())
    return render_template(
        "me/training.html",
        rows=[learning_row(item) for item in items],
        old=own_leftovers.own_leftovers(person.id),
        days_to_decide=DAYS_TO_DECIDE,
        earlier=queries.finished_earlier(person.id, [item.module.id for item in items]),
        next=queries.next_of(items),
        done=sum(item.completed for item in items),
        minutes_left=queries.minutes_left(items),
    )


def _own_item(module_id: int) -> tuple[Person, LearningItem]:
    """Return the reader and a module of theirs; raises NotFound for one that is not part of their training."""
    person = guard.found(guard.person_or_none())
    return person, guard.found(queries.learning_item(person.id, module_id, today()))


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
    return render_template(
        "me/module.html",
        row=learning_row(item),
        html=Markup(to_html(item.module.text)),  # noqa: S704  cleaned by content.markdown
        sheet=queries.quiz_sheet(person.id, item.module, seed),
        chosen=chosen or {},
        problems=problems or {},
        recognise_wrong=RECOGNISE_WRONG,
    )


@blueprint.post("/me/training/<int:module_id>")
def answers(module_id: int) -> BaseResponse | tuple[str, int]:
    """Judge the reader's answers and lead to what came of them."""
    person, item = _own_item(module_id)
    chosen = {question.id: request.form.getlist(f"q-{question.id}") for question in item.module.questions}
    seed = request.form.get("seed", "")[:80]
    try:
        outcome = actions.answer_quiz(person, item.module, chosen, seed, by=guard.reader().actor)
        db.session.commit()
    except BadInput as error:
        db.session.rollback()
        return _module_page(person, item, seed, chosen, error.problems), 422
    return redirect(url_for("me.attempt", module_id=module_id, attempt_id=outcome.attempt_id), 303)


@blueprint.get("/me/training/<int:module_id>/attempts/<int:attempt_id>")
def attempt(module_id: int, attempt_id: int) -> str:
    """Show what came of one of the reader's tries; right answers that were missed are shown once it is passed."""
    person, item = _own_item(module_id)
    row = guard.found(queries.attempt_of(person.id, module_id, attempt_id))
    upcoming = queries.next_of(queries.learning_of(person.id, today()))
    return render_template(
        "me/attempt.html",
        item=item,
        outcome=queries.outcome_of(row, item.module),
        recognise_wrong=RECOGNISE_WRONG,
        next=upcoming if upcoming and upcoming.module.id != module_id else None,
    )


@blueprint.post("/me/training/<int:module_id>/completion")
def completion(module_id: int) -> BaseResponse:
    """Record on the reader's own word that a module without questions is done."""
    person, item = _own_item(module_id)
    actions.report_done(person, item.module, by=guard.reader().actor)
    db.session.commit()
    notify(f"“{item.module.title}” is done", "It is recorded as your own word, with today’s date.")
    return redirect(url_for("me.training"), 303)


@blueprint.get("/me/team")
def team() -> str:
    """Show the training of those who report to the reader: open, overdue, minutes left."""
    reader = guard.reader()
    guard.allow(training_access.may_see_training_of_team(reader))
    members = queries.team_training(reader.person_id or 0, today())
    return render_template(
        "me/team.html",
        members=[
            (
                member,
                [learning_row(item) for item in member.open_items],
                list(map(learning_row, member.recognised_items)),
            )
            for member in members
        ],
        late=sum(bool(member.overdue_items) for member in members),
        finished=sum(bool(member.items) and not member.open_items for member in members),
    )


class TimezoneForm(Form):
    """The zone in which the reader sees times; empty for that of the person or the organisation."""

    timezone = SelectField("Your time zone", description="Times on every page are shown in it.")


def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))


@blueprint.route("/me/timezone", methods=["GET", "POST"])
def timezone() -> str | tuple[str, int] | Response | BaseResponse:
    """Let the reader choose the zone in which they see times."""
    account = guard.account()
    form = TimezoneForm(timezone=account.timezone or "")
    form.timezone.choices = [
        SelectChoice("", "As the organisation has it"),
        SelectChoice("UTC", "UTC"),
        *(SelectChoice(zone, zone.replace("_", " ")) for zone in _zones()),
    ]
    if form.validate_on_submit():
        accounts.choose_timezone(account, form.timezone.data or None)
        db.session.commit()
        chosen = (form.timezone.data or "").replace("_", " ")
        notify("Times are shown in your zone now" if chosen else "Times are shown as the organisation has them", chosen)
        return redirect(guard.safe_path(request.args.get("next"), url_for("me.timezone")), 303)
    page = render_template("me/timezone.html", form=form, reached=_how_reached())
    return page, 422 if form.is_submitted() else 200


def _how_reached() -> str:
    """Say when messages reach the reader, by what the directory knows of them; "" for who is not in it."""
    person = guard.person_or_none()
    if person is None:
        return ""
    organisation = guard.organisation()
    works = working_time(person.timezone, person.works_from, person.works_until, person.country, organisation)
    language = language_words(person.language or organisation.language)
    return (
        f"Messages reach you between {works.works_from} and {works.works_until}, {zone_words(works.timezone)}, on working "
        f"days, and in {language} where a text is written in it."
    )
