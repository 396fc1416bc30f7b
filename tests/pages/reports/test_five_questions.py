"""The five-minute test: five questions of a sponsor, each answered at the place that the README names."""

import re
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from factories import make_account, make_change_manager, make_person, signed_in
from pypdf import PdfReader
from readiness.gate_rows import TODAY
from reports.six_waves import make_six_waves

README = Path(__file__).parents[3] / "README.md"
#: By question, the section of the sheet ("" for its first lines) and what answers it there.
ANSWERS = {
    "Are we on track?": {"": r"^Not on track, because "},
    "What do you need from me, by when, and what if I do nothing?": {
        "Decisions needed": r"Go or no-go for wave 4 \(Letter drafting\) by Thursday 16 April .*The figures propose .*Otherwise it doesn’t go live .*What do you decide\?"
    },
    "Will people be ready when it goes live?": {
        "Waves": r"70 %, 14 of 20 .*by today, as planned: \d+ %.*as it goes: \d+ %, \d+ of 20"
    },
    "Is it worth it?": {
        "Waves": r"Value as planned \d+ .*100 %, 1 of 1",
        "What it is worth": r"Before: 52 hours .*Plan: 24 hours .*30.5 hours on 5 April",
    },
    "What do people hold against it, and did I keep my own promises?": {
        "What people object to": r"Job security \d+",
        "What sponsors do in person": r"You promised .*1 of 4 done",
    },
}


@pytest.fixture
def sponsor(app, frozen):
    """The browser of the sponsor of six waves."""
    sponsor = make_person("Margaret Leclerc", "margaret@example.com")
    make_six_waves(TODAY, sponsor, make_change_manager())
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = sponsor.id
    return signed_in(app, account)


@pytest.fixture
def sheet(sponsor) -> str:
    """The sheet of six waves as its sponsor reads it."""
    return sponsor.get("/reports/programmes/1").get_data(as_text=True)


@pytest.fixture
def sections(sheet):
    """Its sections, by heading; the first lines under ""."""
    lede = re.search(r'<p class="lede">(.*?)</p>', sheet, re.DOTALL)
    found = {"": _words(lede[1] if lede else "")}
    for part in re.findall(r"<section.*?</section>", sheet, re.DOTALL):
        heading = re.search(r"<h2[^>]*>(.*?)</h2>", part, re.DOTALL)
        found[_words(heading[1] if heading else "")] = _words(part)
    return found


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_each_question_is_answered_where_the_readme_says(sections):
    table = re.findall(r"^\| ([^|]+\?) \| ([^|]+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert [question for question, _ in table] == list(ANSWERS)
    for question, place in table:
        assert set(re.findall(r"\*([^*]+)\*", place)) == {heading for heading in ANSWERS[question] if heading}
        for heading, answer in ANSWERS[question].items():
            assert re.search(answer, sections[heading]), (question, sections[heading])


def test_each_wave_in_use_opens_its_adoption(sheet):
    used = [row for row in re.findall(r"<tbody><tr>.*?</tbody>", sheet, re.DOTALL) if "in the 28 days to" in row]
    assert len(used) == 3
    for row in used:
        wave = re.findall(r'href="/waves/(\d+)"', row)
        assert re.findall(r'href="/waves/(\d+)/adoption"[^>]*>\d+ %, \d+ of \d+', _spaces(row)) == wave


def _spaces(html: str) -> str:
    return html.replace("\N{NO-BREAK SPACE}", " ")


def test_notes_are_numbered_as_they_are_read_and_no_place_of_the_table_is_empty(sheet, sections):
    referred = list(dict.fromkeys(re.findall(r'href="#note-(\d+)"', sheet)))
    assert referred == re.findall(r'id="note-(\d+)"', sheet)
    assert not re.search(r"<td[^>]*>\s*</td>", sheet.partition("What it is worth")[0])
    assert "not live yet not live yet" in sections["Waves"]
    assert re.search(
        r"You promised : 1 of 4 done, 1 missed and 2 to come ?\. \d+ ", sections["What sponsors do in person"]
    )


def test_the_first_page_on_paper_says_everything_and_no_letters_are_smaller_than_six_and_a_half_points(sponsor):
    pages = PdfReader(BytesIO(sponsor.get("/reports/programmes/1.pdf").get_data())).pages
    assert len(pages) == 2
    sizes: set[float] = set()
    text = pages[0].extract_text(
        visitor_text=lambda said, _, matrix, __, size: sizes.add(matrix[0] * size) if said.strip() else None
    )
    assert "What was said to people" in text
    # A number of a definition is smaller than what it stands beside.
    assert sorted(size for size in sizes if size)[1] > 6.5
