"""The page on which a wave's sponsors say how they see what it changes, a department at a time; who plans writes it down for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Field, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.forms import EditForm, stripped
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.impact_forms import POINTS
from engagement.people.models import Department, Person
from engagement.people.queries import standing_department
from engagement.programmes.scope.rules import StatementFor
from engagement.reach import found
from engagement.waves.impacts.actions import say_as_sponsor
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries.gaps import is_said_by_sponsor, unsaid_of
from engagement.waves.impacts.queries.standing import Assessments, assessments_of
from engagement.waves.impacts.rules import MEANINGS, Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.impacts.scopes import is_sponsor, keeps_people_back, wave_of_sponsors
from engagement.waves.models import Wave
from engagement.waves.queries import standing_departments_of_waves


@dataclass(frozen=True)
class Place:
    """A department of the wave, how a sponsor sees it, None where none has said it, and whether one of now has."""

    department: Department
    row: ImpactAssessment | None
    is_said: bool


class SponsorForm(EditForm):
    """How a sponsor sees what changes for a group; the fields of the aspects are added below."""

    whose = SelectField("Which sponsor said it?", validate_choice=False)
    basis = TextAreaField(
        "Why do you see it so?",
        description="In a sentence, if you want. Whoever reads how this wave is planned reads it.",
        filters=[stripped],
    )

    @property
    def by_aspect(self) -> list[tuple[Aspect, Field]]:
        """Each aspect with the field of its points."""
        return [(each, self[f"score_{each}"]) for each in Aspect]

    def said(self) -> Assessed:
        """Return what was chosen."""
        return Assessed(
            {each: AspectSaid(int(score.data)) for each, score in self.by_aspect if score.data}, self.basis.data
        )


SayForm: type[SponsorForm] = type(
    "SayForm",
    (SponsorForm,),
    {f"score_{each}": RadioField(each.word, choices=POINTS, default="") for each in Aspect},
)


@blueprint.route("/waves/<int:wave_id>/sponsors-view", methods=["GET", "POST"])
def sponsors_view(wave_id: int) -> Drawn | BaseResponse | str:
    """Say how a sponsor sees what a wave changes for a department: the one in the address, else the next that waits for it."""
    reader = guard.reader()
    wave = held(wave_of_sponsors(rights.planning(reader), rights.sponsoring(reader), wave_id))
    is_own, standing = is_sponsor(rights.sponsoring(reader), wave), assessments_of(wave.id)
    places = _places(wave, standing)
    department = _asked_for(places, standing, unsaid_of(wave, standing, [place.department for place in places]))
    is_asked = wave.status.is_ahead and bool(wave.sponsors)
    shown: dict[str, Any] = {
        "wave": wave,
        "places": places,
        "is_own": is_own,
        "is_asked": is_asked,
        "department": department,
        "lede": _lede(wave, places, department, is_own=is_own),
    }
    if department is None or not is_asked:
        return render_template("waves/sponsors_view.html", form=None, has_errors=False, **shown)
    form = _form(wave, standing, department, own_id=reader.person_id if is_own else None)
    if form.validate_on_submit():
        with saving(form) as saved:
            sponsor = found(guard.person_or_none()) if is_own else _chosen(form, wave)
            row = say_as_sponsor(wave, department, sponsor, form.said(), by=reader.actor)
        if saved:
            says = f"It is kept for {department.path}." if row else "Nothing new was said."
            return saved.to("waves.sponsors_view", says, wave_id=wave.id)
    return drawn("waves/sponsors_view.html", form, meanings=MEANINGS, keeps_back=keeps_back(wave), **shown)


def _lede(wave: Wave, places: Sequence[Place], department: Department | None, *, is_own: bool) -> str:
    if not places:
        return "No department is in this wave yet, so there is nothing to say."
    if not wave.status.is_ahead:
        return "Sponsors are asked before a wave goes live. This one is not ahead any more."
    if not wave.sponsors:
        return "Nobody sponsors this wave or its programme, so nobody can be asked."
    if department is None:
        return "Nothing is asked of a sponsor now. It can be said for any department, and said anew, until the go-live."
    if is_own:
        return "How much do you think each part of the work changes? Leave out what you can’t judge."
    return "How much does a sponsor think each part of the work changes? Write down what they told you."


def keeps_back(wave: Wave) -> bool:
    """Return whether the reader sees what people say of each department only after a sponsor has said how they see it."""
    reader = guard.reader()
    return keeps_people_back(rights.planning(reader), rights.sponsoring(reader), wave)


def _places(wave: Wave, standing: Assessments) -> list[Place]:
    return [
        Place(
            row,
            standing.get((row.id, StatementFor.EVERYBODY, ImpactSide.SPONSORS)),
            is_said_by_sponsor(wave, standing, row.id),
        )
        for row in standing_departments_of_waves([wave.id])[wave.id]
    ]


def _asked_for(places: Sequence[Place], standing: Assessments, unsaid: Sequence[Department]) -> Department | None:
    """Return the department of the address, else the first of which others alone have spoken.

    Raises NotFound for one that is not in the wave and of which nothing stands either, because not everybody who sponsors a
    wave reads every department. One that left the wave meanwhile is still shown, so that what was typed isn't lost.
    """
    asked = request.args.get("department")
    if asked is None:
        return next(iter(unsaid), None)
    department = standing_department(found(db.session.get(Department, row_id(asked) or 0)))
    known = {place.department.id for place in places} | {department_id for department_id, _, _ in standing}
    return found(department if department.id in known else None)


def _form(wave: Wave, standing: Assessments, department: Department, *, own_id: int | None) -> SponsorForm:
    """Return the form with what stands, if whoever said it can say it now: a sponsor for themselves, else any of the wave's."""
    before = standing.get((department.id, StatementFor.EVERYBODY, ImpactSide.SPONSORS))
    sayers = {own_id} if own_id is not None else {person.id for person in wave.sponsors}
    form = SayForm(data=_values(before) if before is not None and before.sponsor_id in sayers else {})
    if own_id is not None:
        del form.whose
    else:
        people = [SelectChoice(str(person.id), person.name) for person in wave.sponsors]
        form.whose.choices = [SelectChoice("", "Choose"), *people]
        form.basis.label.text = "Why do they see it so?"
    return form


def _values(row: ImpactAssessment) -> dict[str, Any]:
    points = {f"score_{aspect}": str(said.score) for aspect, said in row.said.aspects.items()}
    return {"whose": str(row.sponsor_id), "basis": row.basis, **points}


def _chosen(form: SponsorForm, wave: Wave) -> Person:
    """Return the sponsor who was chosen; raises BadInput for nobody and for anybody else, so that no view gets another's name."""
    chosen = next((each for each in wave.sponsors if str(each.id) == form.whose.data), None)
    if chosen is None:
        sentence = "Choose which of this wave’s sponsors said it."
        raise BadInput(sentence, {"whose": sentence})
    return chosen
