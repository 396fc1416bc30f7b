"""The page of the power/interest map: what it draws and lists, as of which day, for whom, and what it does with nonsense."""

import html
import re

import pytest
from factories import PASSWORD, TESTER, make_person, make_wave, signed_in
from pages.stakeholders.drawn_maps import dots, put, say, section, table, text_of

from engagement.accounts import actions as accounts
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.rules import Level

pytestmark = pytest.mark.usefixtures("frozen")
G = StakeholderGroup


def test_power_goes_up_and_interest_goes_right(manager, wave):
    put("Works council", wave, 86, 86, Level.NEUTRAL, Level.SUPPORTIVE)
    put("Broker Service leads", wave, 69, 20, Level.RESISTANT, Level.SUPPORTIVE)
    put("Policyholders", wave, 0, 0)
    put("Letters", wave, 100, 100, Level.LEADING, Level.LEADING)
    put("Not yet judged", wave)
    page = manager.get("/stakeholders/map").get_data(as_text=True)
    assert dots(page) == [
        ("1", 364.0, 28.0, "leading"),
        ("2", 317.2, 74.8, "neutral"),
        ("3", 96.8, 131.5, "resistant"),
        ("4", 30.0, 362.0, ""),
    ]
    assert "5 people and groups. One is against, with the power to slow it down." in text_of(page)
    assert table(manager) == [
        ["1", "Letters", "10.0", "10.0", "Work closely with", "Leading", "none", "nobody yet", "None logged"],
        ["2", "Works council", "8.6", "8.6", "Work closely with", "Neutral", "1 level", "nobody yet", "None logged"],
        [
            "3",
            "Broker Service leads",
            "6.9",
            "2.0",
            "Keep satisfied",
            "Resistant",
            "2 levels",
            "nobody yet",
            "None logged",
        ],
        ["4", "Policyholders", "0.0", "0.0", "Keep an eye on", "not said", "not said", "nobody yet", "None logged"],
        [
            "–",
            "Not yet judged",
            "not judged",
            "not judged",
            "not placed yet",
            "not said",
            "not said",
            "nobody yet",
            "None logged",
        ],
    ]
    assert "1 has no place, because power or interest wasn’t judged." in text_of(page)
    assert 'aria-label="Place Not yet judged"' in section(page, "unplaced")
    assert 'aria-label="3 Broker Service leads: power 6.9, interest 2.0, resistant"' in page


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", ["C", "A", "B", "D"]),
        ("name", ["A", "B", "C", "D"]),
        ("-name", ["D", "C", "B", "A"]),
        ("-interest", ["A", "B", "C", "D"]),
        ("power", ["B", "A", "C", "D"]),
        ("stance", ["B", "A", "C", "D"]),
        ("-gap", ["A", "C", "B", "D"]),
        ("-owner", ["B", "A", "C", "D"]),
        ("nonsense", ["C", "A", "B", "D"]),
    ],
)
def test_the_table_stands_in_the_order_that_is_asked_for(manager, wave, order, names):
    ann, bob = make_person("Ann Owner", "ann@example.com"), make_person("Bob Owner", "bob@example.com")
    put("A", wave, 50, 90, Level.NEUTRAL, Level.LEADING, owner=ann)
    put("B", wave, 40, 80, Level.RESISTANT, owner=bob)
    put("C", wave, 90, 70, Level.LEADING, Level.LEADING)
    put("D", wave)
    assert [row[1] for row in table(manager, f"?order={order}")] == names


