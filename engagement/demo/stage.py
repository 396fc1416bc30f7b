"""The state of the demonstration while it is played: the day, the acting people, and the things they made."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from engagement import clock
from engagement.accounts.models import Account
from engagement.audiences.models import Audience
from engagement.communications.models import Communication
from engagement.days.working_days import working_days_after
from engagement.db import db
from engagement.demo.roster import Figure
from engagement.people.models import Person
from engagement.programmes.models import Programme, Workflow
from engagement.settings import Settings
from engagement.waves.models import Wave

DAYS_OF_HISTORY = 182


@dataclass
class Stage:
    """The state of the demonstration; `today` is the real day, all others count from it."""

    settings: Settings
    secret: str
    today: date
    accounts: dict[str, Account] = field(default_factory=dict)
    programme: Programme | None = None
    workflows: dict[str, Workflow] = field(default_factory=dict)
    waves: dict[int, Wave] = field(default_factory=dict)
    audiences: dict[str, Audience] = field(default_factory=dict)
    communications: dict[str, Communication] = field(default_factory=dict)
    # Seeded, so that the same day gives the same history; nothing here is secret.
    chance: random.Random = field(default_factory=lambda: random.Random(1803))  # noqa: S311

    def day(self, offset: int) -> date:
        """Return the day `offset` days from today."""
        return self.today + timedelta(days=offset)

    def working_day(self, offset: int) -> date:
        """Return the organisation's first working day from that day on."""
        return working_days_after(self.day(offset), 0, self.settings.holidays)

    @contextmanager
    def at(self, day: date, hour: int = 8, minute: int = 0) -> Iterator[datetime]:
        """Set the service's clock to this time (UTC) inside the block, and commit at its end."""
        instant = datetime.combine(day, time(hour, minute), UTC)
        with clock.standing_at(instant):
            yield instant
        db.session.commit()


def person_of(figure: Figure) -> Person:
    """Return a figure's entry in the directory."""
    return db.session.scalars(select(Person).where(Person.email == figure.email)).one()
