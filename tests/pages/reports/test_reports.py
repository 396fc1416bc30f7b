"""The sponsor's sheet: who may read it, what it shows, and its files."""

import html
import re
from datetime import date
from io import BytesIO

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_people,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
    make_workflow,
    recount_objections,
    signed_in,
)
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.programmes.models import Ownership
from engagement.programmes.rules import OwnershipPart
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.rules import Source
from engagement.stakeholders.leadership.actions import StepDetails, plan_step
from engagement.stakeholders.leadership.rules import StepKind
from engagement.value.actions.metrics import make_metric
from engagement.value.rules import Better, MetricDetails, ReadingRhythm
from engagement.waves.models import Wave
from engagement.waves.queries import waves_of, workflows_of_waves
from engagement.waves.rules import WaveStatus
from tests.attention.training_rows import assign

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def programme(app):
    programme = make_programme("Claims and finance", make_person("Margaret Leclerc", "margaret@example.com"))
    people = [make_person(f"Member {n}", f"m{n}@example.com") for n in range(3)]
    wave = make_wave(programme, workflows=(make_workflow(programme),), members=people)
    for n in range(7):
        source = Source.JOB_SECURITY if n < 6 else Source.OTHER
        make_unknown_concern(f"Secret words {n}", on=date(2026, 4, 13), source=source, wave=wave)
    count_objections(date(2026, 4, 13), 5, "GB-ENG")
    db.session.commit()
    return programme


def text_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def sponsor_of(app, programme):
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = programme.sponsor_id
    return signed_in(app, account)


def test_a_sponsor_goes_straight_to_the_sheet_without_links_into_lists(app, programme):
    browser = sponsor_of(app, programme)
    address = f"/reports/programmes/{programme.id}"
    assert browser.get("/reports").headers["Location"] == address
    shown = text_of(browser.get(address))
    # The first sentence has named the wave and its day.
    assert "One decision is needed. Nobody has training to do yet in wave 3. " in shown
    assert (
        "Name an operational owner, a change approver, an escalation contact and a support team for Claims triage"
        in shown
    )
    assert (
        "All figures as of Tuesday 14 April 2026, 09:00, objections as of the end of Monday 13 April, unless they name another day."
        in shown
    )
    assert "Secret words" not in shown
    source = browser.get(address).get_data(as_text=True)
    assert re.findall(r'href="/workflows/[^"]+">([^<]+)<', source) == ["Decide"]
    assert set(re.findall(r'href="/waves/[^"]*"', source)) == {
        f'href="/waves/{wave_id}{place}"'
        for wave_id in db.session.scalars(select(Wave.id))
        for place in ("", "/readiness")
    }
    assert 'href="/people' not in source
    assert 'href="/concerns' not in source.replace('href="/concerns/new"', "")


def test_a_sponsor_of_one_wave_opens_everything_that_the_sheet_links_to(app, programme):
    wave = waves_of(programme.id)[0]
    wave.sponsor = make_person("Wanda Ward", "wanda@example.com")
    details = StepDetails(StepKind.VISIT, "Ask what is in the way.", "Claims", date(2026, 4, 20))
    plan_step(wave, wave.sponsor, details, on=date(2026, 4, 14), by=TESTER)
    (workflow,) = workflows_of_waves([wave.id])[wave.id]
    make_metric(workflow, MetricDetails("Time", "minutes", Better.LOWER, ReadingRhythm.MONTH), None, by=TESTER)
    db.session.commit()
    account = make_account("wanda@example.com", "Wanda Ward")
    account.person_id = wave.sponsor.id
    browser = signed_in(app, account)
    source = browser.get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    links = set(re.findall(r'href="(/(?:reports|stakeholders|waves|workflows|value|metrics|training)[^"]*)"', source))
    assert {f"/waves/{wave.id}", f"/reports/programmes/{programme.id}/snapshots"} < links
    assert any(link.startswith("/stakeholders/leadership/") for link in links)
    assert {
        link: browser.get(html.unescape(link), follow_redirects=True).status_code for link in links
    } == dict.fromkeys(links, 200)


