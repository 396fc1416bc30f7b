"""Who sees and ends a subscription: who gets it, and who plans the programme."""

from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.programmes.scopes import reaches_programme
from engagement.reach import Reach, allow, found
from engagement.reports.subscriptions.models import ReportSubscription


def subscription_for(planning: Reach, subscription_id: int) -> ReportSubscription:
    """Return a subscription of the reader, or of a programme that they plan; raises NotFound or BeyondReach."""
    options = [joinedload(ReportSubscription.programme), joinedload(ReportSubscription.account)]
    row = found(db.session.get(ReportSubscription, subscription_id, options=options))
    allow(row.account_id == planning.account_id or reaches_programme(planning, row.programme), planning)
    return row
