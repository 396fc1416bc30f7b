"""Pages of the calendar through the client: the month, and communications planned, changed and ended."""

from datetime import UTC, date, datetime, timedelta

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave, signed_in
from flask import Flask
from pages.calendar.calendar_pages import FORM, fresh, page, post
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audiences.models import Audience
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Communication
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from tests.communications.calendar_rows import AT_TWO, make_audience, make_draft, make_line
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def auditor(app: Flask) -> Account:
    return make_account("auditor@example.com", "Ada Moss", Role.AUDITOR)


def test_three_readers_of_the_calendar(app: Flask, writer: Account, auditor: Account, employee: Account) -> None:
    draft = make_draft(make_line(owner=writer))
    paths = (
        "/communications",
        "/communications?view=list",
        f"/communications/{draft.communication_id}",
        f"/occurrences/{draft.id}",
    )
    plans, reads, stays_out = (signed_in(app, account) for account in (writer, auditor, employee))
    for path in paths:
        assert "Department briefing" in page(plans, path)
        assert "Department briefing" in page(reads, path)
        page(stays_out, path, 403)
    assert "Save the draft" in page(plans, f"/occurrences/{draft.id}")
    assert "Save the draft" not in page(reads, f"/occurrences/{draft.id}")
    for client in (reads, stays_out):
        post(client, f"/occurrences/{draft.id}", 403, subject="x", body="y")
        for noun in ("approval-requests", "withdrawals", "test-copies", "moves", "skipping", "decisions", "resumption"):
            post(client, f"/occurrences/{draft.id}/{noun}", 403)
        post(client, f"/communications/{draft.communication_id}/ending", 403)
        page(client, f"/communications/{draft.communication_id}/edit", 403)
        page(client, "/communications/new", 403)
    assert fresh(draft.id).status is OccurrenceStatus.DRAFT


def test_a_change_manager_of_another_programme_neither_reads_nor_changes_it(app: Flask, writer: Account) -> None:
    other = make_programme("Another programme")
    outsider = make_account("pat@example.com", "Pat Hill", Role.CHANGE_MANAGER, programme_id=other.id)
    draft = make_draft(make_line(owner=writer))
    client = signed_in(app, outsider)
    page(client, f"/occurrences/{draft.id}", 403)
    page(client, f"/communications/{draft.communication_id}", 403)
    assert "Department briefing" not in page(client, "/communications")
    assert "Department briefing" not in page(client, "/communications?view=list")
    post(client, f"/occurrences/{draft.id}/skipping", 403, reason="Mine.")
    post(client, f"/communications/{draft.communication_id}/ending", 403)


def test_the_month_shows_messages_holidays_and_go_lives(app: Flask, writer: Account) -> None:
    wave = make_wave(go_live_on=date(2026, 5, 12))
    make_draft(make_line(wave.programme, owner=writer), datetime(2026, 5, 6, 8, tzinfo=UTC))
    client = signed_in(app, writer)
    april = page(client, "/communications")
    assert "<h1>April 2026</h1>" in april
    assert "Good Friday" in april
    assert "No messages are planned." in april
    may = page(client, "/communications?month=2026-05")
    assert "<h1>May 2026</h1>" in may
    assert "One message." in may
    assert '<span class="visually-hidden">Draft: </span>09:00 Department briefing' in may
    assert '<span class="visually-hidden">Go-live: </span>Wave 3: Property claims' in may
    assert "month=2026-04" in may
    assert "month=2026-06" in may
    assert "<h1>April 2026</h1>" in page(client, "/communications?month=nonsense")


def test_the_month_takes_the_same_number_of_queries_for_many_messages(
    app: Flask, writer: Account, statements: Statements
) -> None:
    line = make_line(owner=writer)
    client = signed_in(app, writer)
    counted = []
    for number in (2, 40):
        for n in range(number):
            make_draft(line, AT_TWO + timedelta(minutes=100 * number + n))
        db.session.commit()
        with statements() as sent:
            for path in ("/communications", "/communications?view=list"):
                page(client, path)
        counted.append(len(sent))
    assert counted[0] == counted[1]
    assert counted[0] < 30


