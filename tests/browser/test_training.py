"""Training from nothing, in the browser: the library is taken over, a course is written, a curriculum arranged; wide and on a phone."""

import pytest
from browser.furnishing import MANAGER

TEXT = "## Before you accept\n\nCompare one fact with the original.\n\n- the name\n- the date\n"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_from_nothing_to_a_curriculum_of_ones_own(empty, window, width, scheme):
    ines = window(width, color_scheme=scheme)
    ines.sign_in(MANAGER)
    ines.open("/training")
    ines.press("Take over the starter library")
    assert "The starter library is taken over: 8 new courses" in ines.text
    ines.open("/training")
    ines.follow("Write a new course")
    ines.fill(title="Checking letters", summary="How a letter is checked.", body=TEXT, minutes="5", pass_mark="50")
    ines.press("Show a preview")
    assert "How it would read" in ines.text
    ines.press("Save the course")
    assert "“Checking letters” is written" in ines.text
    ines.follow("Add a question")
    ines.press("Save the question")
    assert "Write the question." in ines.text
    ines.fill(
        text="What do you compare?", answer_1="The date", why_1="It is a fact.", answer_2="Nothing", why_2="A guess."
    )
    ines.page.get_by_label("This answer is right").first.check()
    ines.page.get_by_label("It trains recognising when the workflow is wrong").check()
    ines.press("Save the question")
    assert "Recognising when it is wrong" in ines.text
    ines.open("/training/curricula/user/editing")
    ines.page.get_by_label("How “Checking letters” counts").select_option("Required")
    ines.page.get_by_label("Place of “Checking letters”").fill("1")
    ines.press("Show a preview")
    assert "What would be asked of people with the role User" in ines.text
    ines.press("Save the curriculum")
    courses = ines.page.locator("tbody th[scope=row] a").all_inner_texts()
    assert courses == ["Checking letters", "Working with an AI workflow", "When it is wrong"]
