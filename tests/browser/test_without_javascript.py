"""Without JavaScript the job gets done: forms, the builder and the menu are the browser's own."""

from browser.furnishing import EMPLOYEE, MANAGER


def test_an_employee_says_something(live, window):
    """Signing in, the menu and the form of the concern."""
    tomasz = window(width=390, java_script_enabled=False)
    tomasz.sign_in(EMPLOYEE)
    page = tomasz.page
    page.locator("details.menu > summary").click()
    page.locator(".menu-sheet").get_by_role("link", name="Say something").click()
    page.get_by_label("What is on your mind?").fill("The tablets are too slow for it.")
    page.get_by_label("Yes, with my name").check()
    page.get_by_role("button", name="Send it").click()
    assert page.inner_text("h1") == "What I said"
    assert "The tablets are too slow for it." in tomasz.text


def test_a_change_manager_builds_an_audience(live, window):
    """Conditions come and go by the form's own buttons; the count and the saving too."""
    ines = window(java_script_enabled=False)
    ines.sign_in(MANAGER)
    page = ines.page
    page.goto(live.url + "/audiences/new")
    page.get_by_label("Add", exact=True).select_option("Department")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Operations/Claims", exact=True).check()
    page.get_by_label("Add", exact=True).select_option("Training role")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Leader").check()
    page.get_by_role("button", name="Count", exact=True).last.click()
    assert "1 person" in page.inner_text("#reach")
    page.get_by_role("button", name="Remove the condition on training role").click()
    assert "38 people" in page.inner_text("#reach")
    page.get_by_label("What is it called?").fill("Claims")
    page.get_by_role("button", name="Save the audience").click()
    assert page.inner_text("h1") == "Claims"
    assert "It reaches 38 people today." in ines.text
