"""Pages of early inclusion: from an empty page to what those who took part read."""

from datetime import date

from factories import TESTER, make_account, make_people, make_person, signed_in

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.privacy.actions.erasing import erase_person
from engagement.waves.inclusion.actions import write_occasion
from engagement.waves.inclusion.models import DesignPoint
from engagement.waves.inclusion.queries import participant_counts
from engagement.waves.inclusion.rules import OccasionKind, OccasionSaid
from engagement.waves.models import Membership
from engagement.waves.queries import workflows_of_waves
from engagement.waves.rules import MembershipOrigin


def _page(client, address: str, status: int = 200, **data: str) -> str:
    answer = client.post(address, data=data) if data else client.get(address)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def _workflow(wave):
    return workflows_of_waves([wave.id])[wave.id][0]


def _join(wave, people):
    db.session.add_all(
        Membership(wave=wave, person=each, origin=MembershipOrigin.DEPARTMENT, joined_at=clock.now()) for each in people
    )
    db.session.commit()


def test_from_an_empty_page_to_what_those_who_took_part_read(app, wave, manager):
    address, workflow = f"/waves/{wave.id}/inclusion", _workflow(wave)
    make_person("Helen Adeyemi", "helen@example.com")
    employee = signed_in(app, make_account("tomasz.wjcik@example.com", "Tomasz Wójcik"))
    page = _page(manager, address)
    assert "The one affected person took no part in design." in page
    assert "Nobody was asked" in page
    assert "No occasion is written down" in page
    assert "What came of what you helped with" not in _page(employee, "/me")
    form = f"/workflows/{workflow.id}/inclusion/new?wave={wave.id}"
    assert f'<option selected value="{wave.id}">' in _page(manager, form)
    given = {"kind": "workshop", "held_on": "2026-04-10", "about": "Photos", "raised": "Photos first\nFewer clicks"}
    refused = _page(manager, form, 422, **given, wave=str(wave.id), people="Tomasz Wójcik\nNobody")
    assert "Nobody here has the name, address or employee number “Nobody”." in refused
    assert "Fewer clicks" in refused
    assert "Tomasz Wójcik\nNobody" in refused
    late = given | {"held_on": "2026-04-15"}
    assert "This day is still to come." in _page(manager, form, 422, **late, wave="", people="helen@example.com")
    _page(manager, form, 303, **given, wave=str(wave.id), people="Tomasz Wójcik; helen@example.com")
    page = _page(manager, address)
    assert "1 affected person took part in design." in page
    assert "1 person who took part is not in the wave" in page
    assert "Photos first" in page
    assert "2 points have no answer yet." in _page(manager, f"/waves/{wave.id}")
    assert "1 occasion, the last on Friday 10 April. 2 points have no answer yet." in _page(
        manager, f"/workflows/{workflow.id}"
    )
    own = _page(employee, "/me")
    assert "What came of what you helped with" in own
    assert "No answer yet" in own
    first = db.session.query(DesignPoint).order_by(DesignPoint.id).first()
    answer = f"/inclusion/points/{first.id}"
    said = {"outcome": "changed", "raised": "Photos first"}
    assert "Say what it changed." in _page(manager, answer, 422, **said, answer="")
    _page(manager, answer, 303, **said, answer="They open first now.")
    own = _page(employee, "/me")
    assert "They open first now." in own
    assert "Helen" not in own
    assert "Claims,1,1" in _page(manager, f"{address}.csv")


def test_an_occasion_is_corrected_added_to_and_removed(app, wave, manager):
    workflow, person = _workflow(wave), make_person("Helen Adeyemi", "helen@example.com")
    said = OccasionSaid(OccasionKind.TRIAL, date(2026, 4, 10), "Photos")
    row = write_occasion(workflow, wave, said, [person], "One", today=date(2026, 4, 14), by=TESTER)
    db.session.commit()
    address = f"/inclusion/{row.id}"
    assert "Helen Adeyemi &lt;helen@example.com&gt;" in _page(manager, f"{address}/edit")
    _page(manager, address, 303, raised="Two\nThree")
    assert "Write what was raised" in _page(manager, address, 422, raised=" ")
    changed = {"kind": "review", "held_on": "2026-04-11", "about": "Photos", "wave": ""}
    assert "Name at least one person" in _page(manager, f"{address}/edit", 422, **changed, people="")
    _page(manager, f"{address}/edit", 303, **changed, people="Helen Adeyemi <helen@example.com>")
    page = _page(manager, address)
    assert "Review of a draft: Photos" in page
    assert "It counts for every wave with this workflow." in page
    assert manager.post(f"{address}/removal").status_code == 303
    assert manager.get(address).status_code == 404