def test_a_communication_is_planned_changed_and_ended(app: Flask, writer: Account) -> None:
    programme, audience = make_programme(), make_audience()
    client = signed_in(app, writer)
    assert "Put it in the calendar" in page(
        client, f"/communications/new?programme_id={programme.id}&kind=technical_update"
    )
    fields = {**FORM, "audience": str(audience.id), "owner": str(writer.id)}
    post(client, f"/communications/new?programme_id={programme.id}", **fields)
    line = db.session.scalars(select(Communication)).one()
    shown = page(client, f"/communications/{line.id}")
    assert "Every second Thursday at 11:00, London time, to 0 people as things are now." in shown
    assert "Thursday 16 April at 11:00" in shown
    assert 'value="fortnightly"' in page(client, f"/communications/{line.id}/edit")
    post(client, f"/communications/{line.id}/edit", **{**fields, "rhythm": "monthly_weekday", "week": "3"})
    assert "The third Thursday of each month at 11:00, London time" in page(client, f"/communications/{line.id}")
    post(client, f"/communications/{line.id}/ending")
    assert "This communication has ended." in page(client, f"/communications/{line.id}")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"weekday": "MO", "starts_on": "2026-12-02"},
            "Every second Monday at 11:00, London time. The first dates: Monday 7 December, Monday 21 December and Monday 4 January.",
        ),
        (
            {"rhythm": "quarterly_working_day", "holiday_policy": "before", "starts_on": "2026-12-02"},
            "The first dates: Monday 4 January, Thursday 1 April and Thursday 1 July.",
        ),
        (
            {"rhythm": "monthly_day", "month_day": "25", "starts_on": "2026-12-02"},
            "The first dates: Tuesday 29 December,",
        ),
        ({"rhythm": "as_needed"}, "As needed."),
    ],
)
def test_saving_says_the_first_dates(app: Flask, writer: Account, values: dict[str, str], said: str) -> None:
    programme, audience = make_programme(), make_audience()
    client = signed_in(app, writer)
    fields = {**FORM, **values, "audience": str(audience.id), "owner": str(writer.id)}
    post(client, f"/communications/new?programme_id={programme.id}", **fields)
    line = db.session.scalars(select(Communication)).one()
    assert said in page(client, f"/communications/{line.id}")
    post(client, f"/communications/{line.id}/edit", **fields)
    assert said in page(client, f"/communications/{line.id}")


def test_what_makes_no_sense_in_the_form_is_said_above_its_field(app: Flask, writer: Account) -> None:
    programme, audience = make_programme(), make_audience()
    client = signed_in(app, writer)
    fields = {
        **FORM,
        "audience": str(audience.id),
        "owner": str(writer.id),
        "approver": str(writer.id),
        "timezone": "London",
    }
    answer = post(client, f"/communications/new?programme_id={programme.id}", 422, **fields)
    assert "“London” is not a time zone. Use a name such as Europe/London." in answer
    assert "Choose somebody other than the owner: nobody approves their own text." in answer
    assert "<title>Error: " in answer
    assert db.session.scalars(select(Communication)).all() == []


def test_the_standard_communications_are_taken_over(app: Flask, writer: Account) -> None:
    programme, audience = make_programme(), make_audience()
    client = signed_in(app, writer)
    path = f"/communications/standard?programme_id={programme.id}"
    assert "first working day of January, April, July and October" in page(client, path)
    kinds = {kind.value: str(audience.id) for kind in CommunicationKind}
    post(client, path, **{**kinds, "technical_update": "0"}, owner=str(writer.id), approver="0")
    assert [line.kind for line in db.session.scalars(select(Communication).order_by(Communication.id))] == [
        CommunicationKind.EXECUTIVE_UPDATE,
        CommunicationKind.PROGRAMME_UPDATE,
        CommunicationKind.DEPARTMENT_BRIEFING,
    ]


def test_names_of_audiences_and_texts_are_escaped(app: Flask, writer: Account) -> None:
    make_person("<i>Eve</i>", "eve@example.com", first_name="<i>Eve</i>")
    audience = make_audience("<b>All</b>")
    draft = make_draft(make_line(owner=writer, audience=audience))
    write_occurrence(draft, "<u>News</u>", "Dear {{ first_name }} <script>x</script>", by=TESTER)
    db.session.commit()
    shown = page(signed_in(app, writer), f"/occurrences/{draft.id}")
    for raw in ("<i>Eve</i>", "<b>All</b>", "<u>News</u>", "<script>x"):
        assert raw not in shown
    assert db.session.scalars(select(Audience)).one().name == "<b>All</b>"
    assert page(signed_in(app, writer), "/occurrences/999", 404)
