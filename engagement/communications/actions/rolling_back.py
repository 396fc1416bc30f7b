"""Rolling a wave back: messages are prepared and approved beforehand, kept, and sent when it happens."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from engagement import audit, clock
from engagement.accounts.models import Account
from engagement.audiences.actions import audience_of_wave
from engagement.audit import Actor
from engagement.communications.actions.calendar import make_communication
from engagement.communications.models import Communication, Details, Occurrence
from engagement.communications.queries.calendar import kept_messages
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.days.working_days import working_days_before
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.verbs import Verb
from engagement.waves import actions as waves
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

#: Kept messages are dated so far ahead that nothing takes them for due, missed or near; each has a minute of its own.
KEPT_FROM = datetime(2200, 1, 1, tzinfo=UTC)
#: Approved this many working days before go-live, they are there when they are needed.
WRITTEN_BEFORE = 5
OUTLINE = """From now on we work again as before: *say in one sentence what that means*.

**What you do now:** *the first three steps, for somebody in the middle of a case*

**What happens to work that is half done:** *who looks after it, until when*

**Why:** *what went wrong, in plain words*

**Next:** *when you hear from us again. Training is not due until the wave is planned anew.*
"""


def prepare_message(wave: Wave, *, owner: Account, timezone: str, holiday_country: str, by: Actor) -> Occurrence:
    """Open a draft that is sent to a wave's people if the wave is rolled back; it is written and approved like any other.

    Raises RuleBroken for a wave that is over, BadInput as `make_communication` does.
    """
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}; it can’t be rolled back any more.")
    name = f"If wave {wave.number} is rolled back"
    its = select(Communication).where(
        Communication.wave_id == wave.id, Communication.name == name, Communication.ended_at.is_(None)
    )
    line = db.session.scalars(its.order_by(Communication.id)).first()
    if line is None:
        details = Details(
            CommunicationKind.PROGRAMME_UPDATE,
            name,
            audience_of_wave(wave, by=by),
            owner,
            None,
            wave=wave,
            timezone=timezone,
            holiday_country=holiday_country,
            # It can't wait for the morning: people stop in the middle of their work.
            in_working_hours=False,
            outline=OUTLINE,
        )
        line = make_communication(wave.programme, details, by=by)
    number = db.session.scalar(select(func.count()).where(Occurrence.communication_id == line.id)) or 0
    at = KEPT_FROM + timedelta(minutes=number)
    row = Occurrence(
        communication=line,
        planned_for=at,
        sends_at=at,
        from_cadence=False,
        write_by=working_days_before(wave.go_live_on, WRITTEN_BEFORE, holiday_country),
        subject=f"{wave.name}: we go back to the way it was",
        is_kept=True,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.KEPT_MESSAGE, row, by=by)
    return row


def roll_back(wave: Wave, *, reason: str, by: Actor) -> list[Occurrence]:
    """Roll a wave back and let its approved kept messages go out now; return them. The others stay kept.

    Raises RuleBroken for a wave that is not live, BadInput without a reason.
    """
    waves.change_status(wave, WaveStatus.ROLLED_BACK, reason=reason, by=by)
    sent = [row for row in kept_messages(wave.id) if row.status is OccurrenceStatus.APPROVED]
    for number, row in enumerate(sent):
        row.is_kept = False
        row.planned_for = row.sends_at = clock.now() + timedelta(microseconds=number)
        audit.record(Verb.RELEASED_KEPT, row, by=by, reason=(None, reason.strip()))
    db.session.flush()
    return sent