def test_small_groups_are_words_and_so_is_the_group_that_would_give_them_away(app, programme):
    source = sponsor_of(app, programme).get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    rows = re.findall(r'<tr><th scope="row"><span class="src .*?</tr>', source, re.S)
    words = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    assert words == [
        "Job security not shown not shown not shown",
        "Loss of control not shown not shown not shown",
        "Change fatigue not shown not shown not shown",
        "Quality scepticism not shown not shown not shown",
        "Other not shown not shown not shown",
    ]
    assert "spark" not in "".join(rows)


def test_a_source_large_enough_is_shown_with_its_trend(app, programme):
    for source in Source:
        for n in range(5):
            make_unknown_concern(
                f"More {source} {n}", on=date(2026, 4, 13), source=source, wave=waves_of(programme.id)[0]
            )
    recount_objections(date(2026, 4, 13))
    source = sponsor_of(app, programme).get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    row = re.search(r'<tr><th scope="row"><span class="src src-job.*?</tr>', source, re.S)[0]
    assert " ".join(re.sub(r"<[^>]+>", " ", row).split()) == "Job security 11 not shown one week shown"
    assert 'aria-label="11, with nothing before it to compare"' in row


def test_those_who_plan_get_links_to_the_lists_behind_the_figures(app, programme):
    source = signed_in(app, make_change_manager()).get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    assert 'href="/waves/1"' in source
    assert 'href="/concerns"' in source


def test_the_sheet_is_for_its_sponsors_and_the_change_team(app, programme):
    other = make_programme("Another one")
    browser = sponsor_of(app, programme)
    employee = signed_in(app, make_account("e@example.com", "Emil Employee"))
    auditor = signed_in(app, make_account("a@example.com", "Ada Auditor", Role.AUDITOR))
    for ending in ("", ".csv", ".xlsx", ".pdf"):
        assert browser.get(f"/reports/programmes/{programme.id}{ending}").status_code == 200
        assert auditor.get(f"/reports/programmes/{other.id}{ending}").status_code == 200
        assert browser.get(f"/reports/programmes/{other.id}{ending}").status_code == 403
        assert employee.get(f"/reports/programmes/{programme.id}{ending}").status_code == 403
        assert browser.get(f"/reports/programmes/99{ending}").status_code == 404
    assert employee.get("/reports").status_code == 403
    listed = text_of(auditor.get("/reports"))
    assert "Another one" in listed
    assert "Claims and finance" in listed


def test_every_reference_has_its_definition(app, programme):
    source = sponsor_of(app, programme).get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    # In the order in which they are read, each where it is first met.
    referred = list(dict.fromkeys(re.findall(r'href="#note-(\d+)"', source)))
    assert referred == re.findall(r'id="note-(\d+)"', source) == [str(n) for n in range(1, 9)]


def test_the_files_hold_the_same_figures_with_definitions(app, programme):
    browser = sponsor_of(app, programme)
    table = browser.get(f"/reports/programmes/{programme.id}.csv").get_data().decode("utf-8-sig").splitlines()
    assert table[0].startswith("Part,Of,Figure,Value,Unit,Counted,Out of,Needed %,As of,Change,")
    assert any(line.startswith("Waves,Wave 3: Property claims,People,3,people,") for line in table)
    assert any(line.startswith("What people object to,Other,Open,not shown,") for line in table)
    book = browser.get(f"/reports/programmes/{programme.id}.xlsx").get_data()
    rows = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert ["Waves", "Wave 3: Property claims", "People", 3] in [row[:4] for row in rows]
    along = sum(line.startswith(("Resistance: ", "Maturity: ")) for line in table)
    assert len(rows) == len(table) - along


def test_who_reads_a_part_of_the_concerns_gets_no_figures_to_subtract_it_from(app, programme):
    """A sponsor who leads one wave would find the rest by subtraction, and so would who plans the programme alone."""
    wave = waves_of(programme.id)[0]
    for source in Source:
        for n in range(6):
            make_unknown_concern(f"More {source} {n}", on=date(2026, 4, 13), source=source, wave=wave)
    recount_objections(date(2026, 4, 13))
    address = f"/reports/programmes/{programme.id}"
    sponsor = sponsor_of(app, programme)
    assert "not shown to you" not in text_of(sponsor.get(address))
    assert "37" in text_of(sponsor.get(address))
    planner = make_account("pat@example.com", "Pat Planner", Role.CHANGE_MANAGER, programme_id=programme.id)
    wave.lead_id = programme.sponsor_id
    db.session.commit()
    for browser in (sponsor, signed_in(app, planner)):
        shown = text_of(browser.get(address))
        assert "You read a part of these concerns yourself." in shown
        assert "37" not in shown
        assert ",37," not in browser.get(f"{address}.csv").get_data(as_text=True)
    assert "37" in text_of(signed_in(app, make_change_manager()).get(address))


