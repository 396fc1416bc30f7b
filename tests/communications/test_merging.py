"""Merge fields: what blocks a text, and how fields come through Markdown into HTML and plain text."""

import re

import pytest

from engagement.communications.texts.rules.merge_fields import FIELDS, OF_SCOPE, fields_in
from engagement.communications.texts.rules.problems import problems_in
from engagement.communications.texts.rules.rendering import rendered

WAVE = {
    "wave": "Wave 3: Property claims",
    "go_live": "Tuesday 12 May",
    "workflow": "Claims triage",
    "programme": "Claims and finance",
    "sender_name": "Ines Okafor",
    "value_by_wave": "Wave 1: 26 hours.",
    **dict.fromkeys(OF_SCOPE, "Published."),
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


LINK = "{{ my_change_link }}"
#: Ways in which a field stands inside an address, a title or the words of a link, each with what the sentence says.
MISPLACED = [
    ("[x]({{ programme }})", "stands inside an address"),
    ("[x]({{name}})", "stands inside an address"),
    ("[x](<{{ programme }}>)", "stands inside an address"),
    ("[x](https://evil.example/?u={{ name }})", "stands inside an address"),
    ("[x](https://evil.example/{{programme}}/y)", "stands inside an address"),
    ("[x](mailto:{{first_name}})", "stands inside an address"),
    ("See [x]\n\n[x]: {{programme}}", "stands inside an address"),
    ("<https://evil.example/{{name}}>", "stands inside an address"),
    ("https://evil.example/{{ name }}", "stands inside an address"),
    ("www.evil.example/?{{name}}", "stands inside an address"),
    ("evil.example/?u={{name}}", "stands inside an address"),
    ("{{first_name}}@evil.example", "stands inside an address"),
    ("| a |\n| --- |\n| https://evil.example/{{name}} |", "stands inside an address"),
    ("`https://evil.example/{{name}}`", "stands inside an address"),
    ("- > https://evil.example/?{{ wave }}", "stands inside an address"),
    (f"[x](https://evil.example/?u={LINK})", "is joined to another address"),
    (f"[x](https://evil.example/#{LINK})", "is joined to another address"),
    (f"[x](<https://evil.example/?u={LINK}>)", "is joined to another address"),
    (f"[x]({LINK}.evil.example)", "is joined to another address"),
    (f"[x]({LINK}{LINK})", "is joined to another address"),
    (f"See [x]\n\n[x]: https://evil.example/?u={LINK}", "is joined to another address"),
    (f"<https://evil.example/?u={LINK}>", "is joined to another address"),
    (f"https://evil.example/?u={LINK}", "is joined to another address"),
    (f"evil.example/?u={LINK}", "is joined to another address"),
    (f"https://evil.example/?u=({LINK})", "is joined to another address"),
    (f"https://evil.example/?u=*{LINK}*", "is joined to another address"),
    (f"{LINK}@evil.example", "is joined to another address"),
    (f"{LINK}/../x", "is joined to another address"),
    ("{{ programme }}" + LINK, "is joined to another address"),
    (f"```\nhttps://evil.example/?u={LINK}\n```", "is joined to another address"),
    (f'[x](https://example.com "{LINK}")', "in the title of a link"),
    ('[x](https://example.com "{{ name }}")', "in the title of a link"),
    (f"[see {LINK}](https://evil.example)", "in the words of another link"),
    (f"[**{LINK}**](https://evil.example)", "in the words of another link"),
]


def whole(body: str) -> str:
    """A text as it is written for Markdown: an address with blanks in it stands between angle brackets."""
    return re.sub(r"\{\{ (\w+) \}\}", r"{{\1}}", body)


@pytest.mark.parametrize(("body", "said"), MISPLACED)
def test_a_field_stands_in_an_address_only_as_a_link_that_is_all_of_it(body: str, said: str) -> None:
    for written in (body, whole(body)):
        (problem, *_) = problems_in("News", written, WAVE)
        assert said in problem, problem


@pytest.mark.parametrize(("body", "said"), MISPLACED)
def test_what_is_built_all_the_same_leads_nowhere_else(body: str, said: str) -> None:
    nasty = {**WAVE, "programme": "javascript:alert(1)"}
    token = "https://us.example.com/login/link/tok"
    made = rendered("News", body, nasty).filled({"my_change_link": token, "name": "Tomasz", "first_name": "T"})
    for address in re.findall(r'href="([^"]*)"', made.html):
        assert address == token or ("tok" not in address and "Tomasz" not in address and "javascript" not in address)
    assert "title=" not in made.html or "Tomasz" not in made.html
    for word in made.text.split():
        assert not ("evil" in word and "tok" in word), word


@pytest.mark.parametrize(
    "body",
    [
        LINK, f"Your page: {LINK}.", f"({LINK})", f"**{LINK}**", f"- {LINK}", f"> {LINK}", f"[x]({LINK})", f"[x](<{LINK}>)",
        f"[x]({LINK}), [y]({{{{ training_link }}}})", f"| a |\n| --- |\n| {LINK} |", f"[**x**]({LINK})", f"Page:{LINK}",
        "{{ first_name }}/{{ name }}", "“{{ programme }}”", "[{{ programme }}](https://example.com)", "{{ name }}: https://example.com",
        f"See [x]\n\n[x]: {LINK}",
    ],
)  # fmt: skip
def test_fields_by_themselves_are_no_problem(body: str) -> None:
    assert problems_in("News", f"Hello\n\n{body}", WAVE) == []


@pytest.mark.parametrize(
    "body",
    [
        r"\{\{ my_change_link \}\}",
        "&#123;&#123; name &#125;&#125;",
        r"{\{ name }}",
        "[x](https://e.example/&#123;{name}})",
    ],
)
def test_a_field_in_another_way_of_writing_is_a_problem_and_none_when_built(body: str) -> None:
    assert len(problems_in("News", body, WAVE)) == 1
    filled = rendered("News", body, WAVE).filled({"name": "Tomasz", "my_change_link": "https://us.example.com/tok"})
    assert "Tomasz" not in filled.html + filled.text
    assert "tok" not in filled.html + filled.text


def test_a_value_makes_no_field_together_with_what_stands_beside_it() -> None:
    made = rendered("News", "{{ programme }}{ my_change_link }} {{{ name }}", {**WAVE, "programme": "Claims {"})
    filled = made.filled({"my_change_link": "https://us.example.com/tok", "name": "Tomasz"})
    assert "tok" not in filled.html + filled.text
    assert "Tomasz" in filled.html


def test_a_misplaced_field_is_named_beside_other_problems() -> None:
    found = problems_in("News", "[Say what.]\n\n[x](https://evil.example/?u={{ my_change_link }})", WAVE)
    assert len(found) == 2
    assert "is joined to another address" in found[1]


def test_a_text_that_cannot_be_laid_out_is_a_problem_and_is_shown_plain() -> None:
    deep = "".join("    " * n + "- {{ name }}\n" for n in range(30))
    assert "too deep" in problems_in("News", deep, WAVE)[0]
    assert "shown as it was typed" in rendered("News", deep, WAVE).html


def test_a_field_inside_an_address_in_the_subject_is_a_problem() -> None:
    assert "stands inside an address" in problems_in("https://evil.example/{{ name }}", "Text", WAVE)[0]


def test_names_with_markup_stay_words_wherever_they_stand() -> None:
    nasty = {**WAVE, "wave": '"><script>alert(1)</script>', "workflow": "[x](javascript:alert(1)) {{ my_change_link }}"}
    body = "## {{ wave }}\n\n| {{ workflow }} |\n| --- |\n| `{{ wave }}` |\n\n[{{ wave }}](https://example.com)\n\n> {{ name }}"
    made = rendered("{{ wave }}", body, nasty).filled({"name": "<b onclick=x>{{ wave }}</b>"})
    assert "<script" not in made.html
    assert "<b " not in made.html
    assert set(re.findall(r'href="([^"]*)"', made.html)) == {"https://example.com"}
    assert "{{ my_change_link }}" not in made.html
