"""Sent messages that name a day, such as a go-live that has moved since."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from engagement.communications.models import Communication, Occurrence
from engagement.db import db
from engagement.mail.queries import letters_of
from engagement.waves.models import Wave
from engagement.words import brief_day_words, day_words, short_day_words


def messages_naming(wave: Wave, day: date, unless: date) -> list[Occurrence]:
    """Return sent messages of a wave, and of its whole programme, that name a day; the newest first.

    Messages that also name the day `unless` are corrections and left out. The day is searched for as the language of
    each text writes it, and in the short forms that people type.
    """
    sent = (
        select(Occurrence)
        .join(Occurrence.communication)
        .join(Occurrence.mailing)
        .where(
            Communication.programme_id == wave.programme_id,
            or_(Communication.wave_id == wave.id, Communication.wave_id.is_(None)),
        )
        .options(joinedload(Occurrence.mailing), joinedload(Occurrence.communication))
        .order_by(Occurrence.sends_at.desc(), Occurrence.id.desc())
    )
    return [row for row in db.session.scalars(sent) if _names(row, day) and not _names(row, unless)]


def _names(occurrence: Occurrence, day: date) -> bool:
    letters = letters_of(occurrence.mailing) if occurrence.mailing else []
    return any(
        way in text
        for letter in letters
        for text in [f"{letter.subject}\n{letter.text}".replace("\N{NO-BREAK SPACE}", " ")]
        for way in _ways_to_write(day, letter.language)
    )


def _ways_to_write(day: date, language: str) -> set[str]:
    own = day_words(day, language=language).replace("\N{NO-BREAK SPACE}", " ")
    short = {short_day_words(day, with_year=False), brief_day_words(day, with_weekday=False)}
    figures = {day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d.%m.%Y}", f"{day.day}/{day.month}/{day.year}"}
    return {own} | short | figures | {f"{day.day}.{day.month}.{day.year}", f"{day:%B} {day.day}"}
