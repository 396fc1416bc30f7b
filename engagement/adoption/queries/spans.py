"""Reads of spans of use, and whether they are those of the days that they come from."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, false, select

from engagement.adoption.models import Usage, UsageSpan
from engagement.adoption.rules.spans import Span, joined, kept_before, span_of
from engagement.adoption.rules.vocabulary import earliest_kept
from engagement.db import db

Key = tuple[int, int]
"""A workflow and a person."""


def spans_where(*conditions: ColumnElement[bool]) -> dict[Key, Span]:
    """Return the kept spans that meet conditions on `UsageSpan`."""
    table = UsageSpan
    columns = (table.workflow_id, table.person_id, table.first_on, table.last_on, table.weeks, table.recent)
    rows = db.session.execute(select(*columns).where(*conditions))
    return {(row[0], row[1]): Span(row[2], row[3], row[4], row[5]) for row in rows}


def spans_that_differ(today: date) -> list[tuple[Key, Span | None]]:
    """Return the spans that are not what the days say, each with the right one; None where there is no use.

    Reads every day once, workflow by workflow, person by person.
    """
    earliest = earliest_kept(today)
    kept = spans_where()
    differ: list[tuple[Key, Span | None]] = []
    seen = set()
    for key, days in _days_by_key(earliest):
        seen.add(key)
        right = joined(kept_before(kept.get(key), earliest), span_of(days))
        if kept.get(key) != right:
            differ.append((key, right))
    for key, span in kept.items():
        if key not in seen and span.last_on >= earliest:
            differ.append((key, kept_before(span, earliest)))
    return differ


def _days_by_key(earliest: date) -> Iterator[tuple[Key, list[date]]]:
    rows = db.session.execute(
        select(Usage.workflow_id, Usage.person_id, Usage.used_on)
        .where(Usage.is_superseded == false(), Usage.uses > 0, Usage.used_on >= earliest)
        .order_by(Usage.workflow_id, Usage.person_id)
        .execution_options(yield_per=10_000)
    )
    for key, some in groupby(rows, key=itemgetter(0, 1)):
        yield key, [day for _, _, day in some]
