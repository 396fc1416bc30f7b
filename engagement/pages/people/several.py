"""One training role for several people of the list at once: a preview, then one button."""

from hashlib import blake2b
from typing import Any

from flask import request, url_for
from sqlalchemy import Select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.parts.counting import count_who_moved
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.forms import Form
from engagement.pages.parts.saving import Drawn, drawn, saving
from engagement.pages.people import blueprint
from engagement.pages.people.people import Filters, filters_of, listed
from engagement.people import queries
from engagement.people.models import Person
from engagement.people.roles.actions import give_role, take_role_back
from engagement.people.roles.queries import having_role_by_hand, lacking_role, role_spread
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.queries.curricula import curriculum
from engagement.training.queries.foreseen import learners_of_role, training_to_come
from engagement.waves.scopes import people_within
from engagement.words import plural

GIVE, TAKE = "give", "take"
MOST_TICKED, MOST_NAMED = 500, 20
CHANGED = "The list has changed since you looked, so nothing was done. This is what would happen now: look it over, then press again."


class SeveralForm(Form):
    """A form without questions: people and role come from the address of the preview and are sent along."""


class _Asked:
    """Whom and what the address or the form asks for; who has left, or can’t be seen, is left out."""

    def __init__(self, asked: MultiDict[str, str]) -> None:
        self.filters: Filters = filters_of(asked)[0]
        self.everybody = asked.get("everybody") == "yes"
        self.ticked = [id_ for text in asked.getlist("person")[:MOST_TICKED] if (id_ := row_id(text)) is not None]
        wanted = asked.get("training_role", "")
        self.role = next((role for role in TrainingRole if role.value == wanted), None)
        self.takes = asked.get("what") == TAKE

    @property
    def people(self) -> Select[Person]:
        """Everybody whom the list found, or only those who are ticked."""
        reader = guard.reader()
        if self.everybody:
            return listed(reader, self.filters).where(queries.active())
        return queries.people_listed(people_within(rights.reading(reader))).where(Person.id.in_(self.ticked))

    def touched(self, role: TrainingRole) -> Select[Person]:
        """The people for whom something changes."""
        return having_role_by_hand(self.people, role) if self.takes else lacking_role(self.people, role)

    @property
    def problem(self) -> str:
        """What is missing for a preview, or ""."""
        if not self.everybody and not self.ticked:
            return "Nobody is chosen. Go back to the list and tick people, or all whom it found."
        return "" if self.role else "Go back to the list and choose the training role."

    def fields(self) -> list[tuple[str, Any]]:
        """What the button sends, so that exactly what was shown is done."""
        whom = [("everybody", "yes")] if self.everybody else [("person", id_) for id_ in self.ticked]
        what = [("training_role", self.role.value if self.role else ""), ("what", TAKE if self.takes else GIVE)]
        return [*self.filters.arguments.items(), *whom, *what]


@blueprint.route("/people/several-roles", methods=["GET", "POST"])
def several_roles() -> Drawn | BaseResponse:
    """Show what one training role for several people would do, and do it."""
    guard.allow_all(rights.keeping_people(guard.reader()))
    form = SeveralForm()
    asked = _Asked(request.form if request.method == "POST" else request.args)
    role = asked.role
    if asked.problem or role is None:
        form.form_errors.append(asked.problem)
        return drawn("people/several_roles.html", form, role=None, back=_back(asked))
    if form.validate_on_submit():
        if request.form.get("seen") != _mark(asked, role):
            form.form_errors.append(CHANGED)
            return _preview(form, asked, role)
        with saving(form) as saved:
            change = take_role_back if asked.takes else give_role
            number = change(asked.people, role, by=guard.reader().actor)
            left = settle_assignments(clock.now()).asked
        if saved:
            count_who_moved()
            done = f"{role.word} is {'taken from' if asked.takes else 'given to'} {plural(number, 'person', 'people')}."
            more = "What they had not finished of it waits for a decision." if left else ""
            return saved.to("people.index", done, more, **asked.filters.arguments)
    return _preview(form, asked, role)


def _preview(form: SeveralForm, asked: _Asked, role: TrainingRole) -> Drawn:
    touched = asked.touched(role)
    named = list(db.session.scalars(touched.limit(MOST_NAMED)))
    spread, mark = role_spread(asked.people, role), _mark(asked, role)
    number = spread.by_hand if asked.takes else spread.lacking
    return drawn(
        "people/several_roles.html",
        form,
        role=role,
        takes=asked.takes,
        spread=spread,
        number=number,
        named=named,
        more=number - len(named),
        waves=[] if asked.takes else training_to_come(touched),
        curriculum=curriculum(role),
        learners=learners_of_role(touched, role) if asked.takes else 0,
        fields=[*asked.fields(), ("seen", mark)],
        back=_back(asked),
    )


def _mark(asked: _Asked, role: TrainingRole) -> str:
    """Return a text that differs as soon as other people would be changed than the preview showed."""
    ids = db.session.scalars(asked.touched(role).with_only_columns(Person.id).order_by(Person.id))
    return blake2b(repr(list(ids)).encode(), digest_size=12).hexdigest()


def _back(asked: _Asked) -> str:
    return url_for("people.index", **asked.filters.arguments)
