"""Every figure of random programmes is what counting row by row gives, and every format says the same and hides the same."""

import csv
import re
from collections import Counter
from html import unescape
from io import BytesIO, StringIO

import pytest
from factories import make_account, signed_in
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from readiness.random_programme import ON
from reports.random_sheet import FLOOR, make_random_sheet
from reports.sheet_by_hand import figures_by_hand, median_by_hand, objections_by_hand

from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.organisation.rules import UNSET
from engagement.programmes.models import Programme
from engagement.reports.files.rules.paper import pdf_of
from engagement.reports.files.rules.table import csv_table_of
from engagement.reports.files.rules.workbook import workbook_of
from engagement.reports.queries.sheet import sheet_of
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import NO_BASELINE, NOT_LIVE, WENT_LIVE, Figure, SubjectKind
from engagement.reports.rules.measures import Measure, Part
from engagement.reports.subscriptions.rules.letter import KEY_FIGURES, letter_of
from engagement.resistance.rules import Source

pytestmark = pytest.mark.usefixtures("app", "frozen")


def document_of(programme: Programme) -> Document:
    auditor = make_account("ada@example.com", "Ada Auditor", Role.AUDITOR)
    return sheet_of(programme, ON, reader_of(auditor, "UTC"), FLOOR, UNSET).document


OBJECTED = (Measure.WAVE_OPEN, Measure.WAVE_ANSWERED)


@settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
@given(seed=st.integers(0, 10**6))
def test_every_figure_is_what_counting_row_by_row_gives_and_files_say_the_same(seed: int) -> None:
    # What the example before left is nothing to this one.
    db.session.rollback()
    db.session.expunge_all()
    programme = make_random_sheet(seed)
    document = document_of(programme)
    counted = {
        figure.key: (figure.value, figure.numerator, figure.denominator)
        for figure in document.figures
        if figure.measure.part is not Part.OBJECTIONS
    }
    assert counted == {key: tuple(number) for key, number in figures_by_hand(programme).items()}
    assert_no_objector_can_be_worked_out(document)
    assert_files_say_the_same(document)


def assert_no_objector_can_be_worked_out(document: Document) -> None:
    """What is shown is right; what is hidden is of no group of the floor or more alone, and follows from nothing shown."""
    by_hand = objections_by_hand()
    shown = {figure.key: figure.value for figure in document.figures}
    for part, numbers in by_hand.items():
        of_sources = {source: shown[part, "source", source.value] for source in Source}
        hidden = [source for source, value in of_sources.items() if value is None]
        total = next(value for key, value in shown.items() if key[:2] == (part, "programme"))
        for source, (number, people) in numbers.items():
            assert of_sources[source] in (None, number)
            assert of_sources[source] is None or people >= FLOOR
        everything = sum(number for number, _ in numbers.values())
        assert total in (None, everything)
        if total is not None and hidden:
            together = sum(numbers[source][0] for source in hidden)
            assert len(hidden) >= 2
            assert together >= FLOOR
            assert together != len(hidden) * (FLOOR - 1)
    median = next(value for key, value in shown.items() if key[0] == "median")
    assert median == median_by_hand()


def assert_files_say_the_same(document: Document) -> None:
    read = list(csv.reader(StringIO(csv_table_of(document).decode("utf-8-sig"))))[1:]
    book = CalamineWorkbook.from_filelike(BytesIO(workbook_of(document)))
    cells = [[_cell(cell) for cell in row] for row in book.get_sheet_by_name("Figures").to_python()[1:]]
    rows = [row for row in read if row[2] in {measure.word for measure in Measure}]
    assert [row[:8] for row in cells if row[2] in {measure.word for measure in Measure}] == [
        [_cell(each) for each in row[:8]] for row in rows
    ]
    for figure, row in zip(document.figures, rows, strict=True):
        value = figure.missing if figure.value is None else _cell(f"{figure.value:.3f}")
        told = ["" if each is None else str(each) for each in (figure.numerator, figure.denominator)]
        assert [_cell(row[3]), *row[5:7]] == [_cell(value), *told]
        if figure.value is None:
            assert row[4:7] == ["", "", ""]
    paper = _plain("".join(page.extract_text() for page in PdfReader(BytesIO(pdf_of(document))).pages))
    # Why a way is not known is said once, not also of the way that was planned.
    planned = [each for each in document.figures if each.measure is Measure.VALUE_WAY_EXPECTED and each.value is None]
    assert_said([each for each in document.figures if each not in planned], paper)
    letter = _plain(letter_of(document, (), ON, "every Monday", "").text)
    key = [
        each
        for each in document.figures
        if each.measure in KEY_FIGURES.get(each.measure.part, ()) and each.missing not in (NOT_LIVE, WENT_LIVE)
    ]
    assert len(key) > 5
    for each in key:
        assert _plain(f"{each.name}: {each.words}") in letter
    of_sources = book.get_sheet_by_name("What people object to").to_python()
    assert [row[1] for row in of_sources[1:6]] == [
        "" if figure.value is None else figure.value
        for figure in document.figures
        if figure.measure is Measure.OPEN and figure.of.kind is SubjectKind.SOURCE
    ]


def assert_said(figures: list[Figure], text: str) -> None:
    """Each figure's words stand in a text at least as often as there are figures with these words; a sponsor alone stands once."""
    # One reason why training can neither be expected nor foreseen is said once, and objections to a wave only where one is shown.
    planned = {
        each.of: each.words for each in figures if each.measure is Measure.TRAINED_EXPECTED and each.value is None
    }
    shown = {each.of for each in figures if each.measure in OBJECTED and each.value is not None}
    figures = [
        each
        for each in figures
        if not (each.measure is Measure.TRAINED_FORECAST and planned.get(each.of) == each.words)
        and not (each.measure in OBJECTED and each.of not in shown)
    ]
    # What nobody measured before stands in one line.
    folded = [each for each in figures if each.words == NO_BASELINE]
    number = len([each for each in folded if each.measure is Measure.VALUE_WAY])
    if number > 1:
        assert f"Of{number}of" in text
        figures = [each for each in figures if each not in folded]
    for words, number in Counter(
        _plain(each.words) for each in figures if each.of.kind is not SubjectKind.SPONSOR
    ).items():
        assert text.count(words) >= number, words


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _cell(cell: object) -> str:
    """A number as both files can write it."""
    try:
        return f"{float(str(cell)):.3f}"
    except ValueError:
        return str(cell)


@pytest.mark.parametrize("seed", [3, 11])
def test_the_page_says_every_figure_and_hides_what_the_files_hide(app, seed):
    programme = make_random_sheet(seed)
    figures = document_of(programme).figures
    db.session.commit()
    page = signed_in(app, make_account("m@example.com", "Max Auditor", Role.AUDITOR)).get(
        f"/reports/programmes/{programme.id}"
    )
    text = _plain(
        unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", page.get_data(as_text=True), flags=re.DOTALL))
    )
    # Why a way is not known is said once, not also of the way that was planned.
    median, planned = (
        [figure for figure in figures if figure.measure is measure and figure.value is None]
        for measure in (Measure.MEDIAN, Measure.VALUE_WAY_EXPECTED)
    )
    assert_said([figure for figure in figures if figure not in (*median, *planned)], text)
    assert ("Toofewanswerstosayhowlongtheytook" in text) is bool(median)
