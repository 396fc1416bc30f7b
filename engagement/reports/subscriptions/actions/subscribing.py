"""Who is sent a report: asking for it, changing how often, and ending it."""

from engagement import audit, clock
from engagement.accounts.models import Account
from engagement.audit import Actor
from engagement.days.local_time import check_zone, clock_time
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.programmes.models import Programme
from engagement.reports.subscriptions.models import ReportSubscription
from engagement.reports.subscriptions.queries import lasting_subscription
from engagement.reports.subscriptions.rules.rhythm import Wish
from engagement.verbs import Verb


def subscribe(programme: Programme, account: Account, wish: Wish, country: str, *, by: Actor) -> ReportSubscription:
    """Send the report of a programme to somebody from now on, as wished; what rested is taken up again.

    Whether they may read it is asked at each sending. Raises BadInput for no time of day, RuleBroken for a programme that is closed.
    """
    clock_time(wish.at)
    check_zone(wish.timezone)
    # So that of two who ask at the same moment the second changes what the first made.
    db.session.flush()
    db.session.refresh(programme, with_for_update={"of": Programme})
    if programme.closed_at is not None:
        raise RuleBroken(f"{programme.name} is closed. Its report is not sent any more; it can still be read.")
    row = lasting_subscription(programme.id, account.id)
    before = row.wish.words if row is not None else None
    if row is None:
        row = ReportSubscription(programme=programme, account=account, made_at=clock.now(), made_by_id=by.account_id)
        db.session.add(row)
    row.rhythm, row.at, row.timezone, row.with_csv = wish.rhythm, wish.at, wish.timezone, wish.with_csv
    row.next_at = wish.next_at(clock.now(), country)
    row.rests_at, row.rests_because = None, ""
    db.session.flush()
    verb = Verb.SUBSCRIBED_TO_REPORT if before is None else Verb.CHANGED_SUBSCRIPTION
    _record(verb, row, by, sent=(before, wish.words))
    return row


def end_subscription(row: ReportSubscription, *, by: Actor) -> None:
    """Send the report no more. Raises RuleBroken if that was said before."""
    if row.ended_at is not None:
        raise RuleBroken("This report is not sent any more already.")
    row.ended_at, row.ended_by_id = clock.now(), by.account_id
    _record(Verb.ENDED_SUBSCRIPTION, row, by, sent=(row.wish.words, None))
    db.session.flush()


def rest(row: ReportSubscription, why: str) -> None:
    """Send nothing until somebody takes it up again, for a reason that its reader and the planners see."""
    row.rests_at, row.rests_because = clock.now(), why
    _record(Verb.RESTED_SUBSCRIPTION, row, audit.CLOCK, reason=(None, why))


def _record(verb: Verb, row: ReportSubscription, by: Actor, **changes: tuple[object, object]) -> None:
    audit.record(verb, audit.about(row, row.account.person), by=by, **changes)
