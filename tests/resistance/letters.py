"""Short ways to letters without a name."""

from datetime import date, timedelta

from sqlalchemy import select

from engagement.db import db
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.rules import Moment

SECRET = "a secret of the tests"
TUESDAY = date(2026, 4, 14)
WEDNESDAY = TUESDAY + timedelta(days=1)
SATURDAY, MONDAY = date(2026, 4, 18), date(2026, 4, 20)


def say(said="I fear for my job", source=Source.OTHER, wave=None, **more):
    return say_something(
        said, Sender.ANONYMOUS, About(source, wave=wave), secret=SECRET, moment=Moment(TUESDAY, "GB-ENG"), **more
    )


def said_so_far():
    return sorted(db.session.scalars(select(Concern.text)))
