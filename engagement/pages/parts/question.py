"""The fields of a question to readers, for all texts that can ask one."""

from typing import Any

from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from engagement.content.question import ReaderQuestion
from engagement.pages.parts.forms import Form, stripped


class QuestionFields(Form):
    """A question with its answers, which one is right, and why."""

    question = TextAreaField(
        "A question that shows whether it was understood",
        description="Best about a case from their day. Without one, people only confirm that they have read it.",
        filters=[stripped],
    )
    answers = TextAreaField("The answers to choose from", description="Two to four, one a line.", filters=[stripped])
    right_answer = SelectField(
        "Which one is right?",
        choices=[
            SelectChoice("", "Not said yet"),
            *(SelectChoice(str(n), f"The {word}") for n, word in enumerate(("first", "second", "third", "fourth"), 1)),
        ],
        filters=[stripped],
    )
    why = TextAreaField(
        "Why is it right?",
        description="Whoever chose another one reads this, and may answer again.",
        filters=[stripped],
    )

    def asked(self) -> ReaderQuestion:
        """Return what was typed."""
        texts = (self.question.data or "", self.answers.data or "")
        number = self.right_answer.data or ""
        return ReaderQuestion(*texts, int(number) if number else None, self.why.data or "")


def shown(asked: ReaderQuestion) -> dict[str, Any]:
    """Return a question as its fields are filled with it."""
    return vars(asked) | {"right_answer": str(asked.right_answer or "")}