def test_correcting_an_occasion_keeps_everybody_who_was_erased(app, wave, manager):
    workflow, people = _workflow(wave), make_people(3, "Operations/Letters")
    said = OccasionSaid(OccasionKind.TRIAL, date(2026, 4, 10), "Photos")
    row = write_occasion(workflow, wave, said, people, today=date(2026, 4, 14), by=TESTER)
    for person in people[:2]:
        erase_person(person, by=TESTER)
    db.session.commit()
    address = f"/inclusion/{row.id}/edit"
    assert "2 people whom you don’t see by name took part too" in _page(manager, address)
    changed = {"kind": "review", "held_on": "2026-04-11", "about": "Photos", "wave": str(wave.id)}
    _page(manager, address, 303, **changed, people=people[2].email)
    assert participant_counts([row.id]) == {row.id: 3}


def test_few_people_are_neither_named_beside_what_they_raised_nor_counted_for_who_sees_no_names(app, wave, manager):
    """A department of one, and one of six; a sponsor sees no names, an auditor sees them but not beside so few points."""
    _join(wave, people := make_people(6, "Operations/Letters"))
    said = OccasionSaid(OccasionKind.INTERVIEW, date(2026, 4, 10), "Photos")
    row = write_occasion(_workflow(wave), None, said, people[:2], "One", today=date(2026, 4, 14), by=TESTER)
    db.session.commit()
    sponsor = signed_in(app, make_account("spo@example.com", "Spo", Role.SPONSOR, programme_id=wave.programme_id))
    auditor = signed_in(app, make_account("aud@example.com", "Aud", Role.AUDITOR))
    of_wave, of_row = f"/waves/{wave.id}/inclusion", f"/inclusion/{row.id}"
    page = _page(sponsor, of_wave)
    assert "2 of 6 affected people took part in design." in page
    assert "Not shown: fewer than 5 people." in page
    assert "Operations/<wbr>Claims" not in page
    assert "2 of 7 affected people took part in design." in _page(auditor, of_wave)
    assert "Person Number0" in _page(manager, of_row)
    assert "So few are not named beside what was raised." in _page(auditor, of_row)
    for reader in (sponsor, auditor):
        assert "Person Number0" not in _page(reader, of_row)
        assert reader.post(of_row, data={"raised": "x"}).status_code == 403


def test_what_comes_after_go_live_is_listed_and_not_counted(app, wave, manager):
    person = wave.programme and db.session.query(Membership).one().person
    wave.go_live_on = date(2026, 4, 10)
    said = OccasionSaid(OccasionKind.INTERVIEW, date(2026, 4, 10), "Photos")
    write_occasion(_workflow(wave), wave, said, [person], "One", today=date(2026, 4, 14), by=TESTER)
    db.session.commit()
    page = _page(manager, f"/waves/{wave.id}/inclusion")
    assert "After go-live" in page
    assert "The one affected person took no part" in page


def test_the_page_asks_as_often_for_many_occasions_as_for_one(app, wave, manager, statements):
    people, today = make_people(4, "Operations/Letters"), date(2026, 4, 14)
    _join(wave, people)
    counts = []
    for number in (1, 5):
        for n in range(number):
            said = OccasionSaid(OccasionKind.REVIEW, date(2026, 4, 10), f"{number} {n}")
            write_occasion(_workflow(wave), wave, said, people, "One\nTwo", today=today, by=TESTER)
        db.session.commit()
        with statements() as asked:
            _page(manager, f"/waves/{wave.id}/inclusion")
        counts.append(len(asked))
    assert counts[0] == counts[1]
