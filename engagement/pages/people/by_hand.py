"""Adding one person by hand, correcting one, and giving a value back to the HR file."""

from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engagement.accounts.addresses.actions import correct_person
from engagement.accounts.scopes import rights
from engagement.intake.actions.runs import settle_after_import
from engagement.pages.frame import guard
from engagement.pages.parts.fields import PersonField, chosen_departments, department_choices
from engagement.pages.parts.forms import EditForm, stripped
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.people import blueprint
from engagement.people.by_hand.actions import add_by_hand, give_back
from engagement.people.by_hand.rules import HandField
from engagement.people.models import Person
from engagement.waves.queries import person_for


class PersonForm(EditForm):
    """What can be said of a person by hand."""

    first_name = StringField("First name", filters=[stripped], validators=[Length(max=200)])
    last_name = StringField("Last name", filters=[stripped], validators=[Length(max=200)])
    name = StringField(
        "Name as colleagues know it",
        description="Empty: first and last name.",
        filters=[stripped],
        validators=[Length(max=400)],
    )
    email = StringField(
        "Work address", filters=[stripped], validators=[InputRequired("Write the work address."), Length(max=254)]
    )
    job_title = StringField("Job title", filters=[stripped], validators=[Length(max=200)])
    department_id = SelectField("Department", validate_choice=False)
    manager = PersonField("Manager", description="A name, work address or employee number. Empty: nobody.")

    def values(self) -> dict[str, Any]:
        """The columns of `Person` as they were typed."""
        place = chosen_departments([str(self.department_id.data or "")])
        return {
            "first_name": self.first_name.data,
            "last_name": self.last_name.data,
            "name": self.name.data or f"{self.first_name.data} {self.last_name.data}".strip(),
            "email": self.email.data,
            "job_title": self.job_title.data,
            "department_id": place[0].id if place else None,
            "manager_id": self.manager.person.id if self.manager.person else None,
        }


class NewPersonForm(PersonForm):
    """Somebody new, with the number by which files know them."""

    employee_id = StringField("Employee number", filters=[stripped], validators=[Length(max=100)])


@blueprint.route("/people/new", methods=["GET", "POST"])
def new() -> Drawn | BaseResponse:
    """Add one person by hand."""
    guard.allow_all(rights.keeping_people(guard.reader()))
    form = _with_departments(NewPersonForm())
    if form.validate_on_submit():
        values = form.values()
        with saving(form) as saved:
            name, email = values.pop("name"), values.pop("email")
            number = form.employee_id.data or None
            person = add_by_hand(name, email, by=guard.reader().actor, employee_id=number, **values)
            settle_after_import()
        if saved:
            more = "HR files leave what you wrote as it is, until you give it back to them."
            return saved.to("people.person", f"{person.name} is in the directory.", more, person_id=person.id)
    return drawn("people/by_hand.html", form, person=None)


@blueprint.route("/people/<int:person_id>/values", methods=["GET", "POST"])
def values(person_id: int) -> Drawn | BaseResponse:
    """Correct one person by hand."""
    row = held(_person_to_change(person_id))
    form = _with_departments(PersonForm(**_drawn_of(row)))
    if form.validate_on_submit():
        with saving(form) as saved:
            changed = correct_person(row, form.values(), by=guard.reader().actor)
            settle_after_import()
        if saved:
            more = "HR files leave it as it is, until you give it back to them." if changed else ""
            says = f"{row.name} is corrected." if changed else "Nothing was changed."
            return saved.to("people.person", says, more, person_id=row.id)
    return drawn("people/by_hand.html", form, person=row)


@blueprint.post("/people/<int:person_id>/values/<field>/giving-back")
def giving_back(person_id: int, field: str) -> BaseResponse:
    """Let the next HR file say a value again."""
    row = _person_to_change(person_id)
    known = next((each for each in HandField if each.value == field), None)
    if known is None:
        raise NotFound
    give_back(row, known, by=guard.reader().actor)
    says = f"{known.word} of {row.name}: the next HR file says it again."
    return done("people.person", says, "Until then it stays as it is.", person_id=row.id)


def _drawn_of(row: Person) -> dict[str, Any]:
    """Return what the form begins with; a name that is first and last name alone follows these when they are corrected."""
    named = ("first_name", "last_name", "email", "job_title", "department_id", "manager")
    own = row.name if row.name != f"{row.first_name} {row.last_name}".strip() else ""
    return {**{name: getattr(row, name) for name in named}, "name": own}


def _person_to_change(person_id: int) -> Person:
    guard.allow_all(rights.keeping_people(guard.reader()))
    return person_for(rights.reading(guard.reader()), person_id)


def _with_departments(form: Any) -> Any:
    form.department_id.choices = [SelectChoice("", "None"), *(SelectChoice(*choice) for choice in department_choices())]
    return form
