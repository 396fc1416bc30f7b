"""What waves have at all of the things that criteria ask about and few waves have, in one statement."""

from collections.abc import Sequence, Set
from functools import cache
from typing import NamedTuple

from sqlalchemy import Executable, exists, func, select
from sqlalchemy.orm import aliased

from engagement.consultations.models import Consultation
from engagement.db import db
from engagement.readiness.criteria.models import Criterion
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Severity
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.models import Wave
from engagement.waves.rules import IN_USE
from engagement.waves.tallies.models import Tally
from engagement.waves.tallies.queries import WAVES


class There(NamedTuple):
    """Which waves have a severe concern that is open, a body that is asked, an assessment, and a criterion of which somebody said something.

    `users` is about how many people the waves have that are in use.
    """

    severe: Set[int]
    consulted: Set[int]
    assessed: Set[int]
    said: Set[int]
    users: int


def there_in(wave_ids: Sequence[int]) -> There:
    """Return which of these waves have what."""
    rows = db.session.execute(_statement(), {"waves": list(wave_ids)}).all()
    severe, consulted, assessed, said = ({row[0] for row in rows if row[place]} for place in range(1, 5))
    return There(severe, consulted, assessed, said, max(row.users for row in rows))


# Making a long statement anew costs more than running it.
@cache
def _statement() -> Executable:
    is_severe = (
        Concern.wave_id == Wave.id,
        Concern.severity == Severity.SEVERE,
        Concern.status.in_([status for status in ConcernStatus if status.is_open]),
        Concern.left_out.is_(None),
    )
    has = (exists().where(table.wave_id == Wave.id) for table in (Consultation, ImpactAssessment, Criterion))
    used = aliased(Wave)
    in_use = (Tally.role.is_(None), used.id == Tally.wave_id, used.status.in_(IN_USE))
    users = select(func.coalesce(func.sum(Tally.members), 0)).where(*in_use).scalar_subquery().label("users")
    return select(Wave.id, exists().where(*is_severe), *has, users).where(Wave.id.in_(WAVES))
