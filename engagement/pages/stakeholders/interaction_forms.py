"""Forms of interactions: with whom, when and how, what was said, and who of us was there."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from engagement.errors import BadInput
from engagement.pages.frame.formats import reader_zone
from engagement.pages.parts.fields import REFERENCE, PersonField, choices_of
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.people.models import Person
from engagement.stakeholders.commitments.rules import LONGEST_TEXT
from engagement.stakeholders.interactions.models import InteractionWording
from engagement.stakeholders.interactions.rules import (
    LONGEST_NOTES,
    LONGEST_TOPICS,
    MOST_PARTIES,
    Channel,
    Said,
    Sentiment,
)
from engagement.stakeholders.models import Stakeholder

WRITE_AS = "Write what you would stand by if they read it; they can ask for everything that is kept about them."


class WordsForm(Form):
    """What is said of an interaction."""

    happened_on = DateField(
        "On which day was it?",
        validators=[InputRequired("Choose the day on which it was.")],
    )
    began_at = TimeField("At what time?", validators=[Optional()])
    channel = SelectField("How did you meet?", choices=choices_of(Channel))
    notes = TextAreaField(
        "What was said?",
        description=WRITE_AS,
        filters=[stripped],
        validators=[
            InputRequired("Write what was said. One sentence is enough."),
            Length(max=LONGEST_NOTES, message=f"Keep this under {LONGEST_NOTES:,} characters."),
        ],
    )
    topics = StringField(
        "What was it about?",
        description="In a few words, such as: rota, notice of eight weeks.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TOPICS, message=f"Keep this under {LONGEST_TOPICS} characters.")],
    )
    sentiment = SelectField(
        "How did they speak of the change?",
        description="Stored only of groups, people outside the directory, and people while they hold a post in the change. If anybody "
        "else took part, leave it empty.",
        choices=[SelectChoice("", "Not said"), *choices_of(Sentiment)],
    )
    colleague = PersonField("Who of us was there too?", description=f"{REFERENCE} Empty: only you.")

    def said(self) -> Said:
        """Return what the form says; what it doesn't ask is not said."""
        on: date = self.happened_on.data
        at: time | None = self.began_at.data
        sentiment = self.sentiment.data if self.sentiment else ""
        return Said(
            Channel(self.channel.data),
            on,
            self.notes.data or "",
            self.topics.data or "",
            Sentiment(sentiment) if sentiment else None,
            datetime.combine(on, at, reader_zone()) if at else None,
            self.colleague.person.id if self.colleague.person else None,
        )


class LogForm(WordsForm):
    """An interaction that is logged; only here it is asked who took part."""

    parties = TextAreaField(
        "With whom?",
        description=f"A line for each stakeholder, at most {MOST_PARTIES}: their name on the map, their mail address, or a "
        "number such as #12. A whole team is one entry: its department.",
        filters=[stripped],
        validators=[InputRequired("Name at least one stakeholder."), Length(max=MOST_PARTIES * 250)],
    )

    next_text = StringField(
        "What comes next?",
        description="A promise that you made, or when you talk again. With several it is kept for each of them.",
        filters=[stripped],
        validators=[Length(max=LONGEST_TEXT, message=f"Keep this under {LONGEST_TEXT:,} characters.")],
    )
    next_on = DateField("By which day?", validators=[Optional()])
    next_owner = PersonField("Who does it?", description=REFERENCE)

    def next_step(self) -> tuple[str, Person, date] | None:
        """Return what comes next, who does it, and by when; None if nothing is said of it. Raises BadInput for a part of it."""
        text, on, owner = self.next_text.data, self.next_on.data, self.next_owner.person
        if not text and on is None:
            return None
        problems = {} if text else {"next_text": "Say what comes next, or leave the day empty too."}
        problems |= {} if on else {"next_on": "Say by which day."}
        problems |= {} if owner else {"next_owner": f"Say who does it. {REFERENCE}"}
        if not text or on is None or owner is None:
            raise BadInput(next(iter(problems.values())), problems)
        return text, owner, on

    def lines(self) -> list[str]:
        """Return the lines that name somebody; raises BadInput for too many."""
        lines = [line for line in (self.parties.data or "").splitlines() if line.strip()]
        if len(lines) > MOST_PARTIES:
            sentence = f"Name at most {MOST_PARTIES}. For more, put the group itself on the map."
            raise BadInput(sentence, {"parties": sentence})
        return lines


class CorrectionForm(WordsForm, EditForm):
    """What is said of an interaction from now on."""


def as_asked(wording: InteractionWording) -> dict[str, Any]:
    """Return a wording as the values of a form."""
    began = wording.began_at.astimezone(reader_zone()).time() if wording.began_at else None
    return {
        "happened_on": wording.happened_on,
        "began_at": began,
        "channel": wording.channel.value,
        "notes": wording.notes,
        "topics": wording.topics,
        "sentiment": wording.sentiment.value if wording.sentiment else "",
        "colleague": wording.colleague,
    }


def first_words(parties: Sequence[Stakeholder]) -> str:
    """Name those who took part in a heading: "Works council", "Works council and 3 more"."""
    if not parties:
        return "Somebody on another map"
    return parties[0].title if len(parties) == 1 else f"{parties[0].title} and {len(parties) - 1} more"
