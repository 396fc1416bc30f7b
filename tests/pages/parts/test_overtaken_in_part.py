"""Forms of which somebody else changed a part meanwhile: what still goes through, and what does not."""

import hashlib
import json
from datetime import UTC, date, datetime

import pytest
from factories import TESTER, make_account, make_department, make_person, make_programme, make_wave, signed_in
from pages.parts.two_at_once import changed, drawn_again, opened, text_of, wave_form
from previews import sealed

from engagement import clock
from engagement.accounts.queries import account_by_email
from engagement.db import db
from engagement.people.actions import merge_department
from engagement.resistance.actions import log_concern
from engagement.resistance.models import About
from engagement.resistance.rules import Source
from engagement.waves.actions import place_people
from engagement.waves.queries import members
from tests.communications.calendar_rows import make_draft, make_line

pytestmark = pytest.mark.usefixtures("frozen")


def test_a_draft_that_was_overtaken_can_be_saved_from_the_same_page(both):
    first, second = both
    draft = make_draft(make_line(owner=account_by_email("ines@example.com")), datetime(2026, 5, 6, 8, tzinfo=UTC))
    db.session.commit()
    page = f"/occurrences/{draft.id}"
    seen = opened(second, page, page)
    assert first.post(page, data=changed(opened(first, page, page), body="Their words")).status_code == 303
    refused = second.post(page, data=changed(seen, body="My words"))
    assert refused.status_code == 422
    assert "to: “Their words”" in text_of(refused)
    again = drawn_again(refused, page)
    assert dict(again)["body"] == "My words"
    assert second.post(page, data=changed(again)).status_code == 303
    db.session.expire_all()
    assert draft.body == "My words"


def test_a_wave_whose_go_live_moved_meanwhile_is_not_moved_unseen(both):
    first, second = both
    wave = make_wave(go_live_on=date(2026, 5, 12))
    db.session.commit()
    page = f"/waves/{wave.id}/go-live"
    seen = opened(second, page, "")
    data = changed(opened(first, page, ""), go_live_on="2026-06-09", shown="2026-06-09", reason="Later", confirm="1")
    assert first.post(page, data=sealed(first, page, data)).status_code == 303
    refused = second.post(
        page, data=changed(seen, go_live_on="2026-05-19", shown="2026-05-19", reason="Sooner", confirm="1")
    )
    assert (refused.status_code, "to: “Tuesday 9 June" in text_of(refused)) == (422, True)


def test_a_wave_keeps_the_people_of_a_department_that_was_merged(both):
    first, _ = both
    old, new = make_department("Old"), make_department("New")
    wave = make_wave(departments=(old,))
    make_person("Ada Old", "ada@example.com", "Old")
    make_person("Bo New", "bo@example.com", "New")
    place_people(wave)
    merge_department(old, new, by=TESTER)
    place_people(wave)
    db.session.commit()
    before = sorted(person.email for person in db.session.scalars(members(wave.id)))
    page = f"/waves/{wave.id}/edit"
    assert first.post(page, data=changed(opened(first, page, ""), aim="Another aim")).status_code == 303
    assert sorted(person.email for person in db.session.scalars(members(wave.id))) == before
    assert before == ["ada@example.com", "bo@example.com"]


def test_a_lead_is_not_stopped_by_what_is_not_on_their_form_and_learns_nothing_of_it(app, both):
    first, _ = both
    lead = make_person("Lea Lead", "lea@example.com", "Programme office")
    sponsor = make_person("Hidden Sponsor", "hidden@example.com", "Board")
    wave = make_wave(lead=lead)
    wave.sponsor = sponsor
    account = make_account("lea@example.com", "Lea Lead")
    account.person = lead
    secret = make_department("Secret")
    db.session.commit()
    client, page = signed_in(app, account), f"/waves/{wave.id}/edit"
    seen = opened(client, page, "")
    assert set(json.loads(dict(seen)["drawn_from"])) & {"sponsor", "departments"} == set()
    assert first.post(page, data=changed(opened(first, page, ""), departments=[str(secret.id)])).status_code == 303
    assert client.post(page, data=changed(seen, aim="The lead's")).status_code == 303
    assert hashlib.sha256(b"hidden@example.com").hexdigest()[:12] not in client.get(page).get_data(as_text=True)


def test_what_stands_can_stay_although_they_have_left(both):
    first, _ = both
    sponsor = make_person("Gone Sponsor", "gone@example.com")
    programme = make_programme("Claims", sponsor=sponsor)
    sponsor.left_at = clock.now()
    db.session.commit()
    page = f"/programmes/{programme.id}/edit"
    assert first.post(page, data=changed(opened(first, page, ""), purpose="Another")).status_code == 303
    db.session.expire_all()
    assert (programme.purpose, programme.sponsor.name) == ("Another", "Gone Sponsor")


@pytest.mark.parametrize(
    "marks", ["[" * 5_000, "{" * 9_000, '{"a":' * 3_000, "null", "[]", "7", "NaN", "x" * 20_000, '{"name": 7}']
)
def test_marks_that_nobody_made_do_no_harm(both, marks):
    first, _ = both
    page, action = wave_form()
    db.session.commit()
    answer = first.post(page, data=changed(opened(first, page, action), name="Mine", drawn_from=marks))
    assert answer.status_code in (303, 422)


def test_a_message_that_was_moved_meanwhile_is_not_moved_unseen(both):
    first, second = both
    draft = make_draft(make_line(owner=account_by_email("ines@example.com")), datetime(2026, 5, 6, 8, tzinfo=UTC))
    db.session.commit()
    page, action = f"/occurrences/{draft.id}", f"/occurrences/{draft.id}/moves"
    seen = opened(second, page, page)
    assert first.post(action, data=changed(opened(first, page, page), day="2026-05-08")).status_code == 303
    refused = second.post(action, data=changed(seen, day="2026-05-07"))
    assert (refused.status_code, "to: “Friday 8 May" in text_of(refused)) == (422, True)


def test_a_translation_that_begins_is_not_stopped_by_a_change_of_the_text(both):
    first, second = both
    draft = make_draft(make_line(owner=account_by_email("ines@example.com")), datetime(2026, 5, 6, 8, tzinfo=UTC))
    db.session.commit()
    page = f"/occurrences/{draft.id}"
    seen = opened(second, f"{page}?language=de", page)
    assert first.post(page, data=changed(opened(first, page, page), body="Main, anew")).status_code == 303
    assert second.post(page, data=changed(seen, subject="Neu", body="Deutscher Text")).status_code == 303


def test_how_a_concern_is_counted_is_not_changed_unseen(both):
    first, second = both
    concern = log_concern(
        "It is too fast", About(Source.OTHER), by=account_by_email("ines@example.com").actor, on=date(2026, 4, 14)
    )
    db.session.commit()
    page, action = f"/concerns/{concern.id}", f"/concerns/{concern.id}/source"
    seen = opened(second, page, action)
    data = changed(opened(first, page, action), source="change_fatigue", reason="The pace")
    assert first.post(action, data=data).status_code == 303
    refused = second.post(action, data=changed(seen, source="job_security", reason="The job"))
    assert (refused.status_code, "The job" in refused.get_data(as_text=True)) == (422, True)
