"""What value metrics need of a reader: a reading that is due."""

from datetime import date

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import Need, Needed, first, person
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.value.queries.present import MetricShown
from engagement.value.queries.waiting import readings_due


def metrics_to_read(reader: Reader, on: date, limit: int) -> Needed:
    """Return the metrics of workflows in use that the reader has to read, or nobody does in their programmes."""

    def row(found: MetricShown) -> Need:
        metric, latest = found.metric, found.latest
        return Need(
            Reason.READING_DUE,
            Kind.METRIC,
            metric.id,
            metric.name,
            Place.METRIC,
            found,
            person(metric.owner) if metric.owner and not metric.owner.has_left else None,
            latest.measured_on if latest else None,
            found.next_on,
            days_late(found.next_on, on),
        )

    return first(Reason.READING_DUE, readings_due(rights.planning(reader), on), row, limit)
