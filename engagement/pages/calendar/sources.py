"""Where the figures of a message come from: each with the page on which it is measured, for who may open that."""

from dataclasses import dataclass

from flask import url_for

from engagement.accounts.scopes import rights
from engagement.communications.models import Occurrence
from engagement.communications.texts.rules.merge_fields import VALUE, fields_in
from engagement.pages.frame import guard
from engagement.programmes.scopes import reaches_programme
from engagement.value.queries.by_wave import value_of_programme


@dataclass(frozen=True)
class Source:
    """A figure in a message: what was measured last, and where it stands."""

    words: str
    latest: str
    url: str


def value_sources(row: Occurrence) -> list[Source]:
    """Return what each figure of value in a message rests on, in the order of its lines; nothing where it has none."""
    programme = row.communication.programme
    if VALUE not in fields_in(row.body) or not reaches_programme(rights.overseeing(guard.reader()), programme):
        return []
    return [
        Source(
            f"{each.wave.title}: {shown.metric.workflow.name}, {shown.metric.name}",
            shown.latest_words,
            url_for("value.metric", metric_id=shown.metric.id),
        )
        for each in value_of_programme(programme.id)
        for shown in each.metrics
    ]
