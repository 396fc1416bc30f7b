"""The page on which a sponsor says how they see it: found from where they are, said in few presses, and what they read before and after."""

import pytest
from factories import TESTER, make_account, make_department, make_person, signed_in

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.waves.actions import choose_departments
from engagement.waves.impacts.actions import assess_impact
from engagement.waves.impacts.queries.standing import standing_assessment
from engagement.waves.impacts.rules import Aspect, AspectSaid, Assessed, ImpactSide
from engagement.waves.rules import WaveStatus

#: The first choice, which a browser takes where none is selected.
NOBODY = '<option value="">Choose</option>'
ASKED = "You have not said how you see it"


def _page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


@pytest.fixture
def claims(wave):
    """The department of the wave, of which leaders and people have spoken."""
    department = make_department()
    aspects = {Aspect.TOOLS: AspectSaid(3, "", "Another window"), Aspect.PAY: AspectSaid(0)}
    assess_impact(wave, department, ImpactSide.LEADERS, Assessed(aspects), floor=5, by=TESTER)
    aspects = {Aspect.TOOLS: AspectSaid(4, "", "What the people fear"), Aspect.PAY: AspectSaid(2, "", "Less")}
    assess_impact(wave, department, ImpactSide.PEOPLE, Assessed(aspects, "Workshop", 8), floor=5, by=TESTER)
    db.session.commit()
    return department


@pytest.fixture
def margaret(app, wave):
    """The programme's sponsor, from the data."""
    wave.programme.sponsor = make_person("Margaret Leclerc", "margaret@example.com", "Executive")
    db.session.commit()
    return signed_in(app, make_account("margaret@example.com", "Margaret Leclerc"))


def test_a_sponsor_is_led_from_the_start_page_and_the_sheet_to_the_department_and_on(wave, claims, margaret):
    letters = make_department("Operations/Letters")
    choose_departments(wave, [claims, letters], by=TESTER)
    db.session.commit()
    address = f"/waves/{wave.id}/sponsors-view"
    start, sheet = _page(margaret, "/"), _page(margaret, f"/reports/programmes/{wave.programme_id}")
    for page in (start, sheet):
        assert ASKED in page
        assert "Others have said what it changes for Operations/Claims. How do you see it?" in page
        assert f'href="{address}"' in page
    asked = _page(margaret, address)
    assert "How you see Operations/Claims" in asked
    assert asked.count('type="radio"') == 7 * len(Aspect)
    saved = margaret.post(f"{address}?department={claims.id}", data={"score_tools": "1", "score_pay": "0"})
    assert (saved.status_code, saved.location) == (303, address)
    # Of what nobody has spoken yet nothing is asked, and they may say it all the same.
    done = _page(margaret, address)
    assert "Nothing is asked of a sponsor now." in done
    assert 'type="radio"' not in done
    assert f'href="{address}?department={letters.id}"' in done
    assert ASKED not in _page(margaret, f"/reports/programmes/{wave.programme_id}")
    row = standing_assessment(wave.id, claims.id, ImpactSide.SPONSORS)
    assert row is not None
    assert (row.signed, row.said.judged) == ("Margaret Leclerc", [Aspect.TOOLS, Aspect.PAY])
    assert margaret.post(f"{address}?department={letters.id}", data={"score_pay": "0"}).status_code == 303
    # Said anew, the page begins with what one said.
    assert 'checked id="score_tools-2"' in _page(margaret, f"{address}?department={claims.id}")


