"""Pages of visible leadership: the roadmaps of sponsors as a list and files, and planning or changing a step."""

from typing import Any

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import count_of
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, today
from engagement.pages.parts.fields import choices_of, row_id
from engagement.pages.parts.files import list_file
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.forms import place_key, places_to_keep
from engagement.people.models import Person
from engagement.planning.actions.anchoring import anchor_step
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.stakeholders.leadership import actions, queries
from engagement.stakeholders.leadership.actions import StepDetails
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.queries import StepFilters, StepShown
from engagement.stakeholders.leadership.rules import LONGEST_TEXT, StepKind, StepStanding
from engagement.stakeholders.leadership.scopes import line_for, may_settle, steps_within
from engagement.waves.models import Wave
from engagement.words import number_word

HEADER = ("day", "sponsor", "step", "where", "what", "for", "stands", "words")
SUGGESTED = {
    StepKind.MESSAGE.value: "In their own words, to the people of a wave or to those who lead them.",
    StepKind.SESSION.value: "The first five minutes of a town hall, a training or a review.",
    StepKind.VISIT.value: "To look over somebody’s shoulder and to listen, without slides.",
}


class StepFields(Form):
    """What a sponsor is asked to do."""

    kind = RadioField(
        "What kind of step is it?",
        choices=choices_of(StepKind),
        validators=[InputRequired("Choose what fits best.")],
    )
    what = TextAreaField(
        "What is it about?",
        description="In a line or two, so that they need nothing else. Sponsors and auditors read it too.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT, message=f"Keep this under {LONGEST_TEXT:,} characters.")],
    )
    where = StringField(
        "Which team, or where?",
        description="Needed for a visit.",
        filters=[stripped],
        validators=[Length(max=200, message="Say it in at most 200 characters.")],
    )
    due_on = DateField("On which day?", validators=[InputRequired("Choose a day.")])

    def said(self) -> StepDetails:
        """Return what the form says."""
        return StepDetails(StepKind(self.kind.data), self.what.data or "", self.where.data or "", self.due_on.data)


class NewStepForm(StepFields):
    """A step, and whose it is."""

    whose = SelectField("Whose step is it, and for what?", validate_choice=False)


class ChangeStepForm(StepFields, EditForm):
    """A step from now on."""

    person = SelectField("Whose step is it?", validate_choice=False)
    reason = StringField(
        "Why does it change?",
        description="Needed when it moves to another day.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT, message=f"Keep this under {LONGEST_TEXT:,} characters.")],
    )


def maps_read() -> Reach:
    """Return the maps that the reader sees; refuses a reader who sees none."""
    maps = rights.reading_maps(guard.reader())
    guard.allow_places(maps)
    return maps


@blueprint.get("/stakeholders/leadership")
def leadership() -> str:
    """Show how far each sponsor is, and their steps as a list."""
    reader, maps, asked = guard.reader(), maps_read(), Asked()
    planning = rights.planning(reader)
    roadmaps = queries.roadmaps(steps_within(maps), today())
    listed = _asked(maps, asked, roadmaps)
    page = asked.page(count_of(listed), TALL_PER_PAGE)
    lines = queries.shown_on(listed.limit(page.size).offset(page.offset), today())
    return render_template(
        "stakeholders/leadership.html",
        lede=_lede(roadmaps),
        roadmaps=roadmaps,
        lines=[(shown, shown.standing.is_open and may_settle(maps, planning, shown.line)) for shown in lines],
        page=page,
        asked=asked,
        may_plan=planning.holds_places,
    )


def _asked(maps: Reach, asked: Asked, roadmaps: list[queries.Roadmap]) -> Any:
    programmes = {each.programme.id: each.programme.name for each in roadmaps}
    waves = {s.step.wave.id: s.step.wave.title for each in roadmaps for s in each.steps if s.step.wave is not None}
    people = {each.person.id: each.person.name for each in roadmaps}
    filters = StepFilters(
        programme_id=asked.row("programme", "Programme", programmes.items()),
        wave_id=asked.row("wave", "Wave", waves.items()),
        person_id=asked.row("sponsor", "Sponsor", people.items(), "Anybody"),
        standing=asked.word_of(StepStanding, "stands", "How it stands"),
    )
    listed = queries.steps_listed(steps_within(maps), filters, today())
    return asked.ordered(listed, queries.COLUMNS, usual="day", last=StepLine.step_id)


