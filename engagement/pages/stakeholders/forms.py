"""Forms of stakeholders: who it is, what is said of them, taking them off the map, a private note."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.parts.fields import (
    REFERENCE,
    PersonField,
    TickField,
    choices_of,
    chosen_departments,
    department_choices,
)
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.people.models import Department, Person
from engagement.programmes import queries as programmes
from engagement.programmes.models import Programme
from engagement.programmes.scopes import reaches_programme
from engagement.stakeholders.rules import Contact, StakeholderGroup
from engagement.waves import queries as waves
from engagement.waves.models import Wave
from engagement.waves.scopes import waves_within


class SubjectForm(Form):
    """Who it is: exactly one of three."""

    person = PersonField("Somebody in the directory", description=REFERENCE)
    department = SelectField("A department as one group, with everything below it", validate_choice=False)
    name = StringField(
        "Somebody outside the directory, or a group with a name",
        description="Such as the works council, a regulator, or brokers.",
        filters=[stripped],
        validators=[Length(max=200, message="Write a name, at most 200 characters.")],
    )

    def subject(self) -> Person | Department | str:
        """Return whom the form names; raises BadInput if nobody or more than one."""
        departments: list[Person | Department | str] = [*chosen_departments([self.department.data or ""])]
        named = [*([self.person.person] if self.person.person else []), *departments]
        named += [self.name.data] if self.name.data else []
        if len(named) == 1:
            return named[0]
        sentence = "Fill in one of these three." if not named else "Fill in only one of these three."
        raise BadInput(sentence, {"person": sentence})


class ContactForm(Form):
    """How somebody outside the directory is reached."""

    organisation = StringField(
        "Which organisation do they belong to?",
        filters=[stripped],
        validators=[Length(max=200, message="Write a name, at most 200 characters.")],
    )
    email = StringField(
        "What is their mail address?",
        description="Read only by those who keep these maps, and by administrators.",
        filters=[stripped],
        validators=[Length(max=254, message="Write an address, at most 254 characters.")],
        render_kw={"inputmode": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    language = StringField("Which language do they read?", filters=[stripped])

    def contact(self) -> Contact:
        """Return what the form says; nothing if it doesn't ask."""
        return Contact(*((self[name].data or "") if name in self else "" for name in CONTACT))


CONTACT = ("organisation", "email", "language")


class EntryForm(Form):
    """What is said of a stakeholder: group, role, who looks after them, and their maps."""

    group = RadioField(
        "Which group do they belong to?",
        choices=choices_of(StakeholderGroup),
        validators=[InputRequired("Choose the group that fits best. You can change it later.")],
    )
    role = TextAreaField(
        "What is their role in the change?",
        description="In a line or two. Everybody who sees the map reads it, sponsors and auditors too; what is private goes in a note.",
        filters=[stripped],
    )
    represents = StringField(
        "For whom do they speak?",
        description="Only for a person who represents others, such as the works council. Empty: for nobody but themselves.",
        filters=[stripped],
        validators=[Length(max=200, message="Say it in at most 200 characters.")],
    )
    owner = PersonField("Who looks after them?", description=f"{REFERENCE} Empty: nobody yet.")
    places = TickField(
        "On which maps are they?",
        description="Everybody on a programme’s map is on the map of each of its waves too.",
    )


class NewForm(SubjectForm, ContactForm, EntryForm):
    """A stakeholder who is put on the map."""


class ChangeForm(ContactForm, EntryForm, EditForm):
    """What is said of a stakeholder from now on; name and contact are asked for only outside the directory."""

    name = StringField("What are they called?", filters=[stripped])


class RemovalForm(Form):
    """Why somebody is taken off the map."""

    reason = StringField(
        "Why?",
        description="Everybody who sees the map can read it.",
        filters=[stripped],
        validators=[Length(max=1_000)],
    )


class NoteForm(Form):
    """A private note."""

    text = TextAreaField("Write a note", filters=[stripped])


def places_to_keep(reader: Reader) -> list[Programme | Wave]:
    """Return the programmes and waves whose maps the reader may change, each programme before its waves."""
    found: list[Programme | Wave] = []
    planning = rights.planning(reader)
    kept = waves.waves_visible(waves_within(planning))
    for programme in programmes.programmes():
        if reaches_programme(planning, programme):
            found.append(programme)
        found += [wave for wave in kept if wave.programme_id == programme.id]
    return found


def offer_departments(form: SubjectForm) -> None:
    """Offer every open department, and none."""
    form.department.choices = [SelectChoice("", "None"), *(SelectChoice(*each) for each in department_choices())]


def offer_language(form: ContactForm) -> None:
    """Say how a language is written, and which one holds without."""
    form.language.description = f"A tag such as en or pt-BR. Empty: the organisation’s, {guard.settings().language}."


def offer_places(form: EntryForm, places: Sequence[Programme | Wave]) -> None:
    """Offer these maps; if there is only one, it is ticked."""
    form.places.choices = [SelectChoice(place_key(place), _label(place)) for place in places]
    if len(places) == 1 and not form.is_submitted():
        form.places.data = [place_key(places[0])]


def place_key(place: Programme | Wave) -> str:
    """Return the value of a map in a form or an address, such as "wave-3"."""
    return f"{place.__tablename__}-{place.id}"


def _label(place: Programme | Wave) -> str:
    return f"{place.title} ({place.programme.name})" if isinstance(place, Wave) else f"All of {place.name}"


def chosen_places(keys: list[str] | None) -> list[Programme | Wave]:
    """Return the maps with these keys."""
    found: list[Programme | Wave | None] = []
    for key in keys or []:
        kind, _, number = key.partition("-")
        if number.isdecimal() and len(number) < 10:
            key_number = int(number)
            found.append(db.session.get(Wave, key_number) if kind == "wave" else db.session.get(Programme, key_number))
    return [row for row in found if row is not None]


def own_reference(reader: Reader) -> str:
    """Return the address or number by which a form names the reader; "" if they are not in the directory."""
    person = guard.account().person
    return (person.email or person.employee_id or "") if person and reader.person_id and not person.has_left else ""
