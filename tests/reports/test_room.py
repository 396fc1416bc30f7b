"""How much room a sheet takes on paper: the first page says everything, definitions follow."""

from io import BytesIO

import pytest
from factories import make_account, make_change_manager, make_person
from pypdf import PdfReader
from readiness.gate_rows import TODAY
from reports.six_waves import make_six_waves

from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.people.organisation.rules import UNSET
from engagement.reports.files.rules.paper import pdf_of
from engagement.reports.queries.sheet import sheet_of
from engagement.reports.rules.measures import Part


@pytest.mark.usefixtures("app", "frozen")
def test_six_waves_fit_on_one_page_and_definitions_follow() -> None:
    programme = make_six_waves(TODAY, make_person("Margaret Leclerc"), make_change_manager())
    auditor = make_account("ada@example.com", "Ada Auditor", Role.AUDITOR)
    document = sheet_of(programme, TODAY, reader_of(auditor, "UTC"), 5, UNSET).document
    assert (len(document.decisions), len(document.decided)) == (3, 1)
    first, second = (page.extract_text() for page in PdfReader(BytesIO(pdf_of(document))).pages)
    parts = [part for part in Part if document.of_part(part)]
    assert set(parts) >= {Part.WAVES, Part.VALUE, Part.SPONSORS, Part.OBJECTIONS, Part.MESSAGES}
    for part in parts:
        assert part.word in first
    assert "How each figure is counted" not in first
    assert second.startswith("How each figure is counted")