def sheet(browser, programme):
    return text_of(browser.get(f"/reports/programmes/{programme.id}"))


def test_a_live_wave_with_none_trained_needs_a_decision(app):
    members = make_people(14)
    wave = make_wave(members=members, go_live_on=date(2026, 4, 7), status=WaveStatus.LIVE)
    assign(wave, members, 0)
    db.session.commit()
    shown = sheet(signed_in(app, make_change_manager()), wave.programme)
    assert "One decision is needed." in shown
    assert "Decide how wave 3 (Property claims) goes on by Tuesday 14 April" in shown
    assert "It is live since 7 April. 0 of 14 people have finished their training." in shown


@pytest.mark.parametrize(
    ("status", "go_live_on", "finished", "asked", "lede", "calm"),
    [
        (WaveStatus.LIVE, date(2026, 4, 7), 3, 14, "from you yet.", "Wave 3, Property claims, is live, and its training is not finished: 21 %, 3 of 14."),
        (WaveStatus.PLANNED, date(2026, 5, 12), 0, 0, "from you yet.", "Nobody in wave 3, Property claims, has training to do yet."),
        (WaveStatus.PLANNED, date(2026, 5, 13), 0, 0, "from you yet.", "No wave is live or near its go-live, so nothing could be late yet."),
        (WaveStatus.LIVE, date(2026, 4, 7), 14, 14, "from you yet.", "has its owners, and training is in time. Objections are not counted yet."),
    ],
)  # fmt: skip
def test_the_sheet_is_calm_only_about_what_it_knows(app, status, go_live_on, finished, asked, lede, calm):
    members = make_people(14)
    wave = make_wave(members=members, go_live_on=go_live_on, status=status)
    assign(wave, members[:asked], finished)
    db.session.commit()
    browser = signed_in(app, make_change_manager())
    shown = sheet(browser, wave.programme)
    assert f"Nothing needs a decision {lede}" in shown
    assert "Nothing needs a decision from you: every workflow near its go-live has its owners" in shown
    assert calm in shown
    assert ("training is in time" in shown) is (finished == 14)
    count_objections(date(2026, 4, 13), 5, "GB-ENG")
    db.session.commit()
    shown = sheet(browser, wave.programme)
    assert "no promise to a group of people who objected is late." in shown
    assert "bjections are not counted yet" not in shown


def test_a_programme_without_waves_is_not_called_in_order(app):
    programme = make_programme()
    db.session.commit()
    shown = sheet(signed_in(app, make_change_manager()), programme)
    assert "Whether this is on track is not known: nothing is planned yet." in shown
    assert "Nothing needs a decision from you. No wave is planned." in shown
    assert "has its owners" not in shown


def test_a_sponsor_decides_by_naming_who_holds_a_part(app, programme):
    """Found by exact address, since a sponsor sees nobody's name in lists."""
    browser = sponsor_of(app, programme)
    page = browser.get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    (address,) = re.findall(r'href="(/workflows/\d+/ownership)"', page)
    holder = make_person("Helen Adeyemi", "helen@example.com")
    db.session.commit()
    answer = browser.post(address, data={part.value: "helen@example.com" for part in OwnershipPart})
    assert answer.status_code == 303
    held = db.session.scalars(select(Ownership.person_id)).all()
    assert held == [holder.id] * len(OwnershipPart)
    assert "Decide</a>" not in browser.get(f"/reports/programmes/{programme.id}").get_data(as_text=True)


def test_the_sheet_asks_each_thing_once(app, programme, statements):
    browser, address = sponsor_of(app, programme), f"/reports/programmes/{programme.id}"
    browser.get(address)
    with statements() as sent:
        browser.get(address)
    assert len(sent) <= 35
