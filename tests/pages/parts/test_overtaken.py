"""Two people open the same form and save after one another: what the first saved is neither lost nor written over unseen."""

import hashlib
import html
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_department,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
    signed_in,
)
from flask.testing import FlaskClient

from engagement import clock
from engagement.accounts.queries import account_by_email
from engagement.accounts.rules import Role
from engagement.audiences.actions import save_audience
from engagement.db import db
from engagement.people.actions import merge_department
from engagement.resistance.actions import log_concern
from engagement.resistance.models import About
from engagement.resistance.rules import Source
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.actions import place_people
from engagement.waves.queries import departments_of_waves, members
from tests.communications.calendar_rows import make_draft, make_line
from tests.training.courses import make_module

pytestmark = pytest.mark.usefixtures("frozen")
Fields = list[tuple[str, str]]


def opened(client: FlaskClient, page: str, action: str) -> Fields:
    """Return the fields of a form as a browser would send them unchanged."""
    text = client.get(page).get_data(as_text=True)
    forms = re.findall(r"<form[^>]*method=\"post\"[^>]*>.*?</form>", text, re.S)
    target = f'action="{action}"'
    (form,) = [f for f in forms if (target in f if action else 'action="/' not in f and 'name="drawn_from"' in f)]
    name = attribute(form, "id")
    # A field may stand elsewhere on the page and name its form.
    beside = re.findall(rf'<input[^>]* form="{name}"[^>]*>', text) if name else []
    found: Fields = []
    for tag in [*re.findall(r"<input[^>]*>", form), *beside]:
        name, kind = attribute(tag, "name"), attribute(tag, "type")
        if not name or (kind in ("checkbox", "radio") and " checked" not in tag):
            continue
        found.append((name, attribute(tag, "value")))
    for tag, inner in re.findall(r"(<textarea[^>]*>)\n?(.*?)</textarea>", form, re.S):
        found.append((attribute(tag, "name"), html.unescape(inner.replace("\r\n", "\n")).removeprefix("\n")))
    for tag, inner in re.findall(r"(<select[^>]*>)(.*?)</select>", form, re.S):
        chosen = re.findall(r"<option[^>]* selected[^>]*>", inner)
        found += [(attribute(tag, "name"), attribute(each, "value")) for each in chosen]
    return found


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else ""


def changed(fields: Fields, **values: str | list[str]) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in fields:
        sent.setdefault(name, []).append(value)
    return sent | {name: value if isinstance(value, list) else [value] for name, value in values.items()}


