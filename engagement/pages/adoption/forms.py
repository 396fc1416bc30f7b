"""Forms of numbers of use: which file, what its columns say, and which system posts."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engagement.adoption.rules.vocabulary import LONGEST_NAME
from engagement.intake.reading.rules.problems import shown
from engagement.intake.usage.queries.reading import UsageFile
from engagement.intake.usage.rules import MOST_BYTES, MOST_ROWS, Column, Layout, activity_columns
from engagement.pages.parts.forms import Form, stripped
from engagement.programmes.models import Programme, Workflow

NONE = ""


class UsageForm(Form):
    """Which file, of which programme."""

    programme = SelectField("Of which programme?")
    file = FileField(
        "Which file?",
        description=f"CSV or Excel with a header row. At most {MOST_BYTES // 1024**2} MB or {MOST_ROWS:,} rows.",
        validators=[FileRequired("Choose a file.")],
    )

    def offer(self, programmes: list[Programme]) -> None:
        """Offer the programmes whose numbers the reader may bring."""
        self.programme.choices = [SelectChoice(str(each.id), each.name) for each in programmes]


class DoorForm(Form):
    """Which system posts."""

    name = StringField(
        "Which system posts the numbers?",
        description="Such as the claims system. It stands beside the figures as their source.",
        filters=[stripped],
        validators=[InputRequired("Say which system posts."), Length(max=LONGEST_NAME)],
    )


_QUESTIONS = {
    Column.PERSON: "Whose use it is: a person’s address or number",
    Column.TEAM: "Whose use it is: a team",
    Column.DAY: "The day of use",
    Column.WORKFLOW: "The workflow",
    Column.USES: "How often it was used",
    Column.PEOPLE: "How many of a team’s people used it",
    Column.REPORT: "Up to which day the file tells",
}
_HINTS = {
    Column.TEAM: "A department, by its path or its name. In a row about a person it is empty.",
    Column.WORKFLOW: "As it is called here.",
    Column.USES: "A row without it counts once.",
    Column.PEOPLE: "Different people on that day.",
    Column.REPORT: "Without it, up to the last day of use in the file.",
}


class ColumnsForm(Form):
    """Which column says what; a field is added for each `Column`, and for each column of last activity of a file."""

    workflow_id = SelectField(
        "Or the whole file is about one workflow", description="If no column says it.", validate_choice=True
    )

    def layout(self) -> Layout:
        """Return what was chosen."""
        of = {c: int(self[f"column_{c.value}"].data) for c in Column if self[f"column_{c.value}"].data != NONE}
        activity = {
            int(field.name.removeprefix("activity_")): int(field.data)
            for field in self
            if field.name.startswith("activity_") and field.data != NONE
        }
        whole = self.workflow_id.data
        return Layout(
            of, activity, int(whole) if whole != NONE and Column.WORKFLOW not in of and not activity else None
        )


for _column in Column:
    setattr(
        ColumnsForm, f"column_{_column.value}", SelectField(_QUESTIONS[_column], description=_HINTS.get(_column, ""))
    )


def columns_form(file: UsageFile, workflows: list[Workflow]) -> ColumnsForm:
    """Return the form for a file's columns, with what is chosen so far."""
    headers = [SelectChoice(str(index), name) for index, name in enumerate(file.header) if name]
    those = [SelectChoice(str(each.id), each.name) for each in workflows]
    none_of_them = SelectChoice(NONE, "No workflow")
    fields: dict[str, Any] = {
        f"activity_{index}": SelectField(
            f"{shown(file.header[index])} is the last use of", choices=[none_of_them, *those]
        )
        for index in activity_columns(file.header)
    }
    layout = file.layout
    given = {f"column_{column.value}": str(layout.of.get(column, NONE)) for column in Column}
    given |= {f"activity_{index}": str(layout.activity.get(index, NONE)) for index in activity_columns(file.header)}
    given["workflow_id"] = str(layout.workflow_id or NONE)
    form: ColumnsForm = type("ColumnsOfFile", (ColumnsForm,), fields)(data=given)
    form.workflow_id.choices = [none_of_them, *those]
    for column in Column:
        form[f"column_{column.value}"].choices = [SelectChoice(NONE, "No column"), *headers]
    return form
