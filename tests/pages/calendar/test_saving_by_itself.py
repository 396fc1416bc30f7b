"""A message that is written saves by itself, survives an ended session, and keeps versions."""

import re
from datetime import timedelta
from typing import Any

import pytest
from factories import signed_in
from flask import Flask
from flask.testing import FlaskClient
from pages.calendar.editing import drawn_from, form_of

from engagement.accounts.models import Account
from engagement.communications.actions.approving import ask_approval
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Occurrence
from engagement.communications.queries.one_message import versions_of
from engagement.communications.texts.queries.translations import translation_in
from tests.communications.calendar_rows import AT_TWO, TEXT, make_approver, make_draft
from tests.pages.calendar.calendar_pages import fresh, page, post

pytestmark = pytest.mark.usefixtures("frozen")


def saved_by_itself(client: FlaskClient, path: str, **fields: Any) -> Any:
    return client.post(path, data=fields, headers={"Accept": "application/json"})


def test_a_page_saves_by_itself_again_and_again_in_one_version(app: Flask, writer: Account, draft: Occurrence) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    told = {"drawn_from": drawn_from(client, path), "text_version": "2"}
    for body in ("A", "Ab", "Abc"):
        answer = saved_by_itself(client, path, subject="News", body=body, language="", **told)
        assert answer.status_code == 200
        assert answer.json["says"] == "Saved by itself at 09:00."
        told = {name: answer.json[name] for name in told}
    row = fresh(draft.id)
    assert (row.body, told["text_version"]) == ("Abc", str(row.text_version))
    assert [version.body for version in versions_of(row.id)] == ["Abc", "Before", "[Write here.]"]
    post(client, path, subject="News", body="Abcd", language="", **told)
    assert fresh(draft.id).body == "Abcd"


def test_what_can_not_be_saved_by_itself_is_said_and_nothing_is_changed(
    app: Flask, writer: Account, draft: Occurrence
) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    before = drawn_from(client, path)
    write_occurrence(draft, "News", "By somebody else", by=make_approver().actor)
    stale = saved_by_itself(client, path, subject="News", body="Mine", drawn_from=before)
    assert stale.status_code == 422
    assert stale.json["says"].startswith("Not saved yet. This was saved after you opened the page")
    long = saved_by_itself(client, path, subject="News", body="x" * 20_001)
    assert (long.status_code, "20,000 characters" in long.json["says"]) == (422, True)
    write_occurrence(draft, "News", TEXT, by=writer.actor)
    ask_approval(draft, by=writer.actor)
    given = saved_by_itself(client, path, subject="News", body="Mine", text_version=str(draft.text_version))
    assert (given.status_code, "handed on for approval" in given.json["says"]) == (422, True)
    assert fresh(draft.id).body == TEXT
    assert "data-saves-itself" not in page(client, path)


def test_a_text_typed_in_a_session_that_ended_stands_there_again_after_signing_in(
    app: Flask, writer: Account, draft: Occurrence
) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    shown = client.get(path).get_data(as_text=True)
    whom = re.search(r'name="drawn_for" value="([^"]+)"', shown)
    assert whom is not None
    client.post("/logout")
    answer = client.post(f"{path}/test-copies", data=form_of(draft, drawn_for=whom[1]))
    assert answer.location.startswith("/login?next=/kept/")
    again = signed_in(app, writer)
    kept = answer.location.partition("next=")[2]
    assert "From May new claims arrive sorted." in page(again, kept)
    assert again.post(f"{kept}/sending").location == f"{path}/test-copies"


def test_the_language_that_is_turned_to_begins_from_what_was_just_typed(
    app: Flask, writer: Account, draft: Occurrence
) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    answer = client.post(path, data=form_of(draft, body="Just typed", turn_to="de"))
    assert "language=de" in answer.location
    assert "Just typed</textarea>" in page(client, answer.location).replace("> Just", ">Just")
    sent = {"subject": "Neues", "body": "Text auf Deutsch", "language": "de", "turn_to": ""}
    back = client.post(path, data=form_of(fresh(draft.id), **sent))
    assert "language" not in back.location
    assert translation_in(fresh(draft.id), "de").body == "Text auf Deutsch"  # type: ignore[union-attr]


def test_versions_are_read_compared_and_brought_back(app: Flask, writer: Account, draft: Occurrence) -> None:
    client, path = signed_in(app, writer), f"/occurrences/{draft.id}"
    post(client, path, **form_of(draft, body="After"))
    listed = page(client, f"{path}/versions")
    assert listed.count("<tr>") == 4
    assert "The outline it began with" in listed
    earlier = next(v for v in versions_of(draft.id) if v.body == "Before")
    shown = page(client, f"{path}/versions/{earlier.id}")
    assert '<del><span class="visually-hidden">Only in this version: </span>Before</del>' in shown
    assert '<ins><span class="visually-hidden">Only in the present text: </span>After</ins>' in shown
    post(client, f"{path}/versions/{earlier.id}/returns")
    assert fresh(draft.id).body == "Before"
    assert "The earlier text is back." in page(client, path)
    other = make_draft(draft.communication, AT_TWO + timedelta(days=1))
    page(client, f"/occurrences/{other.id}/versions/{earlier.id}", 404)