def text_of(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


@pytest.fixture
def both(app) -> tuple[FlaskClient, FlaskClient]:
    """Two who may change everything."""
    return tuple(  # type: ignore[return-value]
        signed_in(app, account)
        for account in (make_change_manager(), make_account("root@example.com", "Ruth Root", Role.CHANGE_MANAGER))
    )


def wave_form() -> tuple[str, str]:
    return f"/waves/{make_wave(name='Claims').id}/edit", ""


def programme_form() -> tuple[str, str]:
    return f"/programmes/{make_programme('Claims').id}/edit", ""


def workflow_form() -> tuple[str, str]:
    return f"/workflows/{make_workflow(make_programme(), 'Claims').id}/edit", ""


def communication_form() -> tuple[str, str]:
    return (
        f"/communications/{make_line(make_programme(), name='Claims', owner=account_by_email('ines@example.com')).id}/edit",
        "",
    )


def module_form() -> tuple[str, str]:
    return f"/training/modules/{make_module('claims').slug}/editing", ""


def stakeholder_form() -> tuple[str, str]:
    row = add_stakeholder("Claims", StakeholderGroup.OTHERS, places=[make_wave()], by=TESTER)
    return f"/stakeholders/{row.id}/edit", ""


def audience_form() -> tuple[str, str]:
    return f"/audiences/{save_audience('Claims', {'field': 'everybody'}, by=TESTER).id}/edit", ""


@pytest.mark.parametrize(
    ("make", "mine", "theirs"),
    [
        (wave_form, "name", "aim"),
        (programme_form, "name", "purpose"),
        (workflow_form, "name", "summary"),
        (communication_form, "name", "subject"),
        (module_form, "title", "summary"),
        (stakeholder_form, "name", "role"),
        (audience_form, "name", "note"),
    ],
)
def test_what_the_first_saved_stays_and_what_the_second_typed_is_not_lost(
    both, make: Callable[[], tuple[str, str]], mine: str, theirs: str
):
    first, second = both
    page, action = make()
    db.session.commit()
    seen = opened(second, page, action)
    press = {"do": "save"} if page.startswith("/audiences") else {}
    answer = first.post(page, data=changed(opened(first, page, action), **{theirs: "Said by the first"}, **press))
    assert answer.status_code == 303, text_of(answer)
    refused = second.post(page, data=changed(seen, **{mine: "Typed by the second"}, **press))
    assert refused.status_code == 422
    shown = text_of(refused)
    assert "This was saved after you opened the page" in shown
    again = drawn_again(refused, action)
    assert dict(again)[mine] == "Typed by the second"
    assert dict(again)[theirs] == "Said by the first"
    assert second.post(page, data=changed(again, **press)).status_code == 303
    kept = dict(opened(first, page, action))
    assert (kept[mine], kept[theirs]) == ("Typed by the second", "Said by the first")


def drawn_again(answer, action: str) -> Fields:
    class Page:
        def get(self, _page):
            return answer

    return opened(Page(), "", action)  # type: ignore[arg-type]


def test_the_same_field_shows_both_and_what_is_sent_again_holds(both):
    first, second = both
    page, action = wave_form()
    db.session.commit()
    seen = opened(second, page, action)
    first.post(page, data=changed(opened(first, page, action), name="Theirs"))
    refused = second.post(page, data=changed(seen, name="Mine"))
    assert "was changed after you opened the page, to: “Theirs”. The field still shows what you typed." in text_of(
        refused
    )
    assert second.post(page, data=changed(drawn_again(refused, action))).status_code == 303
    assert dict(opened(first, page, action))["name"] == "Mine"


def test_a_department_that_was_just_added_does_not_leave_the_wave_again(both):
    first, second = both
    claims, letters = make_department("Claims"), make_department("Letters")
    wave = make_wave(departments=(claims,))
    db.session.commit()
    page = f"/waves/{wave.id}/edit"
    seen = opened(second, page, "")
    first.post(page, data=changed(opened(first, page, ""), departments=[str(claims.id), str(letters.id)]))
    refused = second.post(page, data=changed(seen, name="Renamed"))
    assert second.post(page, data=changed(drawn_again(refused, ""))).status_code == 303
    db.session.expire_all()
    assert {d.id for d in departments_of_waves([wave.id])[wave.id]} == {claims.id, letters.id}
    assert wave.name == "Renamed"


def test_roles_and_ways_of_a_person_are_guarded_each_by_itself(both):
    first, second = both
    person = make_person()
    db.session.commit()
    page, roles, delivery = f"/people/{person.id}", f"/people/{person.id}/roles", f"/people/{person.id}/delivery"
    seen_roles, seen_delivery = opened(second, page, roles), opened(second, page, delivery)
    assert first.post(roles, data=changed(opened(first, page, roles), roles=["user", "builder"])).status_code == 303
    refused = second.post(roles, data=changed(seen_roles, roles=["user", "support"]))
    assert (refused.status_code, "was changed after you opened the page" in text_of(refused)) == (422, True)
    # The other form on the page holds nothing of it.
    hours = {"works_from": "07:00", "works_until": "15:00"}
    assert second.post(delivery, data=changed(seen_delivery, **hours)).status_code == 303
    late = first.post(delivery, data=changed(seen_delivery, language="pl"))
    assert (late.status_code, "The field now shows what was saved." in text_of(late)) == (422, True)


def test_a_form_nobody_else_touched_and_one_that_was_saved_unchanged_meet_no_obstacle(both):
    first, second = both
    page, action = workflow_form()
    db.session.commit()
    seen = opened(second, page, action)
    assert first.post(page, data=changed(opened(first, page, action))).status_code == 303
    assert second.post(page, data=changed(seen, name="Mine")).status_code == 303
    # Whoever typed the same as somebody else saved has nothing to decide.
    seen = opened(second, page, action)
    first.post(page, data=changed(opened(first, page, action), summary="The same"))
    assert second.post(page, data=changed(seen, summary="The same")).status_code == 303


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
    assert first.post(page, data=data).status_code == 303
    refused = second.post(
        page, data=changed(seen, go_live_on="2026-05-19", shown="2026-05-19", reason="Sooner", confirm="1")
    )
    assert (refused.status_code, "to: “2026-06-09”" in text_of(refused)) == (422, True)


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
    assert (refused.status_code, "to: “2026-05-08”" in text_of(refused)) == (422, True)


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
