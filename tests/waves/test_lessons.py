"""Lessons of waves: read from lines, kept once, and shown to whoever plans the next wave."""

import pytest
from factories import TESTER, make_programme, make_wave
from flask import Flask

from engagement.errors import BadInput
from engagement.waves.lessons.actions import note_lessons
from engagement.waves.lessons.queries import lessons_of, lessons_of_programme
from engagement.waves.lessons.rules import LONGEST_LESSON, MOST_LESSONS, lessons_in, problem_with


def test_a_line_is_a_lesson():
    assert lessons_in(" - Begin earlier \n\n• Begin earlier\nAsk the desk\r\n") == ["Begin earlier", "Ask the desk"]
    assert problem_with(["a" * LONGEST_LESSON]) == ""
    assert "the longest has 301" in problem_with(["a" * (LONGEST_LESSON + 1)])
    assert "there are 21" in problem_with([str(n) for n in range(MOST_LESSONS + 1)])


def test_lessons_are_kept_once_and_told_in_the_programme(app: Flask):
    programme = make_programme()
    one, two, other = make_wave(programme, number=1), make_wave(programme, number=2), make_wave(make_programme("Else"))
    assert note_lessons(one, "Champions sat beside people.", "Begin with the desk.\nFewer mails.", by=TESTER) == 3
    assert note_lessons(one, "Champions sat beside people.", "", by=TESTER) == 0
    assert note_lessons(two, "Champions sat beside people.", "", by=TESTER) == 1
    note_lessons(other, "", "Nothing to do with it.", by=TESTER)
    assert [row.text for row in lessons_of(one.id)] == [
        "Begin with the desk.",
        "Fewer mails.",
        "Champions sat beside people.",
    ]
    assert [row.wave_id for row in lessons_of_programme(programme.id)] == [one.id, one.id, two.id, one.id]
    with pytest.raises(BadInput) as refused:
        note_lessons(one, "x" * 400, "", by=TESTER)
    assert list(refused.value.problems) == ["went_well"]
