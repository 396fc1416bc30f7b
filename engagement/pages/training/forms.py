"""Forms of training: a module, its questions, a curriculum, what somebody finished elsewhere, another day for one person."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from engagement.content.quiz import Question
from engagement.pages.parts.fields import PersonField, choices_of
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.training.actions.modules import LONGEST_BODY
from engagement.training.actions.questions import MOST_CHOICES, Answer
from engagement.training.models import Module
from engagement.training.queries.curricula import RoleCurriculum
from engagement.training.rules import RECOGNISE_WRONG, RECORDED_SOURCES, CompletionSource, ItemKind


class ModuleForm(EditForm):
    """The text of a module."""

    title = StringField("Title", filters=[stripped], validators=[InputRequired("Write a title."), Length(max=200)])
    summary = TextAreaField(
        "What it is about, in one sentence",
        filters=[stripped],
        validators=[Length(max=500, message="Use at most 500 characters.")],
    )
    minutes = IntegerField(
        "Minutes it takes",
        description="Reading, exercise and questions together.",
        validators=[InputRequired("Write a whole number of minutes.")],
    )
    pass_mark = IntegerField(
        "Percent of questions that have to be right", validators=[InputRequired("Write a whole number.")]
    )
    body = TextAreaField(
        "Text",
        description="Say how to recognise that the workflow is wrong, and whom to ask. Questions are added on the course’s page.",
        filters=[stripped],
        validators=[
            InputRequired("Write the text."),
            Length(max=LONGEST_BODY, message=f"Write at most {LONGEST_BODY:,} characters."),
        ],
    )

    def details(self) -> dict[str, Any]:
        """Return what the actions take."""
        typed = {name: self[name].data or "" for name in ("title", "summary", "body")}
        return typed | {"minutes": self.minutes.data or 0, "pass_mark": self.pass_mark.data or 0}


class QuestionForm(EditForm):
    """A question of a module with its answers; rows for answers may stay empty."""

    text = TextAreaField("What do you ask?", filters=[stripped], validators=[InputRequired("Write the question.")])
    trains_recognising = BooleanField(
        "It trains recognising when the workflow is wrong",
        description="Two such questions at least belong into every course about a workflow.",
    )

    @staticmethod
    def values_of(question: Question | None) -> dict[str, Any]:
        """Return the values of the fields for a question; none for a new one."""
        values: dict[str, Any] = {}
        for number, choice in enumerate(question.choices if question else (), 1):
            values |= {f"answer_{number}": choice.text, f"why_{number}": choice.why, f"right_{number}": choice.is_right}
        if question:
            values |= {"text": question.text, "trains_recognising": RECOGNISE_WRONG in question.tags}
        return values

    def rows(self) -> list[tuple[StringField, TextAreaField, BooleanField]]:
        """Return the fields of each answer."""
        return [(self[f"answer_{n}"], self[f"why_{n}"], self[f"right_{n}"]) for n in range(1, MOST_CHOICES + 1)]

    def answers(self) -> list[Answer]:
        """Return the answers as they were typed, empty ones included."""
        return [Answer(text.data or "", why.data or "", bool(right.data)) for text, why, right in self.rows()]


for _number in range(1, MOST_CHOICES + 1):
    setattr(QuestionForm, f"answer_{_number}", StringField(f"Answer {_number}", filters=[stripped]))
    setattr(QuestionForm, f"why_{_number}", TextAreaField("Why it is right, or not", filters=[stripped]))
    setattr(QuestionForm, f"right_{_number}", BooleanField("This answer is right"))


class CurriculumForm(EditForm):
    """What a role has to learn: for each module whether and how it counts, its place, and what comes first."""

    choices_needed = IntegerField(
        "How many of those marked “One of a choice” have to be finished?", validators=[Optional()]
    )


def curriculum_form(plan: RoleCurriculum, modules: Sequence[Module]) -> CurriculumForm:
    """Return the form of a curriculum, with fields for each module."""
    lines = {line.module.id: line for line in plan.lines}
    titles = [SelectChoice("", "nothing")] + [SelectChoice(str(module.id), module.title) for module in modules]
    kinds = [SelectChoice("", "Not in it"), *choices_of(ItemKind)]
    fields: dict[str, Any] = {}
    values: dict[str, Any] = {"choices_needed": plan.choices_needed}
    for module in modules:
        line, what = lines.get(module.id), f"“{module.title}”"
        others = [choice for choice in titles if choice.value != str(module.id)]
        fields[f"kind_{module.id}"] = SelectField(f"How {what} counts", choices=kinds)
        fields[f"place_{module.id}"] = IntegerField(f"Place of {what}", validators=[Optional(), NumberRange(0, 9_999)])
        fields[f"after_{module.id}"] = SelectField(f"What comes before {what}", choices=others)
        values[f"kind_{module.id}"] = line.kind.value if line else ""
        values[f"place_{module.id}"] = plan.lines.index(line) + 1 if line else None
        values[f"after_{module.id}"] = str(line.after.id) if line and line.after else ""
    form: CurriculumForm = type("CurriculumFormOfRole", (CurriculumForm,), fields)(**values)
    return form


class CompletionForm(Form):
    """Somebody finished a module outside the service."""

    person = PersonField(
        "Who finished it?", description="Work address or employee number.", validators=[InputRequired("Name a person.")]
    )
    source = RadioField(
        "How is it known?",
        choices=choices_of(RECORDED_SOURCES),
        default=CompletionSource.ATTENDANCE.value,
    )
    on = DateField("On which day?", validators=[InputRequired("Choose a day.")])


class DueDayForm(EditForm):
    """Another day by which one person's training is due, and why."""

    due_on = DateField(
        "By which day?",
        description="It stays when go-live moves. Leave it empty to give the wave’s day again.",
        validators=[Optional()],
    )
    reason = TextAreaField("Why?", description="The person reads it.", filters=[stripped])
