"""After a restore: nothing that may have happened since the backup is done again by itself; people decide."""

from datetime import datetime, timedelta

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    Select,
    String,
    cast,
    column,
    exists,
    insert,
    inspect,
    literal,
    select,
    table,
    update,
)

from engagement.db import UtcDateTime
from engagement.set_aside import SetAside

_DELIVERY = table("delivery", *(column(name) for name in "state reason claimed_by claimed_until".split()))
_OCCURRENCE = table(
    "occurrence",
    *(column(name) for name in "id communication_id mailing_id status reason".split()),
    column("sends_at", UtcDateTime()),
    column("queued_at", UtcDateTime()),
)
_MAILING = table("mailing", column("id"), column("title"), column("asks_confirmation", Boolean()))
_ACCOUNT = table("account", column("session_version"))
_COMMITMENT = table(
    "commitment",
    *(column(name) for name in "reminded_for escalated_for closed_at".split()),
    column("due_on", Date()),
)
_SUBSCRIPTION = table(
    "report_subscription", *(column(name) for name in "id ended_at rests_at".split()), column("next_at", UtcDateTime())
)
_SENDING = table(
    "report_sending",
    *(column(name) for name in "subscription_id reason".split()),
    *(column(name, UtcDateTime()) for name in ("due_at", "at")),
)
#: So long before its day a reminder of a promise may have been sent; long holidays count.
LONGEST_NEAR = timedelta(days=14)
#: Added to session versions: sessions that began after the backup and were ended since must not become valid again.
SESSIONS_AHEAD = 1_000
#: The longest time over which a message has reminders.
LONGEST_REMINDING = timedelta(days=100)


def hold_what_was_due(connection: Connection, made_at: datetime, now: datetime) -> None:
    """Hold what waited, was being sent, or became due since the backup; end all sessions.

    Each of these may have been sent between the backup and now. Deliveries get an unknown outcome, approved messages
    are held, drafts whose time has passed count as missed, and reminders wait until somebody has them retried.
    """
    when = f"The backup of {made_at:%Y-%m-%d %H:%M} UTC was restored. "
    waiting = ("queued", "claimed", "attempting", "deferred")
    connection.execute(
        update(_DELIVERY)
        .where(_DELIVERY.c.state.in_(waiting))
        .values(
            state="unknown",
            reason=f"{when}It waited then, and may have been sent since.",
            claimed_by=None,
            claimed_until=None,
        )
    )
    for before, after, words in (
        (("approved",), "held", "It was due since then, and may have been sent. Find out before you send it."),
        (("draft", "in_review"), "missed", "It was not approved then; it may have been approved and sent since."),
    ):
        connection.execute(
            update(_OCCURRENCE)
            .where(_OCCURRENCE.c.status.in_(before), _OCCURRENCE.c.sends_at <= now)
            .values(status=after, reason=f"{when}{words}")
        )
    if inspect(connection).has_table(SetAside.__tablename__):
        _leave_reminders_alone(connection, now, f"{when}Reminders may have been sent since.")
    if inspect(connection).has_table(_COMMITMENT.name):
        _leave_promises_alone(connection, now)
    if inspect(connection).has_table(_SUBSCRIPTION.name):
        _leave_reports_alone(connection, now, f"{when}It was due since then, and may have been sent.")
    connection.execute(update(_ACCOUNT).values(session_version=_ACCOUNT.c.session_version + SESSIONS_AHEAD))


def _leave_reminders_alone(connection: Connection, now: datetime, reason: str) -> None:
    asking = (
        select(
            literal("send-reminders"),
            literal("occurrence"),
            cast(_OCCURRENCE.c.id, String),
            _MAILING.c.title,
            literal(reason),
            literal(now, UtcDateTime()),
        )
        .join_from(_OCCURRENCE, _MAILING, _MAILING.c.id == _OCCURRENCE.c.mailing_id)
        .where(
            _MAILING.c.asks_confirmation.is_(True),
            _OCCURRENCE.c.queued_at > now - LONGEST_REMINDING,
            cast(_OCCURRENCE.c.id, String).not_in(_left_alone_already()),
        )
    )
    connection.execute(insert(SetAside).from_select(["line", "kind", "key", "name", "reason", "at"], asking))


def _leave_promises_alone(connection: Connection, now: datetime) -> None:
    """Take it that letters about promises whose day is near or past were sent; the promises stand on Today as before."""
    near = now.date() + LONGEST_NEAR
    for said, until in (("reminded_for", near), ("escalated_for", now.date())):
        due = (_COMMITMENT.c.closed_at.is_(None), _COMMITMENT.c.due_on <= until)
        connection.execute(update(_COMMITMENT).where(*due).values({said: _COMMITMENT.c.due_on}))


def _leave_reports_alone(connection: Connection, now: datetime, reason: str) -> None:
    """Take it that reports whose date has come since were sent; the next ones come at their dates."""
    columns = _SUBSCRIPTION.c
    # The backup may be of a database that was restored itself a moment before.
    is_there = exists().where(_SENDING.c.subscription_id == columns.id, _SENDING.c.due_at == columns.next_at)
    due = select(columns.id, columns.next_at, literal(now, UtcDateTime()), literal(reason)).where(
        columns.next_at <= now, columns.ended_at.is_(None), columns.rests_at.is_(None), ~is_there
    )
    connection.execute(insert(_SENDING).from_select(["subscription_id", "due_at", "at", "reason"], due))


def _left_alone_already() -> Select[str]:
    return select(SetAside.key).where(SetAside.line == "send-reminders", SetAside.kind == "occurrence")
