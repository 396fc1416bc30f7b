"""Pages of adoption: bringing both shapes of files, posting, taking back, and what pages and files tell of small groups."""

import csv
import io
import json
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import xlsxwriter
from factories import make_account, make_department, make_person, make_wave, signed_in
from markup import text_of
from sqlalchemy import select

from engagement.adoption.models import Usage, UsageUpload
from engagement.db import db
from engagement.people.models import Person
from engagement.waves.queries import workflows_of_waves
from engagement.waves.rules import WaveStatus

PLAIN = [
    "email,day,workflow,uses",
    *(f"person{n}@example.com,2026-04-{10 + n % 3},Claims triage,{n + 1}" for n in range(7)),
]
BAD = [
    "nobody@example.com,2026-04-10,Claims triage,1",
    "person1@example.com,2026-04-30,Claims triage,1",
    "person2@example.com,2026-04-01,Claims triage,-3",
    "person3@example.com,2026-04-01,Hovercraft,1",
    "person0@example.com,2026-04-10,Claims triage,9",
    ",2026-04-01,Claims triage,2",
    "person4@example.com,someday,Claims triage,many",
]


def sent(manager, wave, lines, name="use.csv"):
    content = "\n".join(lines).encode() if isinstance(lines, list) else lines
    data = {"programme": str(wave.programme_id), "file": (BytesIO(content), name)}
    return manager.post("/adoption/import", data=data, content_type="multipart/form-data")


def workbook(header, rows):
    made = BytesIO()
    with xlsxwriter.Workbook(made) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate([header, *rows]):
            for column, cell in enumerate(row):
                page.write(number, column, cell, day if isinstance(cell, date) else None)
    return made.getvalue()


def written(manager, address):
    page = manager.get(address).get_data(as_text=True)
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return manager.post(f"{address}/application", data={"seen": seen})


def test_a_plain_file_is_previewed_written_and_taken_back(manager, wave):
    empty = text_of(manager.get(f"/waves/{wave.id}/adoption"))
    assert "There are three ways to bring numbers" in empty
    assert manager.get("/adoption").location == f"/programmes/{wave.programme_id}/adoption"
    taken = sent(manager, wave, [*PLAIN, *BAD])
    page = text_of(manager.get(taken.location))
    for sentence in (
        "7 rows are left out; below is why.",
        "Nobody in the directory has the address or number “nobody@example.com”.",
        "30 April 2026: that day has not come.",
        "A number of uses can’t be negative.",
        "This programme has no workflow called “Hovercraft”.",
        "Line 2 tells of the same person, workflow and day already, and is taken. Keep one of them.",
        "It names neither a person nor a team.",
        "“someday” is not a date.",
        "“many” is no whole number of uses.",
    ):
        assert sentence in page
    assert page.count("nobody named") == 1
    assert written(manager, taken.location).location == f"/programmes/{wave.programme_id}/adoption"
    page = text_of(manager.get(f"/waves/{wave.id}/adoption"))
    assert "7 of 12 people (58 %) used it in the 28 days to 12 April 2026." in page
    assert "Nothing is measured of Claims triage" in page
    again = sent(manager, wave, [*PLAIN, *BAD])
    page = text_of(manager.get(again.location))
    assert "This very file came in on Tuesday 14 April already." in page
    assert "0 rows to write" in " ".join(page.split())
    assert written(manager, again.location).location == again.location
    upload = db.session.query(UsageUpload).one()
    assert manager.post(f"/usage/{upload.id}/withdrawal").status_code == 303
    assert "No numbers of use have come in." in text_of(manager.get(f"/waves/{wave.id}"))
    assert "Taken back on 14 April" in text_of(manager.get(f"/programmes/{wave.programme_id}/usage"))


