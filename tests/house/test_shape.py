"""Files and functions stay small enough to be read at once, and halls stand beside each other."""

from house import shape

LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS = 300, 50, 8


def test_no_file_and_no_function_outgrows_its_noun():
    assert {path: lines for path, lines in shape.files().items() if lines > LONGEST_FILE} == {}
    assert [found for found in shape.functions() if found.lines > LONGEST_FUNCTION] == []


def test_what_belongs_together_is_handed_over_together():
    assert [found for found in shape.functions() if found.parameters > MOST_PARAMETERS] == []


def test_halls_of_pages_know_each_other_by_two_arrows_only():
    assert shape.arrows_between_halls() == ["me → training", "today → training"]
