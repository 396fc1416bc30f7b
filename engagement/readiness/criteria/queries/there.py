"""What waves have at all of the things that criteria ask about and few waves have, in one statement."""

from collections.abc import Sequence, Set
from functools import cache
from typing import NamedTuple

from sqlalchemy import Executable, exists, select

from engagement.consultations.models import Consultation
from engagement.db import db
from engagement.readiness.criteria.models import Criterion
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Severity
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.models import Wave
from engagement.waves.tallies.queries import WAVES


class There(NamedTuple):
    """Which waves have a severe concern that is open, a body that is asked, an assessment, and a criterion of which somebody said something."""

    severe: Set[int]
    consulted: Set[int]
    assessed: Set[int]
    said: Set[int]


def there_in(wave_ids: Sequence[int]) -> There:
    """Return which of these waves have what."""
    rows = db.session.execute(_statement(), {"waves": list(wave_ids)}).all()
    return There(*({row[0] for row in rows if row[place]} for place in range(1, 5)))


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
    return select(Wave.id, exists().where(*is_severe), *has).where(Wave.id.in_(WAVES))