def _lede(roadmaps: list[queries.Roadmap]) -> str:
    if not roadmaps:
        return "What each sponsor does in person, so that people see that it matters to them."
    ahead = sorted((s for each in roadmaps for s in each.ahead), key=lambda shown: shown.line.due_on)
    missed = sum(each.tally.missed for each in roadmaps)
    words = (
        "Nothing was missed."
        if not missed
        else f"{number_word(missed).capitalize()} {'step was' if missed == 1 else 'steps were'} missed."
    )
    if not ahead:
        return f"{words} No step is planned any more."
    return f"{words} {ahead[0].line.person.name} is next, on {day(ahead[0].line.due_on)}."


@blueprint.get("/stakeholders/leadership.<any(csv, xlsx):kind>")
def leadership_file(kind: str) -> Response:
    """Send the list as a file, with the filters of the page."""
    maps = maps_read()
    roadmaps = queries.roadmaps(steps_within(maps), today())
    steps = queries.shown_on(_asked(maps, Asked(), roadmaps), today())
    return list_file(kind, HEADER, [_file_row(shown) for shown in steps], "leadership", "Leadership")


def _file_row(shown: StepShown) -> tuple[Any, ...]:
    line, step = shown.line, shown.step
    place = step.place_words
    return line.due_on, line.person.name, line.kind.word, line.where, line.what, place, shown.standing.word, line.words


def _offers(reader: Reader) -> dict[str, tuple[Programme | Wave, Person, str]]:
    """Return whom the reader may ask for a step and for what, by the value in the form."""
    found: dict[str, tuple[Programme | Wave, Person, str]] = {}
    for place in places_to_keep(reader):
        if place.closed_at if isinstance(place, Programme) else not place.status.is_open:
            continue
        words = place.title if isinstance(place, Wave) else f"all of {place.name}"
        for person in place.sponsors:
            found[f"{place_key(place)}-{person.id}"] = (place, person, f"{person.name}, for {words}")
    return found


@blueprint.route("/stakeholders/leadership/new", methods=["GET", "POST"])
def new_step() -> Drawn | BaseResponse:
    """Plan a step of a sponsor."""
    reader = guard.reader()
    guard.allow_places(rights.planning(reader))
    form, offers = NewStepForm(), _offers(reader)
    form.whose.choices = [
        SelectChoice("", "Choose"),
        *(SelectChoice(key, words) for key, (*_, words) in offers.items()),
    ]
    if request.method != "POST":
        wave = row_id(request.args.get("wave"))
        form.whose.data = next((key for key in offers if wave and key.startswith(f"wave-{wave}-")), "")
    if form.validate_on_submit():
        with saving(form) as saved:
            step = _planned(form, offers)
        if saved:
            whose = offers[form.whose.data][1].name
            more = f"{whose} sees it on the sheet, and on Today when it comes near."
            return saved.to("stakeholders.step", "The step is planned.", more, step_id=step.id)
    return drawn("stakeholders/step_edit.html", form, shown=None, hints=SUGGESTED)


def _planned(form: NewStepForm, offers: dict[str, tuple[Programme | Wave, Person, str]]) -> Any:
    if form.whose.data not in offers:
        sentence = "Choose whose step it is."
        raise BadInput(sentence, {"whose": sentence})
    place, person, _ = offers[form.whose.data]
    return actions.plan_step(place, person, form.said(), on=today(), by=guard.reader().actor)


def line_to_plan(step_id: int) -> StepLine:
    """Return what holds of a step that the reader may change."""
    return line_for(rights.planning(guard.reader()), step_id)


@blueprint.route("/stakeholders/leadership/<int:step_id>/edit", methods=["GET", "POST"])
def edit_step(step_id: int) -> Drawn | BaseResponse:
    """Change a step: what it is, whose, or its day."""
    held(line_to_plan(step_id).step)
    line = line_to_plan(step_id)
    form = ChangeStepForm(obj=line, kind=line.kind.value, person=str(line.person_id))
    people = {person.id: person for person in [line.person, *(line.step.wave or line.step.programme).sponsors]}
    form.person.choices = [SelectChoice(str(person.id), person.name) for person in people.values()]
    if form.validate_on_submit():
        with saving(form) as saved:
            chosen = people.get(row_id(form.person.data) or 0, line.person)
            by = guard.reader().actor
            new = actions.change_step(line, chosen, form.said(), form.reason.data or "", on=today(), by=by)
            if new is not None and new.due_on != line.due_on:
                # What somebody moved by hand no longer follows a milestone.
                anchor_step(new, None, by=by)
        if saved:
            says = "It is kept." if new else "Nothing was changed."
            return saved.to("stakeholders.step", says, step_id=step_id)
    return drawn("stakeholders/step_edit.html", form, shown=line, hints=SUGGESTED)
