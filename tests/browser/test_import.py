"""HR files in the browser: one with a bad row, one whose columns are chosen by hand, one from which too many are missing."""

from browser.furnishing import MANAGER

HEADER = "employee_id,email,name,department\n"
BAD_ROW = (
    HEADER + "901,amina@example.com,Amina Diallo,Operations/Claims\n902,not an address,Jo Park,Operations/Claims\n"
)
FEW = HEADER + "901,amina@example.com,Amina Diallo,Operations/Claims\n"
ODD_HEADERS = "Nr;Kontakt;Wer\n901;amina@example.com;Amina Diallo\n"


def _bring(visitor, content, *boxes):
    visitor.open("/people/import")
    upload = {"name": "people.csv", "mimeType": "text/csv", "buffer": content.encode()}
    visitor.page.get_by_label("Which file?").set_input_files(upload)
    for box in boxes:
        visitor.page.get_by_label(box).check()
    visitor.press("Read the file")


def _count(visitor):
    visitor.page.goto(visitor.url + "/people")
    return int(visitor.page.inner_text(".lede").split()[0])


def test_a_bad_row_is_left_out_and_the_import_undone(live, window):
    """The file is kept out until somebody decides about the bad row; afterwards everything can be as before."""
    ines = window()
    ines.sign_in(MANAGER)
    before = _count(ines)
    _bring(ines, BAD_ROW, "No, only some people")
    ines.follow("See all problems")
    assert "1 row has errors" in ines.text
    ines.press("Leave out 1 row")
    ines.press("Change 1 person")
    applied = ines.page.url
    assert _count(ines) == before + 1
    ines.open(applied.removeprefix(ines.url))
    ines.page.locator("summary").filter(has_text="Undo this import").click()
    ines.press("Undo this import")
    assert "The import was undone." in ines.text
    assert _count(ines) == before


def test_columns_are_chosen_by_hand(live, window):
    """Headers that nobody could guess are named once, and the file is read by them."""
    ines = window()
    ines.sign_in(MANAGER)
    _bring(ines, ODD_HEADERS, "No, only some people", "Let me choose the columns")
    assert ines.page.inner_text("h1") == "Which column says what?"
    for field, header in (("employee_id", "Nr"), ("email", "Kontakt"), ("name", "Wer")):
        ines.page.locator(f"#column_{field}").select_option(label=header)
    ines.press("Read the file with these columns")
    ines.press("Change 1 person")
    assert "The directory is up to date." in ines.text


def test_half_a_file_asks_before_anybody_leaves(live, window):
    """With more than a tenth missing, the box has to be ticked; until then nobody leaves."""
    ines = window()
    ines.sign_in(MANAGER)
    before = _count(ines)
    _bring(ines, FEW)
    address = ines.page.url.removeprefix(ines.url)
    ines.page.get_by_role("button", name="Change").click()
    ines.page.wait_for_load_state()
    assert _count(ines) == before
    ines.open(address)
    ines.page.get_by_label("This file does list everybody").check()
    ines.press("Change", exact=False)
    assert _count(ines) == 1
