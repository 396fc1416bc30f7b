"""Markdown: what comes of ordinary texts, and of those that can't be laid out."""

import pytest

from engagement.content import markdown
from engagement.content.commonmark import tree_of
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
        ("".join("    " * n + "- a\n" for n in range(249))[:49_000], "too deep inside each other"),
        (">" * 30 + " a", "too deep inside each other"),
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
