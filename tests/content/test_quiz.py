"""Quiz blocks: what is read, what is refused with which sentence, and that answers stay out of the text."""

import pytest

from engagement.content import quiz
from engagement.content.markdown import to_html
from engagement.errors import BadInput

GOOD = """## Read

Some text.

## Check yourself

```quiz
id: first
question: "Which one: this?"
tags: [recognise_wrong]
choices:
  - text: Yes
    right: true
    why: It is.
  - text: No
    why: It is not.
```

```quiz
id: second
question: Which two?
several: true
choices:
  - text: One
    right: true
    why: Right.
  - text: Two
    right: true
    why: Right too.
  - text: Three
    why: Wrong.
```
"""


def problem(body: str, first_line: int = 1) -> str:
    with pytest.raises(BadInput) as caught:
        quiz.split(body, first_line)
    return caught.value.sentence


def test_split_returns_text_without_blocks_and_without_the_heading_above_them() -> None:
    text, questions = quiz.split(GOOD)
    assert text == "## Read\n\nSome text.\n"
    assert [(q.id, q.text, q.several) for q in questions] == [
        ("first", "Which one: this?", False),
        ("second", "Which two?", True),
    ]
    assert questions[0].tags == {"recognise_wrong"}


def test_split_keeps_yes_and_no_as_words() -> None:
    assert [c.text for c in quiz.split(GOOD)[1][0].choices] == ["Yes", "No"]


def test_html_of_the_text_holds_no_answer() -> None:
    html = to_html(quiz.split(GOOD)[0])
    assert html == '<h2 id="read">Read</h2>\n<p>Some text.</p>'


@pytest.mark.parametrize("fence", ["````quiz", "~~~quiz", "``` quiz", "  ```QUIZ"])
def test_every_way_to_fence_a_block_is_cut_out(fence: str) -> None:
    mark = fence.strip().lower().removesuffix("quiz").strip()
    body = GOOD.replace("```quiz", fence, 1).replace("    why: It is not.\n```", f"    why: It is not.\n{mark}")
    text, questions = quiz.split(body)
    assert "It is" not in text
    assert len(questions) == 2


@pytest.mark.parametrize("line", ["> ```quiz", "- ```quiz", "```quiz linenums"])
def test_block_that_would_be_rendered_as_text_is_refused(line: str) -> None:
    sentence = problem(f"Text\n\n{line}\nid: a\n")
    assert "a quiz block begins on a line of its own" in sentence


def test_wrong_yaml_names_its_line() -> None:
    body = GOOD.replace('question: "Which one: this?"', "question: Which one: this?")
    assert problem(body).startswith("Line 9: this can’t be read (")
    assert problem(body, first_line=15).startswith("Line 23: ")


def test_unclosed_block_names_where_it_began() -> None:
    assert problem(GOOD.removesuffix("```\n")) == "Line 19: this quiz block is never closed. End it with a line of ```."


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("id: second", "id: first", "Line 20: the id “first” is taken by an earlier question."),
        ("id: first", "id: First one", "Line 8: the id “First one” may hold small letters, digits and hyphens only."),
        ("    right: true\n    why: It is.", "    why: It is.", "Line 8: exactly one choice of “first” has to be right; 0 are."),
        ("  - text: No\n    why", "  - text: No\n    right: true\n    why", "Line 8: exactly one choice of “first” has to be right; 2 are."),
        ("    why: It is not.", "", "Line 8: “why” is missing in this quiz block."),
        ("  - text: No", "  - text: Yes", "Line 8: question “first” has the same choice twice."),
        ("several: true", "several: perhaps", "Line 20: “several” is either true or false."),
        ("several: true", "severel: true", "Line 20: “severel” is not a key here. Known are choices, id, question, several, tags."),
        ("tags: [recognise_wrong]", "tags: recognise_wrong", "Line 8: write the tags of “first” in square brackets, as in [recognise_wrong]."),
    ],
)  # fmt: skip
def test_wrong_block_is_refused_with_its_line(old: str, new: str, sentence: str) -> None:
    assert problem(GOOD.replace(old, new, 1)) == sentence


def test_several_needs_two_right_ones() -> None:
    body = GOOD.replace("  - text: Two\n    right: true", "  - text: Two")
    assert problem(body) == "Line 20: question “second” says several: true, so at least two choices have to be right."


def test_nested_brackets_without_end_are_refused_and_not_a_crash() -> None:
    assert problem("```quiz\n" + "[" * 5000 + "\n```").startswith("Line 2")


def test_answer_to_several_has_to_be_complete_and_exact() -> None:
    second = quiz.split(GOOD)[1][1]
    one, two, three = (choice.key for choice in second.choices)
    assert second.is_answered_by([two, one])
    assert not second.is_answered_by([one])
    assert not second.is_answered_by([one, two, three])


def test_shuffled_repeats_for_a_seed_and_keeps_every_choice() -> None:
    questions = quiz.split(GOOD)[1]
    once, again = quiz.shuffled(questions, "7.1.1.0"), quiz.shuffled(questions, "7.1.1.0")
    assert once == again
    assert {q.id: frozenset(q.choices) for q in once} == {q.id: frozenset(q.choices) for q in questions}


def test_shuffled_differs_between_seeds() -> None:
    questions = quiz.split(GOOD)[1]
    orders = {tuple(c.text for q in quiz.shuffled(questions, str(seed)) for c in q.choices) for seed in range(40)}
    assert len(orders) > 8


def test_key_of_a_choice_follows_from_its_text_alone() -> None:
    swapped = GOOD.replace("  - text: Yes\n    right: true\n    why: It is.\n", "").replace(
        "    why: It is not.\n", "    why: It is not.\n  - text: Yes\n    right: true\n    why: Now last.\n"
    )
    keys = {c.text: c.key for c in quiz.split(GOOD)[1][0].choices}
    assert {c.text: c.key for c in quiz.split(swapped)[1][0].choices} == keys
