"""What consultations need of a reader: an answer, a look at a deadline, or a position to a changed workflow."""

from datetime import date

from sqlalchemy import and_

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import ConsultationWaiting, Need, Needed, first
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.consultations.queries.standing import Shown, shown_where
from engagement.waves.queries import of_open_waves
from engagement.waves.scopes import waves_within


def consultations_waiting(reader: Reader, on: date, limit: int) -> Needed:
    """Return the consultations of waves that the reader plans about which something has to be done."""

    def row(found: Shown) -> Need:
        consultation = found.consultation
        deadline = consultation.deadline_on if found.is_pressing(on) else None
        return Need(
            Reason.CONSULTATION,
            Kind.CONSULTATION,
            consultation.id,
            consultation.title,
            Place.CONSULTATION,
            ConsultationWaiting(found.why_it_needs_somebody(on)),
            since=consultation.opened_at,
            by=deadline,
            days_late=days_late(deadline, on),
        )

    planning = rights.planning(reader)
    asked = and_(waves_within(planning), of_open_waves())
    waiting = [each for each in shown_where(asked) if each.why_it_needs_somebody(on)] if planning.holds_places else []
    return first(Reason.CONSULTATION, waiting, row, limit)
