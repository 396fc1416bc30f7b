"""Short ways to many concerns and what a report shows of them."""

from datetime import date

import pytest
from factories import hand_over_letters

from engagement.resistance.figures.queries import summary_for_report
from engagement.resistance.models import About
from engagement.resistance.rules import Sender
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.rules import Moment

on_a_database = pytest.mark.usefixtures("app", "frozen")
MONDAY = date(2026, 4, 13)
FLOOR = 5


def many(number, source, wave, on=MONDAY):
    for n in range(number):
        say_something(
            f"{source} {n} {on}", Sender.ANONYMOUS, About(source, wave=wave), secret="s", moment=Moment(on, "GB-ENG")
        )
    hand_over_letters(on)


def shown_of(wave, part="open"):
    found = summary_for_report(wave.programme_id, FLOOR)
    return {line.source: getattr(line, part) for line in found.sources} | {"total": getattr(found, part)}