def test_the_page_of_a_programme_says_first_how_much_is_used(manager, wave):
    def lede() -> str:
        page = manager.get(f"/programmes/{wave.programme_id}/adoption").get_data(as_text=True)
        return page.partition('class="lede">')[2].partition("<")[0]

    assert lede() == "Nothing is known yet of whether people use what went live."
    written(manager, sent(manager, wave, PLAIN).location)
    assert lede() == f"{wave.title}: 7 of 12 people (58 %) used it in the 28 days to 12 April 2026."
    people = [make_person(f"Other Number{n}", f"other{n}@example.com") for n in range(12)]
    workflows = tuple(workflows_of_waves([wave.id])[wave.id])
    other = make_wave(
        wave.programme, number=7, name="Payments", workflows=workflows, members=people, status=WaveStatus.LIVE
    )
    db.session.commit()
    assert lede() == "Of 1 of 2 waves that went live it is known how many people use it."
    lines = [f"other{n}@example.com,2026-04-10,Claims triage,1" for n in range(6)]
    written(manager, sent(manager, wave, [*PLAIN, *lines], "more.csv").location)
    assert (
        lede() == f"Between 50 % ({other.title}) and 58 % ({wave.title}) of the people of each wave use what went live."
    )
    lines += [f"other{n}@example.com,2026-04-11,Claims triage,1" for n in range(6, 12)]
    written(manager, sent(manager, wave, [*PLAIN, *lines], "all.csv").location)
    assert lede() == "Of all 2 waves that went live it is known how many people use it, of some of them within bounds."


def test_numbers_that_came_before_the_go_live_are_not_denied(manager, wave):
    wave.status, wave.go_live_on = WaveStatus.PLANNED, date(2026, 5, 12)
    db.session.commit()
    address = f"/programmes/{wave.programme_id}/adoption"
    assert "No numbers of use yet" in text_of(manager.get(address))
    written(manager, sent(manager, wave, PLAIN).location)
    page = text_of(manager.get(address))
    assert "Numbers to Sunday 12 April are here" in page
    assert "No numbers of use yet" not in page
    assert "none yet" not in text_of(manager.get(f"/waves/{wave.id}/adoption"))


def test_a_preview_says_who_is_not_among_those_who_should_use_it(manager, wave):
    make_person("Outside Person", "outside@example.com")
    db.session.commit()
    outside = "outside@example.com,2026-04-12,Claims triage,1"
    page = " ".join(text_of(manager.get(sent(manager, wave, [*PLAIN, outside]).location)).split())
    assert "Of 8 people in it, 1 is not among those who should use it" in page
    assert "among those who should" not in text_of(manager.get(sent(manager, wave, PLAIN).location))


def test_a_long_file_shows_how_far_writing_is(manager, wave, monkeypatch):
    monkeypatch.setattr("engagement.pages.adoption.importing.MANY", 3)
    answer = written(manager, sent(manager, wave, PLAIN).location)
    page = answer.get_data(as_text=True)
    assert f'url=/programmes/{wave.programme_id}/adoption"' in page
    assert "7 of 12 people" in text_of(manager.get(f"/waves/{wave.id}/adoption"))


def test_a_team_cannot_have_more_people_than_uses(manager, wave):
    lines = ["department,day,workflow,uses,people", "Claims,2026-04-10,Claims triage,4,9"]
    page = text_of(manager.get(sent(manager, wave, lines).location))
    assert "It says that more people used it than it was used." in page
    assert "Nothing of it can be used." in page


def test_a_row_of_more_people_than_the_team_has_is_left_out_with_its_reason(app, manager, wave):
    below = make_department("Operations/Claims/Motor")
    (gone, *_) = (make_person(f"Motor Number{n}", f"motor{n}@example.com", below) for n in range(3))
    gone.left_at = datetime(2026, 4, 10, 15, tzinfo=UTC)
    lines = [
        "department,day,workflow,people",
        "Operations/Claims,2026-04-11,Claims triage,14",
        "Operations/Claims,2026-04-10,Claims triage,15",
        "Operations/Claims,2026-04-12,Claims triage,15",
        "Operations/Claims/Motor,2026-04-13,Claims triage,500",
    ]
    page = text_of(manager.get(sent(manager, wave, lines).location))
    assert "2 rows to write" in page
    of = "With everything below it, and who left since, the team has"
    assert f"4 Operations/ Claims {of} 14 people, so 15 can’t have used it." in page
    assert f"{of} 2 people, so 500 can’t have used it." in page
    made = manager.post(f"/programmes/{wave.programme_id}/usage", data={"name": "Claims system"})
    secret = "usage_" + made.get_data(as_text=True).partition("<code>usage_")[2].partition("</code>")[0]
    bearer = {"Authorization": f"Bearer {secret}"}
    answer = (
        app.test_client().post("/adoption/usage", data="\n".join(lines), content_type="text/csv", headers=bearer).json
    )
    assert (answer["taken"], [each["line"] for each in answer["refused"]]) == (2, [4, 5])
    assert answer["refused"][0]["why"] == [f"{of} 14 people, so 15 can’t have used it."]