def test_many_near_each_other_become_a_count_that_leads_to_them(manager, wave):
    for n in range(14):
        put(f"Branch {n:02}", wave, 70 + n % 3, 81 + n % 4, Level.RESISTANT if n == 3 else None)
    put("Alone", wave, 20, 20)
    page = manager.get("/stakeholders/map").get_data(as_text=True)
    assert [dot[0] for dot in dots(page)] == ["15"]
    (url, label) = re.findall(
        r'<a class="pi-link" href="([^"]+)" aria-label="([^"]+)"><rect class="pi-many pi-many-against"', page
    )[0]
    assert (html.unescape(url), label) == (
        "/stakeholders/map?near=78#table",
        "14 people and groups here: power 7.0 to 7.9, interest 8.0 to 8.9",
    )
    assert ">14 here</text>" in page
    assert sorted(row[1] for row in table(manager, "?near=78")) == [f"Branch {n:02}" for n in range(14)]
    narrowed = manager.get("/stakeholders/map?near=78").get_data(as_text=True)
    assert "Only those who stand close together: power 7.0 to 7.9, interest 8.0 to 8.9." in text_of(narrowed)
    assert [dot[0] for dot in dots(narrowed)] == ["15"]


def test_a_few_who_stand_close_together_are_named_beside_the_map(manager, wave):
    put("Works council", wave, 71, 33)
    put("Brokers", wave, 75, 38)
    put("Alone", wave, 20, 20)
    page = section(manager.get("/stakeholders/map").get_data(as_text=True), "map")
    named = re.findall(r"<li[^>]*>(?:<a href=\"[^\"]+\">)?([^<]+)<", page)
    assert named == ["1 Brokers and 2 Works council, together: power 7.0 to 7.9, interest 3.0 to 3.9", "Alone"]


def test_filters_narrow_the_map_and_stay_in_its_links(manager, wave):
    other = make_wave(wave.programme, number=4, name="Later")
    ann = make_person("Ann Owner", "ann@example.com")
    put("Works council", wave.programme, 80, 80)
    put("Brokers", wave, 60, 60, group=G.CUSTOMERS, owner=ann, role="Ask why a claim was sorted")
    put("Suppliers", other, 40, 40)
    assert [row[1] for row in table(manager, f"?wave={wave.id}")] == ["Works council", "Brokers"]
    assert [row[1] for row in table(manager, f"?wave={other.id}")] == ["Works council", "Suppliers"]
    assert [row[1] for row in table(manager, "?group=customers")] == ["Brokers"]
    assert [row[1] for row in table(manager, f"?owner={ann.id}")] == ["Brokers"]
    assert [row[1] for row in table(manager, "?q=SORTED")] == ["Brokers"]
    page = html.unescape(manager.get(f"/stakeholders/map?wave={wave.id}&group=customers").get_data(as_text=True))
    asked = f"wave={wave.id}&group=customers"
    for address in (
        f"/stakeholders/map.csv?{asked}",
        f"/stakeholders/map.svg?{asked}",
        f"/stakeholders/map?{asked}&order=power",
        "/standing?from=map&" + asked,
    ):
        assert address in page, address
    nobody = text_of(manager.get("/stakeholders/map?wave=99999&group=customers").get_data(as_text=True))
    assert "Nobody on the map fits all of these Fewer filters show more." in nobody


def test_the_file_has_the_numbers_of_the_page(manager, wave):
    put("Works council", wave, 86, 85, Level.RESISTANT, Level.SUPPORTIVE)
    put("=Brokers", wave)
    answer = manager.get("/stakeholders/map.csv")
    assert answer.get_data(as_text=True).lstrip("\ufeff").splitlines() == [
        "number,stakeholder,kind,stakeholder_group,power,interest,quadrant,engagement_now,engagement_wanted,gap,gap_times_power,"
        "looked_after_by,as_of",
        "1,Works council,Outside the directory,Others,8.6,8.5,Work closely with,Resistant,Supportive,2,17.2,,2026-04-14",
        ",'=Brokers,Outside the directory,Others,,,,,,,,,2026-04-14",
    ]
    assert manager.get("/stakeholders/map.xlsx").status_code == 200
    compared = manager.get("/stakeholders/map.csv?since=2026-04-13").get_data(as_text=True).splitlines()
    assert compared[1].endswith("2026-04-14,,,,2026-04-13")


