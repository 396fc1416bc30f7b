"""Markdown: what comes of ordinary texts, and of those that can't be laid out."""

import pytest

from engagement.content import markdown
from engagement.content.commonmark import tree_of, unwrapped
from engagement.content.plain_text import text_of
from engagement.errors import BadInput


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A **b** _c_ `d`\n", "<p>A <strong>b</strong> <em>c</em> <code>d</code></p>"),
        ("# A & B\n\nx", '<h2 id="a-b">A &amp; B</h2>\n<p>x</p>'),
        ("## A\n\n## A", '<h2 id="a">A</h2>\n<h2 id="a_1">A</h2>'),
        ("Sentence\n- a\n  - b", "<p>Sentence</p>\n<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>"),
        ("- a\n    - b", "<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>"),
        ("T\n:   one\nU\n:   two", "<dl>\n<dt>T</dt>\n<dd>one</dd>\n<dt>U</dt>\n<dd>two</dd>\n</dl>"),
        ("a  \nb", "<p>a<br>\nb</p>"),
        ("~~a~~ &amp;lt; &copy;", "<p><del>a</del> &amp;lt; ©</p>"),
        ("<b>x</b> 1 < 2", "<p>x 1 &lt; 2</p>"),
    ],
)
def test_texts_become_html(text: str, html: str) -> None:
    assert markdown.to_html(text) == html


def test_a_table_says_which_way_its_columns_go() -> None:
    html = markdown.to_html("| a | b |\n| --- | ---: |\n| 1 | 2 |")
    assert '<th scope="col">a</th>' in html
    assert '<td align="right">2</td>' in html


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://example.com/a_(b).", "https://example.com/a_(b)"),
        ("(https://example.com/a)", "https://example.com/a"),
        ("https://example.com/?a=1&b=2, then", "https://example.com/?a=1&amp;b=2"),
        ("www.example.com/x", "http://www.example.com/x"),
        ("ask ann.lee@example.com.", "mailto:ann.lee@example.com"),
        ("<https://example.com>", "https://example.com"),
    ],
)
def test_addresses_that_are_typed_become_links(text: str, address: str) -> None:
    assert f'<a href="{address}"' in markdown.to_html(text)


@pytest.mark.parametrize(
    "text", ["a@b", "http://", "https://)", "www.", "a.a.a@", "`https://example.com`", "@example.com"]
)
def test_what_is_no_address_becomes_no_link(text: str) -> None:
    assert "<a " not in markdown.to_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](&#106;avascript:alert(1))", "[x](data:text/html,x)",
        "<javascript:alert(1)>", "[x]\n\n[x]: javascript:alert(1)", "[x](vbscript:x 'title')", "[x](\x01javascript:alert(1))",
        "<a href='javascript:alert(1)'>x</a>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    ],
)  # fmt: skip
def test_nothing_that_runs_comes_through(text: str) -> None:
    html = markdown.to_html(text).lower()
    assert "href=" not in html
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x" * 50_001, "This text has 50,001 characters."),
        ("".join("    " * n + "- a\n" for n in range(249))[:49_000], "nested too deep"),
        (">" * 30 + " a", "nested too deep"),
        ("*a* " * 6_001, "more than 6,000 marks"),
        ("a\n" * 6_000, "This text has 6,000 lines."),
        ("[x]: /" + "u" * 1_900 + "\n\n" + "[x] " * 60, "The addresses in this text are too long"),
    ],
)
def test_what_cannot_be_laid_out_is_refused_and_shown_plain(text: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        markdown.check(text)
    html = markdown.to_html(text)
    assert html.startswith(f"<p><em>{markdown.SHOWN_PLAIN} ")
    assert sentence in html


def test_a_plain_text_stays_text() -> None:
    html = markdown.to_html("<script>alert(1)</script>\n\nA & B\n" + "x" * 50_000)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<p>A &amp; B<br>" in html


def test_texts_become_plain_text() -> None:
    text = "## Head\n\nA **b** [c](https://example.com/c) <https://example.com>\n\n- one\n- two\n  - three\n\n3. x\n4. y\n\n> quoted\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert text_of(tree_of(text)) == (
        "Head\n\nA b c: https://example.com/c https://example.com\n\n- one\n- two\n  - three\n\n3. x\n4. y\n\n> quoted\n\n"
        "| a | b |\n| --- | --- |\n| 1 | 2 |"
    )


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ("Kind regards\nMax Marsh\nOffice", "<p>Kind regards<br>\nMax Marsh<br>\nOffice</p>", "Kind regards\nMax Marsh\nOffice"),
        ("> one\n> two", "<blockquote>\n<p>one<br>\ntwo</p>\n</blockquote>", "> one\n> two"),
        ("a<br>b", "<p>a<br>\nb</p>", "a\nb"),
        ("We do:\n2. two\n3. three", "<p>We do:<br>\n2. two<br>\n3. three</p>", "We do:\n2. two\n3. three"),
        ("We do:\n\n2. two\n3. three", '<p>We do:</p>\n<ol start="2">\n<li>two</li>\n<li>three</li>\n</ol>', "We do:\n\n2. two\n3. three"),
        ("Hi <your team lead>, at <time>", "<p>Hi &lt;your team lead&gt;, at &lt;time&gt;</p>", "Hi <your team lead>, at <time>"),
        ("<a colleague> said", "<p>&lt;a colleague&gt; said</p>", "<a colleague> said"),
        ("_important_ ~~old~~ `a_b` &amp; \\*x\\*", "<p><em>important</em> <del>old</del> <code>a_b</code> &amp; *x*</p>", "important (old) a_b & *x*"),
        ("`<b>` &lt;", "<p><code>&lt;b&gt;</code> &lt;</p>", "<b> <"),
    ],
)  # fmt: skip
def test_both_parts_say_what_was_typed(text: str, html: str, plain: str) -> None:
    assert markdown.to_html(text) == html
    assert text_of(tree_of(text)) == plain
    assert markdown.problems_in(text) == []


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1. a\n  - b\n  - c\n2. d", "1. a\n   - b\n   - c\n2. d"),
        ("1. a\n   - b", "1. a\n   - b"),
        ("10. a\n   - b\n11. c", "10. a\n    - b\n11. c"),
        ("- a\n  - b\n   - c\n    - d", "- a\n  - b\n  - c\n  - d"),
        ("- a\n    - b\n  - c", "- a\n  - b\n  - c"),
        ("- a\n\t- b\n\t\t- c", "- a\n  - b\n    - c"),
        ("- a\n    - b\n        - c\n- d", "- a\n  - b\n    - c\n- d"),
        ("1. a\n  1. b\n  2. c", "1. a\n   1. b\n   2. c"),
        ("We do:\n    - a\n    - b", "We do:\n\n- a\n- b"),
        ("> 1. a\n>   - b", "> 1. a\n>    - b"),
        ("1. a\n\n  more\n2. b", "1. a\n\n   more\n\n2. b"),
        ("- a\n  ```\n  - no\n  ```\n- b", "- a\n  - no\n- b"),
        ("-\ta\n  - b", "- a\n  - b"),
        ("* * *\n- a", "---\n\n- a"),
    ],
)
def test_lists_nest_however_they_are_indented(text: str, plain: str) -> None:
    assert text_of(tree_of(text)) == plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(see https://example.com/a_(b))", "https://example.com/a_(b)"),
        ("https://example.com/a__b__c", "https://example.com/a__b__c"),
        ("https://example.com/a_b_", "https://example.com/a_b_"),
        ("https://example.com/__init__", "https://example.com/__init__"),
        ("https://example.com/*x*y", "https://example.com/*x*y"),
        ("_see https://example.com/a_", "https://example.com/a"),
        ("**https://example.com/a_b**", "https://example.com/a_b"),
        ("| a |\n| --- |\n| https://example.com/a__b__ |", "https://example.com/a__b__"),
        ("Www.example.com/a~b", "Www.example.com/a~b"),
        ("https://example.com/a\\_b", "https://example.com/a_b"),
        ("__first__last@example.com", "first__last@example.com"),
    ],
)
def test_an_address_stays_whole_in_both_parts(text: str, shown: str) -> None:
    assert f">{shown}</a>" in markdown.to_html(text)
    assert shown in text_of(tree_of(text))
    assert f"{shown}_" not in text_of(tree_of(text))


