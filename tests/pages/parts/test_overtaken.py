"""Two people open the same form and save after one another: what the first saved is neither lost nor written over unseen."""

from collections.abc import Callable

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave, make_workflow
from pages.parts.two_at_once import changed, drawn_again, opened, text_of, wave_form

from engagement.accounts.queries import account_by_email
from engagement.audiences.actions import save_audience
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.queries import departments_of_waves
from tests.communications.calendar_rows import make_line
from tests.training.courses import make_module

pytestmark = pytest.mark.usefixtures("frozen")


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