def test_the_picture_stands_alone(manager, wave):
    put("Works <council> & “friends”", wave, 86, 85, Level.SUPPORTIVE)
    answer = manager.get("/stakeholders/map.svg?q=council")
    picture = answer.get_data(as_text=True)
    assert answer.content_type == "image/svg+xml"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="stakeholder-map-2026-04-14.svg"'
    assert "<title>Stakeholders by power and interest</title>" in picture
    assert "Works &lt;council&gt; &amp; “friends”" in picture
    assert "For it (double ring)" in picture
    assert "As it stood on Tuesday 14 April. Places are judgements from 0 to 10." in picture
    assert "Name or role: council" in picture
    assert "A number in a box" not in picture
    assert not re.search(r"class=|href=|var\(|url\(", picture)
    assert re.findall(r"https?://[^\"]+", picture) == ["http://www.w3.org/2000/svg"]


def test_a_crowd_on_the_picture_is_explained_there(manager, wave):
    for n in range(160):
        put(f"Branch {n}", wave, n % 101, n % 7, Level.LEADING)
    picture = manager.get("/stakeholders/map.svg").get_data(as_text=True)
    assert "A number in a box: how many stand close together there" in picture
    assert not re.search(r"class=|href=", picture)


def test_a_wave_leads_to_its_map(manager, wave):
    put("Works council", wave, 86, 85)
    page = manager.get(f"/waves/{wave.id}").get_data(as_text=True)
    assert f'href="/stakeholders/map?wave={wave.id}">Power and interest</a>' in page


def test_an_empty_map_says_what_to_do_next(manager, wave):
    page = text_of(manager.get("/stakeholders/map").get_data(as_text=True))
    assert "Nobody is on the map yet" in page
    assert "To the list" in page


def test_levels_of_whom_none_may_be_kept_are_nowhere(manager, wave):
    ann = make_person("Ann Lead", "ann@example.com")
    wave.lead = ann
    row = put(ann, wave, 50, 60, Level.RESISTANT, Level.LEADING, reason="She refused.")
    say(row, 70, 60, Level.RESISTANT, Level.LEADING, reason="Refuses still.")
    assert table(manager)[0][5:7] == ["Resistant", "3 levels"]
    wave.lead = None
    for query in ("", "?since=2026-04-13", "?on=2026-04-14"):
        page = manager.get(f"/stakeholders/map{query}").get_data(as_text=True)
        assert table(manager, query)[0][5:7] == ["not kept", "not kept"]
        assert "efuse" not in page
        assert [dot[3] for dot in dots(page)] == [""]
        assert "is stored only while they hold a post in it" in text_of(page)
    told = manager.get("/stakeholders/map.csv").get_data(as_text=True)
    assert "esistant" not in told


def test_who_reads_without_planning_sees_no_way_to_move(app, wave):
    person = make_person("Margaret Leclerc", "margaret@example.com")
    wave.programme.sponsor = person
    put("Works council", wave, 86, 85)
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    sponsor = signed_in(app, account)
    page = sponsor.get("/stakeholders/map").get_data(as_text=True)
    assert "/standing" not in page
    assert [row[1] for row in table(sponsor)] == ["Works council"]
    employee = accounts.account_for_person(make_person("Eve Plain", "eve@example.com"))
    accounts.set_password(employee, PASSWORD, by=TESTER)
    assert signed_in(app, employee).get("/stakeholders/map").status_code == 403


def test_more_stakeholders_need_no_more_statements(manager, wave, statements):
    put("First", wave, 50, 50)
    manager.get("/stakeholders/map")
    with statements() as few:
        manager.get("/stakeholders/map?since=2026-04-13")
    for n in range(60):
        put(f"Branch {n:02}", wave, n, 99 - n, owner=make_person(f"Owner {n}", f"owner{n}@example.com"))
    with statements() as many:
        manager.get("/stakeholders/map?since=2026-04-13")
    assert len(many) == len(few)
