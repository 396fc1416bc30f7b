"""How fast messages go out: turns that all processes take from one row of the database."""

import time
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select, text, update

from engagement.db import insert_new
from engagement.mail.outbox.models import MailPace
from engagement.mail.outbox.rules import AHEAD, Turns, turns

#: 1970-01-01 as SQLite counts days.
_EPOCH = 2_440_587.5


class Pace:
    """Lets `per_minute` messages a minute through to a relay, evenly spaced, over all processes together; 0 means no limit.

    `per_domain` limits what goes to each domain of recipients.
    """

    def __init__(self, per_minute: int = 0, relay: str = "", per_domain: int = 0) -> None:
        self.per_minute = per_minute
        self.per_domain = per_domain
        self.relay = relay[:300]

    def take_turns(self, connection: Connection, most: int) -> list[float]:
        """Take up to `most` turns and return their instants by `time.monotonic`; none when they are too far ahead. Commits."""
        if connection.dialect.name == "postgresql":
            # Turns that a power cut forgets do no harm, so nobody waits for the disk.
            connection.execute(text("SET LOCAL synchronous_commit TO off"))
        row = select(MailPace.next_at).where(MailPace.relay == self.relay).with_for_update()
        next_at = connection.scalar(row)
        if next_at is None:
            first = insert_new(MailPace).values(relay=self.relay, next_at=_now(connection)).on_conflict_do_nothing()
            connection.execute(first)
            next_at = connection.execute(row).scalar_one()
        taken: Turns = turns(next_at, _now(connection), self.per_minute, most)
        started = time.monotonic()
        if taken.offsets:
            connection.execute(update(MailPace).where(MailPace.relay == self.relay).values(next_at=taken.next_at))
        connection.commit()
        return [started + offset for offset in taken.offsets]


def _now(connection: Connection) -> datetime:
    """Return the time by the clock of the database, which all processes share."""
    if connection.dialect.name != "postgresql":
        seconds: float = connection.execute(select((func.julianday("now") - _EPOCH) * 86_400)).scalar_one()
        return datetime.fromtimestamp(seconds, UTC)
    present: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return present


#: So long somebody waits who got no turn.
TRY_AGAIN_AFTER = AHEAD / 4
