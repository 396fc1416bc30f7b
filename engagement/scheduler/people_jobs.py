"""The jobs of the timetable about people: where they belong, and what they learn."""

from sqlalchemy import select

from engagement import clock
from engagement.audiences import actions as audiences
from engagement.audiences.membership.actions import settle_members
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.planning.actions.anchoring import settle_plan
from engagement.planning.queries.moves import Seen
from engagement.scheduler.items import ids_of, one_by_one
from engagement.settings import Settings
from engagement.training.actions import leftovers
from engagement.training.actions.assigning import settle_assignments
from engagement.training.queries.settled import unsettled_waves, waves_with_questions
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.words import count

_SHUT = (WaveStatus.CLOSED, WaveStatus.CANCELLED)


def settle_directory(settings: Settings) -> str:
    """Update memberships, roles by rule, assignments and due days after changes of directory and calendar.

    Each wave and role separately. All waves place their people first, so that somebody who moved between waves is
    treated as one who moved.
    """
    line = "settle-directory"

    def place(key: int) -> tuple[int, int]:
        wave = db.session.get_one(Wave, key)
        settle_plan([wave], Seen(clock.now(), clock.today(settings.timezone), settings.holidays))
        return settle_members(wave, clock.today(settings.timezone))

    placed = one_by_one(
        line, Wave, ids_of(select(Wave).where(Wave.status.not_in(_SHUT)).order_by(Wave.go_live_on)), place
    )
    one_by_one(
        line,
        "training role",
        list(TrainingRole),
        lambda role: audiences.settle_training_roles(clock.now(), TrainingRole(role)),
    )
    unsettled = unsettled_waves()
    to_settle = select(Wave).where(Wave.id.in_(unsettled | waves_with_questions())).order_by(Wave.go_live_on)
    settled = one_by_one(
        line,
        Wave,
        ids_of(to_settle),
        lambda key: settle_assignments(clock.now(), key, is_settled=key not in unsettled),
    )
    made, withdrawn, asked = (sum(getattr(s, each) for s in settled) for each in ("made", "withdrawn", "asked"))
    came, went = sum(came for came, _ in placed), sum(went for _, went in placed)
    moved = f"{count(came)} joined a wave, {count(went)} left one."
    return f"{moved} {count(made)} assigned, {count(withdrawn)} withdrawn, {count(asked)} asked about."


def settle_leftovers(_settings: Settings) -> str:
    """Make the default decision for old training that nobody decided in time."""
    overdue = leftovers.overdue_leftovers(clock.now())
    gone = one_by_one(
        "settle-leftovers", "old training", overdue, lambda key: leftovers.settle_leftovers(clock.now(), key)
    )
    return f"{count(sum(gone))} let go."
