"""One list of figures in every format: page, PDF, workbook and CSV say the same, and hide the same."""

import csv
import re
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from zipfile import ZipFile

from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from engagement.reports.files.rules.paper import pdf_of
from engagement.reports.files.rules.table import csv_table_of
from engagement.reports.files.rules.workbook import workbook_of
from engagement.reports.rules.comparing import Change, changes
from engagement.reports.rules.decisions import Decided, Decision, DecisionKind
from engagement.reports.rules.document import HEADER, Document, Trend, rows
from engagement.reports.rules.figures import Figure, Subject, SubjectKind, figure_of, share_of
from engagement.reports.rules.measures import Measure
from engagement.reports.subscriptions.rules.letter import letter_of

ON = date(2026, 4, 14)
MODULES = "“Triage” (user)"
HOSTILE = "#strong[=1+1] <b> \\u{41} 日本 “Łódź”"


def wave(number: int, name: str, finished: int, asked: int, expected: float | None) -> list[Figure]:
    of = Subject(SubjectKind.WAVE, str(number), f"Wave {number}: {name}")
    return [
        figure_of(Measure.PEOPLE, of, asked or None, ON, missing="nobody is in it yet"),
        replace(share_of(Measure.TRAINED, of, finished, asked, ON, "nothing assigned yet"), basis=MODULES),
        figure_of(
            Measure.TRAINED_EXPECTED, of, expected, ON, missing="not known: no day is set on which training opens"
        ),
        share_of(Measure.READY, of, 3, 7, ON, ""),
    ]


def source(key: str, name: str, open_: int | None) -> list[Figure]:
    of = Subject(SubjectKind.SOURCE, key, name)
    return [
        figure_of(Measure.OPEN, of, open_, ON, groups_under=5),
        figure_of(Measure.ANSWERED, of, open_, ON, groups_under=5),
    ]


FIGURES = [
    *wave(1, HOSTILE, 371, 538, 55.0),
    *wave(2, "Empty", 0, 0, None),
    *source("job_security", "Job security", 19),
    *source("other", "Other", None),
]
STEPS = share_of(Measure.STEPS, Subject(SubjectKind.PROGRAMME, "1", "All sponsors"), 1, 2, ON, "no step planned")
BEFORE = replace(share_of(Measure.TRAINED, FIGURES[1].of, 301, 520, date(2026, 3, 31), ""), basis=MODULES)
DOCUMENT = Document(
    name="Claims and finance",
    organisation="Northmere",
    reader="Margaret Leclerc",
    as_of=datetime(2026, 4, 14, 8, 0, tzinfo=UTC),
    moment="Tuesday 14 April 2026, 09:00",
    lede="Not on track, because nothing is.",
    calm="",
    decisions=[
        Decision(DecisionKind.GO_LIVE, "=Decide this", "Because", ON, proposal="Do it.", otherwise="Otherwise not.")
    ],
    decided=[Decided("Wave 2, =Empty", "Passed. Ann said go.", 2)],
    figures=FIGURES,
    facts={FIGURES[0].of.name: "Planned, go-live 12 May"},
    changes={BEFORE.key: Change(FIGURES[1], BEFORE)},
    compared_with=date(2026, 3, 31),
)


def plain(text: str) -> str:
    """Text as a PDF gives it back: broken anywhere, with letters that the font lacks spelt out."""
    return re.sub(r"\s+", "", text.replace("日本", "RiBen"))


def test_csv_and_workbook_have_the_same_rows_and_no_formula():
    told = [[str(cell) for cell in row] for row in rows(DOCUMENT)]
    read = list(csv.reader(StringIO(csv_table_of(DOCUMENT).decode("utf-8-sig"))))
    assert read[0] == list(HEADER)
    assert len(read) == len(told) + 1
    book = CalamineWorkbook.from_filelike(BytesIO(workbook_of(DOCUMENT)))
    assert book.sheet_names == ["Figures", "Training", "What people object to"]
    cells = book.get_sheet_by_name("Figures").to_python()
    for one, other in zip(read[1:], cells[1:], strict=True):
        assert [one[place] for place in (0, 2, 5, 6)] == [
            str(int(cell)) if isinstance(cell, float) else cell for cell in (other[place] for place in (0, 2, 5, 6))
        ]
    assert read[2][1] == "'=Decide this"
    assert ["not shown" in row for row in read].count(True) == 2
    with ZipFile(BytesIO(workbook_of(DOCUMENT))) as parts:
        assert {name for name in parts.namelist() if "charts/chart" in name} == {
            "xl/charts/chart1.xml",
            "xl/charts/chart2.xml",
        }
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name)
    objections = book.get_sheet_by_name("What people object to").to_python()
    assert [row[:2] for row in objections[1:3]] == [["Job security", 19], ["Other", ""]]