def test_a_sponsor_reads_what_people_say_after_they_have_spoken(wave, claims, margaret):
    before = [f"/waves/{wave.id}/impacts/{claims.id}", f"/waves/{wave.id}/impacts", f"/waves/{wave.id}/impacts.csv"]
    for address in (*before, f"/waves/{wave.id}/sponsors-view"):
        page = _page(margaret, address)
        assert "What the people fear" not in page
        assert "People: " not in page
        assert "8 were asked together" not in page
    assert "The people together" not in _page(margaret, before[2])
    assert "shown once you have said how you see it" in _page(margaret, before[0])
    assert "shown once you have said how you see it" in _page(margaret, before[1])
    report = f"/reports/programmes/{wave.programme_id}"
    for page in (_page(margaret, report), _page(margaret, f"{report}/resistance")):
        assert "In which parts is shown to you once you have said how you see it." in page
        assert "of 5 points" not in page
    wave_page = _page(margaret, f"/waves/{wave.id}")
    assert "Say how you see it as its sponsor" in wave_page
    assert "its people 2 of 5 points" not in wave_page
    data = {"score_tools": "1"}
    assert margaret.post(f"/waves/{wave.id}/sponsors-view?department={claims.id}", data=data).status_code == 303
    assert "sponsors expect 1, its people 4 of 5 points" in _page(margaret, report)
    group, groups, file = (_page(margaret, address) for address in before)
    assert "What the people fear" in group
    assert "Sponsors differ" in group
    assert "Sponsors: what they work with. Leaders: pay and grade" in groups
    assert "In 1 group people see it otherwise than sponsors or leaders." in groups
    assert "Sponsors,What they work with,1,3," in file
    assert "Operations/Claims, what they work with: sponsors expect 1, its people 4 of 5 points." in _page(
        margaret, f"/waves/{wave.id}"
    )


def test_former_points_of_the_people_are_kept_back_too(wave, claims, margaret):
    later = Assessed({Aspect.TOOLS: AspectSaid(5, "", "More")}, "Another workshop", 9)
    assess_impact(wave, claims, ImpactSide.PEOPLE, later, floor=5, by=TESTER)
    db.session.commit()
    address = f"/waves/{wave.id}/impacts/{claims.id}"
    assert "the people together:" not in _page(margaret, address)
    wave.status = WaveStatus.LIVE
    db.session.commit()
    assert "the people together:" in _page(margaret, address)


def test_others_who_read_the_wave_are_kept_from_nothing(app, wave, claims, manager, margaret):
    by_role = signed_in(app, make_account("spo@example.com", "Spo", Role.SPONSOR, programme_id=wave.programme_id))
    for reader in (by_role, manager):
        assert "What the people fear" in _page(reader, f"/waves/{wave.id}/impacts/{claims.id}")
        assert ASKED not in _page(reader, f"/reports/programmes/{wave.programme_id}")
    assert by_role.get(f"/waves/{wave.id}/sponsors-view").status_code == 403


def test_who_plans_writes_down_what_a_sponsor_says(wave, claims, manager, margaret):
    olga = make_person("Olga Osei", "olga@example.com", "Executive")
    wave.sponsor = olga
    db.session.commit()
    address = f"/waves/{wave.id}/sponsors-view?department={claims.id}"
    page = _page(manager, address)
    assert "How a sponsor sees Operations/Claims" in page
    assert page.index("Olga Osei</option>") < page.index("Margaret Leclerc</option>")
    refused = manager.post(address, data={"whose": str(olga.id), "basis": "She said so"})
    assert refused.status_code == 422
    assert "Choose for at least one part of the work" in refused.get_data(as_text=True)
    assert "She said so" in refused.get_data(as_text=True)
    data = {"whose": str(wave.programme.sponsor_id), "score_tools": "2"}
    assert manager.post(address, data=data).status_code == 303
    assert "Margaret Leclerc, written down by Ines Okafor" in _page(manager, f"/waves/{wave.id}/impacts/{claims.id}")
    assert "not said" not in _page(manager, f"/waves/{wave.id}/sponsors-view")


def test_a_view_is_kept_under_nobodys_name_who_was_not_chosen(wave, claims, manager, margaret):
    olga = make_person("Olga Osei", "olga@example.com", "Executive")
    wave.sponsor = olga
    db.session.commit()
    address = f"/waves/{wave.id}/sponsors-view?department={claims.id}"
    # Nobody is chosen from the start, and neither nobody nor somebody who sponsors nothing here becomes the first.
    assert NOBODY in _page(manager, address)
    stranger = make_person("Tomasz Wójcik", "tomasz@example.com")
    db.session.commit()
    for whose in ({}, {"whose": ""}, {"whose": str(stranger.id)}, {"whose": "x"}):
        refused = manager.post(address, data={"score_tools": "2", **whose})
        assert refused.status_code == 422
        assert "Choose which of this wave’s sponsors said it." in refused.get_data(as_text=True)
    assert standing_assessment(wave.id, claims.id, ImpactSide.SPONSORS) is None
    assert manager.post(address, data={"score_tools": "2", "whose": str(olga.id)}).status_code == 303
    assert 'checked id="score_tools-3"' in _page(manager, address)
    # The points of somebody who sponsors the wave no longer are not laid into anybody's mouth.
    wave.sponsor = None
    db.session.commit()
    page = _page(manager, address)
    assert 'checked id="score_tools-3"' not in page
    assert NOBODY in page
    assert "<option selected" not in page


