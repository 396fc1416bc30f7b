"""Merge fields: what blocks a text, and how fields come through Markdown into HTML and plain text."""

import pytest

from engagement.communications.merging import FIELDS, fields_in, problems_in, rendered

WAVE = {
    "wave": "Wave 3: Property claims",
    "go_live": "Tuesday 12 May",
    "workflow": "Claims triage",
    "programme": "Claims and finance",
    "sender_name": "Ines Okafor",
}
NO_WAVE = {"programme": "Claims and finance", "sender_name": "Ines Okafor"}


def test_a_text_with_known_fields_has_no_problems() -> None:
    every = " ".join(field.written for field in FIELDS.values())
    assert problems_in("{{ department }}: from {{ go_live }}", every, WAVE) == []


def test_an_unknown_field_is_named_with_the_nearest_known_one() -> None:
    assert problems_in("News", "Dear {{ frist_name }}, {{ salary }}", WAVE) == [
        "{{ frist_name }} is not a merge field; did you mean {{ first_name }}?",
        "{{ salary }} is not a merge field; choose one from the list or delete it.",
    ]


@pytest.mark.parametrize("text", ["Dear {{ first_name }", "Dear first_name }}", "{{ {{ name }}"])
def test_braces_that_are_not_closed_are_a_problem(text: str) -> None:
    assert len(problems_in("News", text, WAVE)) == 1


@pytest.mark.parametrize("text", ["{{ First_Name }}", "{{ first name }}", "{{}}", "{{ wave.title }}", "{{ 7*7 }}"])
def test_what_is_not_exactly_a_field_is_a_problem(text: str) -> None:
    assert len(problems_in("News", text, WAVE)) == 1


def test_a_wave_field_without_a_wave_is_a_problem() -> None:
    assert problems_in("{{ programme }}", "From {{ go_live }}", NO_WAVE) == [
        "{{ go_live }} has no value: this communication belongs to no wave."
    ]


def test_a_wave_without_workflows_is_a_problem_where_they_are_named() -> None:
    assert problems_in("News", "{{ workflow }}", {**WAVE, "workflow": ""}) == [
        "{{ workflow }} has no value yet; it stands for the workflows of the wave."
    ]


def test_notes_of_the_outline_are_counted_and_links_are_not_taken_for_them() -> None:
    body = "[Say what changed.]\n\n- [And for whom.]\n\n[page](https://example.com)\n\nSee [1] there."
    assert problems_in("News", body, WAVE) == [
        "2 notes to the author still stand in the text. The first one: [Say what changed.]"
    ]


def test_empty_and_overlong_texts_and_links_in_the_subject_are_problems() -> None:
    assert problems_in(" ", "", WAVE) == ["The subject is empty.", "The text is empty."]
    assert problems_in("n" * 201, "Text", WAVE) == ["The subject is longer than 200 characters."]
    assert problems_in("Go to {{ training_link }}", "Text", WAVE) == [
        "{{ training_link }} is a link; it can’t stand in the subject."
    ]


def test_constants_are_filled_and_personal_fields_stay_slots() -> None:
    made = rendered("{{department}}: {{ workflow }}", "Dear {{first_name}}, **{{ wave }}** by {{ sender_name }}", WAVE)
    assert made.subject == "{{ department }}: Claims triage"
    assert made.html == "<p>Dear {{ first_name }}, <strong>Wave 3: Property claims</strong> by Ines Okafor</p>"
    assert made.text == "Dear {{ first_name }}, Wave 3: Property claims by Ines Okafor"


def test_a_link_that_stands_alone_gets_words_and_a_written_link_keeps_its_own() -> None:
    made = rendered("News", "Your page: {{ my_change_link }}\n\n[Train now]({{ training_link }})", WAVE)
    assert made.html == (
        '<p>Your page: <a href="{{ my_change_link }}">See what changes for you</a></p>\n'
        '<p><a href="{{ training_link }}" rel="noopener noreferrer nofollow">Train now</a></p>'
    )
    assert made.text == "Your page: {{ my_change_link }}\n\nTrain now: {{ training_link }}"


def test_values_become_neither_markup_nor_fields() -> None:
    nasty = {**WAVE, "workflow": "<b>*x*</b> {{ name }} & [y](http://z)"}
    made = rendered("{{ workflow }}", "{{ workflow }} for {{ first_name }}", nasty)
    assert made.html == "<p>&lt;b&gt;*x*&lt;/b&gt; { name } &amp; [y](http://z) for {{ first_name }}</p>"
    filled = made.filled({"first_name": "<i>{{ name }}</i>", "name": "Tomasz"})
    assert filled.html.endswith("for &lt;i&gt;{{ name }}&lt;/i&gt;</p>")
    assert filled.text.endswith("for <i>{{ name }}</i>")


def test_script_and_images_of_the_author_do_not_come_through() -> None:
    made = rendered(
        "News", "Hi <script>alert(1)</script> ![x](https://example.com/x.png)\n\n[z](javascript:alert(1))", WAVE
    )
    assert "<script" not in made.html
    assert "<img" not in made.html
    assert "javascript:" not in made.html


def test_a_text_that_holds_the_placeholder_word_keeps_it() -> None:
    assert rendered("News", "mergefield0z {{ name }}", WAVE).text == "mergefield0z {{ name }}"


def test_a_subject_is_one_line() -> None:
    assert rendered("News\r\nBcc: x@example.com", "Text", WAVE).subject == "News Bcc: x@example.com"


def test_fields_are_listed_once_in_reading_order() -> None:
    assert fields_in("{{ wave }}", "{{ name }} {{ wave }} {{ nothing }}") == ["wave", "name"]
