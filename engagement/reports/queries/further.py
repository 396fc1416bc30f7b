"""What goes along with the sheet in its workbook and CSV: the reports on resistance and maturity, for the same reader."""

from dataclasses import replace
from datetime import date

from engagement.accounts.scopes.reader import Reader
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.reports.queries.maturity import maturity_report
from engagement.reports.queries.resistance import resistance_report
from engagement.reports.rules.document import Document


def with_further(
    document: Document, programme: Programme, on: date, reader: Reader, floor: int, organisation: Organisation
) -> Document:
    """Return the document of the sheet with the figures of both reports as they stand now, as their own files have them."""
    resistance = resistance_report(programme, on, reader, floor, organisation)
    maturity = maturity_report(programme, on, reader, organisation)
    return replace(document, further={"Resistance": resistance.document, "Maturity": maturity.document})