def test_an_export_of_last_activity_asks_once_which_workflow_its_columns_are(manager, wave):
    header = ["Report Refresh Date", "User Principal Name", "Display Name", "Word Copilot Last Activity Date"]
    rows = [
        [date(2026, 4, 13), f"person{n}@example.com", f"P {n}", date(2026, 4, 8) if n < 6 else None, None]
        for n in range(12)
    ]
    rows[7][4] = date(2026, 4, 9)
    columns = [*header, "Copilot Chat Last Activity Date"]
    taken = sent(manager, wave, workbook(columns, rows), "CopilotActivityUserDetail.xlsx")
    assert taken.location.endswith("/columns")
    page = manager.get(taken.location).get_data(as_text=True)
    assert "“Word Copilot Last Activity Date” is the last use of" in page
    workflow = next(each for each in workflows_of_waves([wave.id])[wave.id] if each.name == "Letter drafting")
    chosen = {"column_email": "1", "column_report_date": "0", "activity_3": str(workflow.id), "workflow_id": ""}
    refused = manager.post(taken.location, data=chosen | {"column_email": ""})
    assert (refused.status_code, "Choose the column that says whose use it is" in text_of(refused)) == (422, True)
    preview = manager.post(taken.location, data=chosen).location
    previewed = text_of(manager.get(preview))
    assert "6 without use" in previewed
    assert "Write 6 rows" in previewed
    written(manager, preview)
    page = text_of(manager.get(f"/waves/{wave.id}/adoption"))
    assert "6 of 12 people (50 %) used it in the 28 days to 13 April 2026." in page
    # The next file of this make is read at once.
    rows.append([date(2026, 4, 13), "person8@example.com", "P 8", date(2026, 4, 12), None])
    assert "/columns" not in sent(manager, wave, workbook(columns, rows), "next.xlsx").location
    concealed = [",".join(header), "2026-04-13,FA64B1C0D2,FA64,2026-04-12"]
    taken = sent(manager, wave, concealed, "hidden.csv")
    preview = manager.post(taken.location, data=chosen).location
    assert "its names may be concealed" in text_of(manager.get(preview))


def test_a_system_posts_with_its_secret(app, manager, wave):
    path = f"/programmes/{wave.programme_id}/usage"
    refused = manager.post(path, data={"name": " "})
    assert (refused.status_code, "Say which system posts" in text_of(refused)) == (422, True)
    made = manager.post(path, data={"name": "Claims system"})
    secret = made.get_data(as_text=True).partition("<code>usage_")[2].partition("</code>")[0]
    assert secret
    assert "usage_" not in manager.get(path).get_data(as_text=True).replace("usage_upload", "")
    machine, bearer = app.test_client(), {"Authorization": f"Bearer usage_{secret}"}
    rows = [
        {"email": f"person{n}@example.com", "day": "2026-04-13", "workflow": "Claims triage", "uses": 2}
        for n in range(6)
    ]
    assert machine.post("/adoption/usage", json=rows).status_code == 401
    some_bad = {"rows": [*rows, {"email": "x@example.com", "day": "2026-04-13"}, "person7@example.com"]}
    answer = machine.post("/adoption/usage", json=some_bad, headers=bearer)
    assert (answer.status_code, answer.json["taken"], answer.json["left_out"]) == (200, 6, 2)
    assert [each["line"] for each in answer.json["refused"]] == [7, 8]
    assert answer.json["refused"][1]["why"][0].startswith("Each row is an object")
    team = "department,day,workflow,uses,people\nOperations/Claims,2026-04-13,Claims triage,40,8\nNowhere,2026-04-13,Claims triage,1,1\n"
    answer = machine.post("/adoption/usage", data=team, content_type="text/csv", headers=bearer)
    assert answer.json["refused"] == [{"line": 3, "why": ["No department is called “Nowhere”."]}]
    for body, status in (("{", 400), ("[]", 400), ('["a"]', 400), (json.dumps([{"day": "2026-04-13"}]), 422)):
        assert machine.post("/adoption/usage", data=body, headers=bearer).status_code == status
    door = manager.get(path).get_data(as_text=True).partition("/usage-doors/")[2].partition("/")[0]
    assert manager.post(f"/usage-doors/{door}/ending").status_code == 303
    assert machine.post("/adoption/usage", json=rows, headers=bearer).status_code == 401


