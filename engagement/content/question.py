"""One question to the readers of a text, with two to four answers of which one is right: what it says and what it lacks."""

from dataclasses import dataclass, fields, replace

from engagement.words import lines_of

LONGEST_TEXT = 5_000
LONGEST_ANSWER = 300
FEWEST_ANSWERS, MOST_ANSWERS = 2, 4


@dataclass(frozen=True)
class ReaderQuestion:
    """A question under the same names in forms and rows; without one all of it is empty.

    `answers` has one answer a line, `right_answer` is the number of the right one, and `why` says why it is.
    """

    question: str = ""
    answers: str = ""
    right_answer: int | None = None
    why: str = ""

    @property
    def choices(self) -> list[str]:
        """The answers to choose from, in order."""
        return lines_of(self.answers)

    @property
    def is_begun(self) -> bool:
        """Whether anything of it is written."""
        return bool(self.question.strip() or self.choices or self.why.strip())

    @property
    def right_choice(self) -> str:
        """The right answer in words, "" while nobody said which one it is."""
        number, choices = self.right_answer or 0, self.choices
        return choices[number - 1] if 0 < number <= len(choices) else ""

    @property
    def tidied(self) -> "ReaderQuestion":
        """The same without blanks around its texts, and with line ends of one kind."""
        texts = {name: getattr(self, name).replace("\r\n", "\n").strip() for name in QUESTION_TEXTS}
        return replace(self, **texts)

    @property
    def too_long(self) -> dict[str, str]:
        """What is too long to be kept even as a draft, by field."""
        lengths = {name: len(getattr(self, name)) for name in QUESTION_TEXTS}
        return {
            name: f"Shorten this to {LONGEST_TEXT:,} characters; it has {length:,}."
            for name, length in lengths.items()
            if length > LONGEST_TEXT
        }

    @property
    def problems(self) -> dict[str, str]:
        """What keeps it from being asked, by field: it is whole, or left out."""
        if not self.is_begun:
            return {}
        problems, answers = {}, self.choices
        if not self.question.strip():
            problems["question"] = "Write the question, or empty its answers and the reason."
        if not FEWEST_ANSWERS <= len(answers) <= MOST_ANSWERS:
            problems["answers"] = (
                f"Write {FEWEST_ANSWERS} to {MOST_ANSWERS} answers, one a line; there are {len(answers)}."
            )
        elif len({answer.casefold() for answer in answers}) < len(answers):
            problems["answers"] = "Two answers are the same."
        elif max(map(len, answers)) > LONGEST_ANSWER:
            problems["answers"] = f"Keep each answer under {LONGEST_ANSWER} characters."
        if self.right_answer is None or not 1 <= self.right_answer <= max(len(answers), 1):
            problems["right_answer"] = "Say which of the answers is right."
        if not self.why.strip():
            problems["why"] = "Say why it is right. Whoever chose another answer reads it."
        return problems


QUESTION_FIELDS = tuple(field.name for field in fields(ReaderQuestion))
QUESTION_TEXTS = tuple(name for name in QUESTION_FIELDS if name != "right_answer")
