"""What a text asks its readers, as columns of the tables that keep such texts."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from engagement.content.question import QUESTION_FIELDS, ReaderQuestion


class Asking:
    """The question of a text to its readers, as columns; without one they are empty."""

    question: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[str] = mapped_column(Text, default="")
    right_answer: Mapped[int | None]
    why: Mapped[str] = mapped_column(Text, default="")

    @property
    def asked(self) -> ReaderQuestion:
        """The question as one value, with nothing in it where nothing is asked."""
        return ReaderQuestion(**{name: getattr(self, name) for name in QUESTION_FIELDS if getattr(self, name)})

    @asked.setter
    def asked(self, asked: ReaderQuestion) -> None:
        for name in QUESTION_FIELDS:
            setattr(self, name, getattr(asked, name))