@pytest.mark.parametrize(
    ("text", "address", "plain"),
    [
        ("[call us](tel:+441234567)", "tel:+441234567", "call us: +441234567"),
        ("<tel:+441234567>", "tel:+441234567", "tel:+441234567"),
        ("[write](mailto:a_b@example.com)", "mailto:a_b@example.com", "write: a_b@example.com"),
        ("[write](a_b@example.com)", "mailto:a_b@example.com", "write: a_b@example.com"),
        (
            '[page][p]\n\n[p]: https://example.com/a_b "Title"',
            "https://example.com/a_b",
            "page: https://example.com/a_b",
        ),
        ("[page](www.example.com)", "http://www.example.com", "page: http://www.example.com"),
        ("[https://example.com/a](https://example.com/a)", "https://example.com/a", "https://example.com/a"),
        ("<https://example.com/ü>", "https://example.com/%C3%BC", "https://example.com/ü"),
    ],
)
def test_links_lead_somewhere_in_both_parts(text: str, address: str, plain: str) -> None:
    assert f'<a href="{address}"' in markdown.to_html(text)
    assert text_of(tree_of(text)) == plain
    assert markdown.problems_in(text) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("![our plan](https://example.com/plan.png)", "The picture “our plan” is left out."),
        ("![](plan.png)", "The picture “plan.png” is left out."),
        ("[![our plan](a.png)](https://example.com)", "The picture “our plan” is left out."),
        ("[x](javascript:alert(1))", "A link leads to “javascript:alert(1)” and is left out."),
        ("[x](ftp://example.com)", "A link leads to “ftp://example.com” and is left out."),
        ("[x](example.com/page)", "Write its https:// too"),
        ("<b>bold</b>", "<b> is HTML and left out."),
        ("<!-- later -->", "<!-- later --> is HTML and left out."),
        ("<td class='x'>", "is HTML and left out."),
        ("**Wichtig:**Text", "is read as it is typed: two stars"),
        ("say ** this **", "is read as it is typed: two stars"),
        ("[page] (https://example.com/a b)", ""),
        ("[page](https://example.com/a b)", "is read as it is typed: a link is"),
        ("x" * 50_001, "This text has 50,001 characters."),
    ],
)
def test_what_cannot_be_kept_is_named(text: str, named: str) -> None:
    problems = markdown.problems_in(text)
    assert named in problems[0] if named else problems == []
    assert len(problems) <= 5


def test_signs_that_were_escaped_are_no_problem() -> None:
    assert markdown.problems_in(r"\*\*two\*\* \[x\](y) `**`") == []


def test_a_file_s_paragraphs_become_one_line_each() -> None:
    text = "One\ntwo  \nthree\n\n- a\n  b\n\n> c\n> d\n\n```\ne\nf\n```\n| g |\n| - |\n| h |\n"
    assert unwrapped(text) == "One two  \nthree\n\n- a b\n\n> c d\n\n```\ne\nf\n```\n| g |\n| - |\n| h |\n"