def test_the_pdf_says_every_figure_with_tags_and_reads_nothing_as_markup():
    begun = time.process_time()
    content = pdf_of(DOCUMENT)
    assert time.process_time() - begun < 0.5
    read = PdfReader(BytesIO(content))
    root = read.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert root["/Lang"] == "en-GB"
    tags = {str(each) for each in _kinds(root["/StructTreeRoot"])}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/LI"} <= tags
    drawn = [["/Figure" in _kinds(cell) for cell in row["/K"]] for row in _rows(root["/StructTreeRoot"])]
    assert [row for row in drawn if any(row)] == [[False, False, True, False]], "the bar is below the share trained"
    text = plain("".join(page.extract_text() for page in read.pages))
    for figure in FIGURES:
        assert plain(figure.of.name) in text
        assert plain(figure.words) in text
    for words in (
        DOCUMENT.lede,
        "58 %, 301 of 520",
        "Otherwise not.",
        "Wave 2, =Empty",
        "Passed. Ann said go.",
        "Planned, go-live 12 May",
        *DOCUMENT.notes.values(),
    ):
        assert plain(words) in text


def _rows(node):
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [row for each in node for row in _rows(each)]
    if not isinstance(node, dict) or node.get("/S") == "/TR":
        return [node] if isinstance(node, dict) else []
    return _rows(node["/K"]) if "/K" in node else []


def _kinds(node):
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [kind for each in node for kind in _kinds(each)]
    if not isinstance(node, dict):
        return []
    return [*([node["/S"]] if "/S" in node else []), *(_kinds(node["/K"]) if "/K" in node else [])]


def test_a_report_of_nothing_is_words_in_every_format():
    nothing = replace(DOCUMENT, figures=wave(2, "Empty", 0, 0, None))
    assert len(PdfReader(BytesIO(pdf_of(nothing))).pages) == 2
    assert len(CalamineWorkbook.from_filelike(BytesIO(workbook_of(nothing))).sheet_names) == 3
    assert "NaN" not in csv_table_of(nothing).decode()


def test_a_figure_of_another_day_than_the_report_says_it_on_paper_and_in_mail():
    of = Subject(SubjectKind.METRIC, "1", "Claims triage: Minutes a case")
    read = figure_of(Measure.VALUE, of, 26.5, date(2026, 4, 5), unit="hours", note="Before: 52 hours.")
    before = replace(read, value=33.0, as_of=date(2026, 3, 10))
    told = replace(
        DOCUMENT,
        on=ON,
        figures=[*FIGURES, read],
        changes={change.now.key: change for change in changes([read], [before], (date(2026, 3, 31),))},
    )
    paper = plain("".join(page.extract_text() for page in PdfReader(BytesIO(pdf_of(told))).pages))
    assert plain("26.5 hours on 5 April; −6.5 from 33 hours on 10 March") in paper
    letter = letter_of(told, (), ON, "every Monday", "")
    assert "Measured last: 26.5 hours on 5 April (−6.5 from 33 hours on 10 March)" in letter.text
    assert "Trained: 69\N{NO-BREAK SPACE}%, 371 of 538\n" in letter.text
    assert "unless they name another day" in letter.text
    (row,) = [row for row in rows(told) if row[2] == read.name]
    assert (row[8], row[11]) == (date(2026, 4, 5), date(2026, 3, 10))


def test_own_promises_trends_and_what_is_left_out_are_in_every_format():
    told = replace(
        DOCUMENT,
        promises="1 of 2 done and 1 to come. 20 April, Visit a team: Letters (coming).",
        trends={"job_security": Trend([16, None, 19], "rising from 16 to 19"), "other": Trend([None, None], "")},
        groups_under=5,
    )
    content = pdf_of(told)
    paper = plain("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))
    letter = letter_of(told, (), ON, "every Monday", "")
    read = list(csv.reader(StringIO(csv_table_of(told).decode("utf-8-sig"))))
    cells = CalamineWorkbook.from_filelike(BytesIO(workbook_of(told))).get_sheet_by_name("Figures").to_python()
    promised = f"You promised: {told.promises}"
    # A report without a sponsor's figures has no table for them, and says the promise in its files alone.
    assert promised in letter_of(replace(told, figures=[*FIGURES, STEPS]), (), ON, "every Monday", "").text
    assert plain(promised) in plain(
        "".join(
            page.extract_text() for page in PdfReader(BytesIO(pdf_of(replace(told, figures=[*FIGURES, STEPS])))).pages
        )
    )
    assert "Groups under five are not shown." in letter.text
    assert plain("Groups under five are not shown.") in paper
    assert "Job security\n  Open: 19\n  Answered: 19\n  Open, 8 weeks: rising from 16 to 19" in letter.text
    assert (
        _alternatives(PdfReader(BytesIO(content)).trailer["/Root"]["/StructTreeRoot"]).count("rising from 16 to 19")
        == 1
    )
    for table in (read, cells):
        rows_of = [row for row in table if row[2] in ("You promised", "Open, 8 weeks")]
        assert [(row[1], row[3], row[12]) for row in rows_of] == [
            ("Margaret Leclerc", told.promises, ""),
            ("Job security", "rising from 16 to 19", "At the end of each week: 16, not shown, 19"),
            ("Other", "not shown", "At the end of each week: not shown, not shown"),
        ]


def _alternatives(node):
    """The words for what is drawn, in their order."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [words for each in node for words in _alternatives(each)]
    if not isinstance(node, dict):
        return []
    return [*([str(node["/Alt"])] if "/Alt" in node else []), *(_alternatives(node["/K"]) if "/K" in node else [])]