@pytest.mark.parametrize("used", [0, 3, 6, 10, 12])
def test_neither_page_nor_file_tells_of_few_people(manager, wave, used):
    """With a floor of five, only a number from five to seven of twelve is told; files say the same as pages."""
    lines = [*PLAIN[:1], *(f"person{n}@example.com,2026-04-10,Claims triage,1" for n in range(used))]
    other = make_person("Outside Person", "outside@example.com", None)
    taken = sent(manager, wave, [*lines, f"{other.email},2026-04-11,Claims triage,1"])
    written(manager, taken.location)
    page = text_of(manager.get(f"/waves/{wave.id}/adoption"))
    file = manager.get(f"/waves/{wave.id}/adoption.csv").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(file.lstrip("\ufeff"))))
    told = {0: None, 3: None, 6: "6", 10: "more than 7", 12: "more than 7"}[used]
    uptake = {row["Number"] for row in rows if row["Figure"] == "Used it in the last 28 days" and row["Group"] == "All"}
    # Of six, no number is told of one of the workflows beside that of all together.
    beside = {"not shown"} if used == 6 else set()
    assert uptake == ({told} | beside if told else set())
    whole = f"{told.capitalize()} of 12 people" if told else "about fewer than five people of this wave"
    assert whole in page
    assert manager.get(f"/waves/{wave.id}/adoption.xlsx").status_code == 200
    assert manager.get(f"/programmes/{wave.programme_id}/adoption.csv").status_code == 200


def test_everybody_sees_their_own_days_and_nobody_elses(app, manager, wave):
    written(manager, sent(manager, wave, PLAIN).location)
    own = signed_in(app, make_account_of(db.session.query(Person).filter_by(email="person4@example.com").one()))
    page = text_of(own.get("/me/usage"))
    assert "Saturday 11 April 5" in " ".join(page.split())
    assert "first used" in page.lower()
    assert own.get(f"/waves/{wave.id}/adoption").status_code == 403
    assert "Nothing is kept of your use" in text_of(manager.get("/me/usage"))
    for address in (
        f"/waves/{wave.id}/adoption",
        f"/programmes/{wave.programme_id}/adoption",
        f"/waves/{wave.id}/adoption.csv",
    ):
        assert "Person Number" not in manager.get(address).get_data(as_text=True)


def make_account_of(person):
    account = make_account(person.email, person.name)
    account.person_id = person.id
    db.session.flush()
    return account


def test_pages_take_the_same_statements_for_any_number_of_waves_and_people(manager, wave, statements):
    written(manager, sent(manager, wave, PLAIN).location)
    addresses = [f"/waves/{wave.id}/adoption", f"/programmes/{wave.programme_id}/adoption"]
    for address in addresses:
        manager.get(address)
        with statements() as few:
            manager.get(address)
        assert len(few) < 20, address


def test_the_page_says_how_much_a_file_may_have(manager, wave):
    assert "At most 50 MB or 250,000 rows." in text_of(manager.get("/adoption/import"))


def test_one_row_and_one_day_are_said_as_one(app, manager, wave):
    taken = sent(manager, wave, PLAIN[:2])
    assert "1 row to write" in " ".join(text_of(manager.get(taken.location)).split())
    written(manager, taken.location)
    (row,) = db.session.scalars(select(Usage))
    own = signed_in(app, make_account_of(db.session.get(Person, row.person_id)))
    assert "The last day of use" in text_of(own.get("/me/usage"))
