"""Who reads the report of a programme, who reads it without its objections, and a report as a document for them."""

from collections.abc import Sequence

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.programmes.scopes import programme_for
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import Figure
from engagement.resistance.scopes import reads_in_part
from engagement.words import moment_words


def report_for(reader: Reader, programme_id: int) -> Programme:
    """Return a programme whose report the reader reads; raises NotFound or BeyondReach."""
    return programme_for(rights.reporting(reader), programme_id)


def keeps_concerns_back(reader: Reader, programme_id: int) -> bool:
    """Return whether objections are left out, because the reader reads some of them and could subtract those."""
    return reads_in_part(rights.reading(reader), rights.planning(reader), programme_id)


def document_of(
    programme: Programme, reader: Reader, organisation: Organisation, lede: str, figures: Sequence[Figure]
) -> Document:
    """Return figures of a programme as a document, drawn now for a reader."""
    as_of = clock.now()
    moment = moment_words(as_of, reader.timezone)
    return Document(programme.name, organisation.name, reader.name, as_of, moment, lede, figures)
