"""The stakeholder map in the browser: put on it, seen on the wave, asked for by an audience; and finding a champion."""

from browser.furnishing import EMPLOYEE, MANAGER, SPONSOR

from engagement import clock


def test_from_the_map_to_an_audience(live, window):
    """A department is put on the map, stands on its wave at once, and an audience finds its people by their group."""
    ines = window()
    ines.sign_in(MANAGER)
    ines.open("/waves/1")
    ines.follow("Put somebody on the map")
    ines.press("Put on the map")
    assert "Fill in one of these three." in ines.text
    assert "Choose the group that fits best." in ines.text
    ines.page.get_by_label("A department as one group").select_option(label="Operations/Claims/Property")
    ines.page.get_by_label("End users").check()
    ines.fill(role="Decide every claim that is sorted.", owner="dana@example.com")
    ines.press("Put on the map")
    assert "Operations/Claims/Property is on the map." in ines.text
    ines.follow("Wave 1: Property claims")
    section = ines.page.locator("#stakeholders")
    assert section.get_by_role("link", name="Operations/Claims/Property").count() == 1

    ines.open("/audiences/new")
    ines.page.get_by_label("Add", exact=True).select_option("Stakeholder group")
    ines.press("Add a condition")
    ines.page.get_by_label("end users").check()
    ines.page.get_by_label("Wave 1: Property claims").check()
    ines.press("Count")
    assert "36 people" in ines.text
    ines.page.get_by_label("Add", exact=True).select_option("Champion")
    ines.page.get_by_label("People of whom").select_option("at least one of these")
    ines.press("Add a condition")
    assert "37 people" in ines.text
    ines.fill(name="Property and champions")
    ines.press("Save the audience")
    assert "It reaches 37 people today." in ines.text

    ines.open("/stakeholders?group=end_users")
    ines.follow("Operations/Claims/Property")
    ines.page.get_by_text("Take Operations/Claims/Property off the map").click()
    ines.see()
    assert "Property and champions reaches its people no longer because of this entry." in ines.text
    ines.fill(reason="Wrong wave.")
    ines.press("Take off the map")
    assert "Operations/Claims/Property is off the map." in ines.text
    ines.press("Put back on the map")
    assert "is on the map again." in ines.text


def test_a_note_and_a_champion_by_keyboard_on_a_phone(live, window):
    """On a narrow screen, in the dark: a private note is kept, a gap is closed, and the champion reads it."""
    ines = window(390, color_scheme="dark")
    ines.sign_in(MANAGER)
    ines.open("/stakeholders")
    ines.follow("Works council")
    ines.page.get_by_label("Write a note").focus()
    ines.page.keyboard.type("Bring twenty cases.")
    ines.page.keyboard.press("Tab")
    ines.page.keyboard.press("Enter")
    ines.page.get_by_text("The note is kept.").wait_for()
    ines.see()
    assert "“Bring twenty cases.”" in ines.text
    ines.open("/waves/1")
    ines.follow("Find champions")
    assert "1 champion for 38 people; 2 would be 1 in 25 (here: 1 more)" in ines.text
    ines.fill(person="person3@example.com")
    ines.press("Appoint")
    assert "Full coverage" in ines.text
    tomasz = window(390)
    tomasz.sign_in(EMPLOYEE)
    tomasz.open("/me")
    tomasz.page.get_by_text("1 other champion of this wave").click()
    tomasz.see()
    assert "Person Number3" in tomasz.text


def test_a_step_is_planned_and_done_by_keyboard_on_a_phone(live, window):
    """A planner gives the sponsor a visit for today; she finds it on Today and says by keyboard that it is done."""
    ines = window()
    ines.sign_in(MANAGER)
    ines.open("/stakeholders/leadership/new?wave=1")
    ines.page.get_by_label("Visit a team").check()
    ines.fill(what="Listen for an hour.", where="Property", due_on=clock.today("Europe/London").isoformat())
    ines.press("Plan this step")
    assert "The step is planned." in ines.text

    margaret = window(390, color_scheme="dark")
    margaret.sign_in(SPONSOR)
    margaret.open("/")
    assert "Yours to do as a sponsor" in margaret.text
    margaret.page.get_by_role("link", name="Open it : Visit a team: Property").focus()
    margaret.page.keyboard.press("Enter")
    margaret.page.get_by_label("How did it go?").focus()
    margaret.page.keyboard.type("They showed me the odd cases.")
    margaret.page.keyboard.press("Tab")
    margaret.page.keyboard.press("Enter")
    margaret.page.get_by_text("It is marked as done.").wait_for()
    margaret.see(is_thorough=True)
    assert "“They showed me the odd cases.”" in margaret.text
    margaret.open("/reports/programmes/1")
    assert "1 of 2 done, 1 to come" in margaret.text