def test_an_address_tells_no_department_that_has_nothing_to_do_with_the_wave(wave, claims, manager, margaret):
    secret = make_department("Secret/Legal takeover")
    letters = make_department("Operations/Letters")
    choose_departments(wave, [letters], by=TESTER)
    db.session.commit()
    for reader in (margaret, manager):
        answer = reader.get(f"/waves/{wave.id}/sponsors-view?department={secret.id}")
        assert answer.status_code == 404
        assert "Legal takeover" not in answer.get_data(as_text=True)
    # One that is in the wave is shown, and one that was, of which something was said.
    for place in (letters, claims):
        assert f"How you see {place.path}" in _page(margaret, f"/waves/{wave.id}/sponsors-view?department={place.id}")


def test_a_sponsor_is_led_to_nothing_by_a_department_that_left_the_wave(wave, claims, margaret):
    asks = "Say how you see it as its sponsor"
    assert asks in _page(margaret, f"/waves/{wave.id}")
    choose_departments(wave, [make_department("Operations/Letters")], by=TESTER)
    db.session.commit()
    assert asks not in _page(margaret, f"/waves/{wave.id}")
    report = _page(margaret, f"/reports/programmes/{wave.programme_id}")
    assert "In which parts is shown to you once you have said how you see it." not in report
    assert "its people 2 of 5 points" in report


def test_the_form_says_what_is_kept_back_and_what_is_not(wave, claims, manager, margaret):
    address = f"/waves/{wave.id}/sponsors-view"
    kept, told = (
        "What the people say is shown to you beside your points once you have said it.",
        "because a gate is decided",
    )
    for words in (kept, told):
        assert words in " ".join(_page(margaret, address).split())
        assert words not in " ".join(_page(manager, address).split())
    # As it says: the readiness names the gap to a sponsor who has not spoken.
    assert "its people 2 of 5 points" in _page(margaret, f"/waves/{wave.id}/readiness/alike")


def test_a_sponsor_begins_anew_where_another_has_spoken(app, wave, claims, manager, margaret):
    wave.sponsor = make_person("Olga Osei", "olga@example.com", "Executive")
    db.session.commit()
    olga = signed_in(app, make_account("olga@example.com", "Olga Osei"))
    address = f"/waves/{wave.id}/sponsors-view?department={claims.id}"
    assert margaret.post(address, data={"score_tools": "2"}).status_code == 303
    page = _page(olga, address)
    assert 'checked id="score_tools-3"' not in page
    assert 'checked id="score_tools-0"' in page
    assert "Margaret Leclerc" in page


def test_the_page_says_why_nobody_is_asked(wave, claims, manager):
    address = f"/waves/{wave.id}/sponsors-view"
    assert "Nobody sponsors this wave or its programme, so nobody can be asked." in _page(manager, address)
    assert manager.get(f"{address}?department=99999").status_code == 404
    choose_departments(wave, [], by=TESTER)
    db.session.commit()
    assert "No department is in this wave yet" in _page(manager, address)
    choose_departments(wave, [claims], by=TESTER)
    wave.status = WaveStatus.LIVE
    db.session.commit()
    assert "This one is not ahead any more." in _page(manager, address)


def test_the_sheet_asks_in_no_further_statement(wave, claims, margaret, statements):
    address = f"/reports/programmes/{wave.programme_id}"
    with statements() as asked:
        assert ASKED in _page(margaret, address)
    data = {"score_tools": "3"}
    assert margaret.post(f"/waves/{wave.id}/sponsors-view?department={claims.id}", data=data).status_code == 303
    _page(margaret, address)
    with statements() as said:
        assert ASKED not in _page(margaret, address)
    assert len(asked) == len(said)
