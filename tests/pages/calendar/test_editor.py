"""The page on which a message is written: one form, whose every button saves what was typed first; and its versions."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from factories import TESTER, make_account, make_people, signed_in
from flask import Flask
from pages.calendar.editing import drawn_from, form_of
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.communications.actions.approving import ask_approval
from engagement.communications.actions.placing import move_occurrence
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.mail.models import Delivery
from tests.communications.calendar_rows import AT_TWO, TEXT, make_approved, make_approver, make_draft, make_line
from tests.pages.calendar.calendar_pages import fresh, page, post

pytestmark = pytest.mark.usefixtures("frozen")
STEPS: list[tuple[str, dict[str, str], str]] = [
    ("", {"as": "leila@example.com"}, "Dear Leila,"),
    ("", {"turn_to": "de"}, "Nothing is saved in German yet."),
    ("/test-copies", {"as": "leila@example.com"}, "A test copy is on its way to ines@example.com."),
    ("/approval-requests", {}, "Sent for approval."),
    ("/moves", {"day": "2026-04-20", "time": "09:30"}, "It is due Monday 20 April at 09:30, London time."),
    ("/skipping", {"reason": "Nothing new."}, "Left out. Nobody gets it."),
]


@pytest.mark.parametrize(("step", "fields", "said"), STEPS)
def test_every_button_saves_what_was_typed_first(
    app: Flask, writer: Account, draft: Occurrence, step: str, fields: dict[str, str], said: str
) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    make_approver()
    answer = client.post(
        path + step, data=form_of(draft, drawn_from=drawn_from(client, path), **fields), follow_redirects=True
    )
    assert said in " ".join(answer.get_data(as_text=True).split())
    assert fresh(draft.id).body == TEXT


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("/moves", {"day": "2026-04-01", "time": "09:30"}),
        ("/moves", {"day": "soon", "time": "09:30"}),
        ("/skipping", {"reason": " "}),
        ("/approval-requests", {"body": "Dear {{ frist_name }}"}),
        ("/test-copies", {"body": "Dear {{ frist_name }}"}),
    ],
)
def test_a_step_that_is_refused_leaves_what_was_typed_saved(
    app: Flask, writer: Account, draft: Occurrence, step: str, fields: dict[str, str]
) -> None:
    path, sent = f"/occurrences/{draft.id}", form_of(draft, **fields)
    answer = post(signed_in(app, writer), path + step, 422, **sent)
    assert sent["body"].splitlines()[0] in answer
    assert fresh(draft.id).body == sent["body"]


@pytest.mark.parametrize(("step", "fields", "said"), STEPS)
def test_a_step_on_a_text_that_somebody_else_changed_is_not_taken_and_keeps_what_was_typed(
    app: Flask, writer: Account, draft: Occurrence, step: str, fields: dict[str, str], said: str
) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    sent = form_of(draft, drawn_from=drawn_from(client, path), **fields)
    write_occurrence(draft, "News", "By somebody else", by=make_approver().actor)
    answer = post(client, path + step, 422, **sent)
    assert "“Text” was changed after you opened the page, to: “By somebody else”." in answer
    assert "From May new claims arrive sorted." in answer
    row = fresh(draft.id)
    assert (row.body, row.status, row.sends_at) == ("By somebody else", OccurrenceStatus.DRAFT, AT_TWO)
    for value in fields.values():
        assert value in answer or step in ("", "/test-copies")


def test_every_button_that_can_lose_a_text_belongs_to_the_one_form(
    app: Flask, writer: Account, draft: Occurrence
) -> None:
    write_occurrence(draft, "News", TEXT, by=writer.actor)
    shown = page(signed_in(app, writer), f"/occurrences/{draft.id}")
    main = shown[shown.index("<main") : shown.index("</main>")]
    assert re.findall(r"<form [^>]*>", main) == [
        f'<form method="post" id="message-form" novalidate action="/occurrences/{draft.id}" data-saves-itself>'
    ]
    inside = main[main.index("<form") : main.index("</form>")]
    outside = main.replace(inside, "")
    assert [b for b in re.findall(r"<button[^>]*>", outside) if 'form="message-form"' not in b] == []
    for noun in ("approval-requests", "test-copies", "moves", "skipping"):
        assert f'formaction="/occurrences/{draft.id}/{noun}"' in main
    assert main.index("hidden>Save</button>") < main.index("Ask for approval")


def test_a_message_that_was_given_another_time_meanwhile_says_so_when_its_text_is_saved(
    app: Flask, writer: Account, draft: Occurrence
) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    before = drawn_from(client, path)
    move_occurrence(draft, AT_TWO + timedelta(days=2), by=TESTER)
    post(client, path, **form_of(draft, drawn_from=before))
    assert "The message was given another time after you opened the page." in page(client, path)
    assert fresh(draft.id).body == TEXT


def test_an_approver_sends_a_message_back_beside_approving_it(app: Flask, writer: Account, draft: Occurrence) -> None:
    approver, path = make_approver(), f"/occurrences/{draft.id}"
    writes, approves = signed_in(app, writer), signed_in(app, approver)
    post(writes, f"{path}/approval-requests", **form_of(draft))
    assert "Take it back" in page(writes, path)
    shown = page(approves, path)
    assert "Approve this text" in shown
    assert "Send it back" in shown
    assert "Take it back" not in shown
    post(writes, f"{path}/returns", 403, comment="Mine")
    assert "Say what has to change." in post(approves, f"{path}/returns", 422, comment=" ")
    post(approves, f"{path}/returns", comment="Say who decides.", text_version=str(fresh(draft.id).text_version))
    assert fresh(draft.id).status is OccurrenceStatus.DRAFT
    told = page(writes, path)
    assert "Sam Pryce sent it back, today at 09:00." in told
    assert "Say who decides." in told
    assert "Sent back to be changed" in page(writes, "/")
    sent_to = [d.address for d in db.session.scalars(select(Delivery).order_by(Delivery.id))]
    assert sent_to == ["sam@example.com", "ines@example.com"]


def test_an_approver_who_typed_into_the_text_has_it_saved_and_does_not_approve_it(
    app: Flask, writer: Account, draft: Occurrence
) -> None:
    approver, path = make_approver(), f"/occurrences/{draft.id}"
    write_occurrence(draft, "News", TEXT, by=writer.actor)
    ask_approval(draft, by=writer.actor)
    client = signed_in(app, approver)
    post(client, f"{path}/approvals", **form_of(draft, body=TEXT + " Mine."))
    assert "You changed the text." in page(client, path)
    row = fresh(draft.id)
    assert (row.status, row.body) == (OccurrenceStatus.DRAFT, TEXT + " Mine.")


def test_the_page_says_when_nobody_could_approve(app: Flask, writer: Account, draft: Occurrence) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    assert "Nobody could approve this message as it is." in page(client, path)
    make_approver()
    assert "Nobody could approve this message as it is." not in page(client, path)
    gone = make_account("gone@example.com", "Gone Away", Role.SPONSOR)
    draft.communication.approver, gone.deactivated_at = gone, AT_TWO
    assert "Gone Away, who is to approve it, can’t sign in any more." in page(client, path)


def test_moving_an_approved_message_says_that_it_needs_approval_again(app: Flask, writer: Account) -> None:
    make_people(1)
    occurrence = make_approved(make_line(owner=writer))
    client, path = signed_in(app, writer), f"/occurrences/{occurrence.id}"
    post(client, f"{path}/moves", day="2026-04-20", time="09:30")
    shown = page(client, path)
    assert "It was approved for another time, so it needs approval again." in shown
    assert "Ask for approval" in shown
    post(client, f"{path}/approval-requests")
    assert fresh(occurrence.id).status is OccurrenceStatus.IN_REVIEW


def test_leaving_out_and_ending_can_be_undone_on_their_pages(app: Flask, writer: Account, draft: Occurrence) -> None:
    client, path, line = signed_in(app, writer), f"/occurrences/{draft.id}", f"/communications/{draft.communication_id}"
    post(client, f"{path}/skipping", reason="Nothing new.")
    assert "Take it up again" in page(client, path)
    post(client, f"{path}/skipping/undoing")
    assert fresh(draft.id).status is OccurrenceStatus.DRAFT
    post(client, f"{line}/ending")
    assert "Take it up again" in page(client, line)
    post(client, f"{line}/ending/undoing")
    assert "This communication has ended." not in page(client, line)
    assert fresh(draft.id).status is OccurrenceStatus.DRAFT


def test_the_list_begins_with_what_comes_next_then_what_is_past(app: Flask, writer: Account) -> None:
    line = make_line(owner=writer)
    days = [datetime(2026, month, 20, 8, tzinfo=UTC) for month in (4, 6, 12)]
    coming = [make_draft(line, day).id for day in days]
    for day in (1, 8):
        row = make_draft(line, datetime(2027, 1, day, 8, tzinfo=UTC))
        row.sends_at = row.planned_for = datetime(2026, 3, day, 8, tzinfo=UTC)
        coming.insert(3, row.id)
    shown = page(signed_in(app, writer), "/communications?view=list")
    assert [int(n) for n in re.findall(r"/occurrences/(\d+)", shown)] == coming
    assert shown.index("Past</th>") > shown.index(f"/occurrences/{coming[2]}")


def test_deliveries_are_reached_from_the_calendar_without_letters_to_sign_in(
    app: Flask, writer: Account, draft: Occurrence
) -> None:
    client = signed_in(app, writer)
    assert 'href="/deliveries"' in page(client, "/communications")
    app.test_client().post("/login/link", data={"email": "leila@example.com"})
    assert "leila@example.com" not in page(client, "/deliveries")
    assert "leila@example.com" in page(client, "/deliveries?mail=all")
