"""The layout of messages: styles inlined, slots kept, words escaped, nothing fetched."""

from engagement.content.markdown import to_html
from engagement.mail.layout import html_layout, inlined


def test_layout_has_title_kicker_body_and_reason_and_keeps_slots():
    page = html_layout(
        "What changes on 12 May",
        "Department briefing · Wave 3",
        to_html("Dear {{ first_name }},") + '<p><a href="{{ me_link }}">My page</a></p>',
        "You get this because {{ why }}.",
        "You still decide every claim.",
        action=("I have read this", "{{ confirm_link }}"),
        signature=("Sam Pryce", "Lead of wave 3"),
        organisation="Northmere Insurance",
    )
    assert page.count("<h1") == 1
    assert page.startswith("<!doctype html>")
    for part in (
        "Department briefing · Wave 3</td>",
        '<p style="margin: 0 0 14px;">Dear {{ first_name }},</p>',
        'href="{{ me_link }}"',
        'href="{{ confirm_link }}"',
        "You get this because {{ why }}.<br>Northmere Insurance",
        "Sam Pryce<br>",
    ):
        assert part in page
    assert "<img" not in page
    assert "<script" not in page


def test_layout_escapes_what_is_not_html():
    page = html_layout("A < B & C", "<i>", "<p>x</p>", '"why"', "<pre>")
    assert "<title>A &lt; B &amp; C</title>" in page
    assert "&lt;i&gt;" in page
    assert "&lt;pre&gt;" in page


def test_body_may_be_empty():
    assert inlined("  ") == ""
