"""The layout of messages: styles inlined, slots kept, words escaped, nothing fetched."""

import re

import pytest

from engagement.content.markdown import to_html
from engagement.mail.letters.rules.layout import Around, Button, html_layout, inlined


def test_layout_has_title_kicker_body_and_reason_and_keeps_slots():
    page = html_layout(
        "What changes on 12 May",
        "Department briefing · Wave 3",
        to_html("Dear {{ first_name }},") + '<p><a href="{{ me_link }}">My page</a></p>',
        "You still decide every claim.",
        Around("You get this because {{ why }}.", organisation="Northmere Insurance"),
        button=Button("I have read this", "{{ confirm_link }}"),
    )
    assert page.count("<h1") == 1
    assert page.startswith("<!doctype html>")
    for part in (
        "Department briefing · Wave 3</td>",
        '<p style="margin: 0 0 14px;">Dear {{ first_name }},</p>',
        'href="{{ me_link }}"',
        'href="{{ confirm_link }}"',
        "You get this because {{ why }}.<br>Northmere Insurance",
    ):
        assert part in page
    assert "<img" not in page
    assert "<script" not in page


def test_layout_escapes_what_is_not_html():
    page = html_layout("A < B & C", "<i>", "<p>x</p>", "<pre>", Around('"why"'))
    assert "<title>A &lt; B &amp; C</title>" in page
    assert "&lt;i&gt;" in page
    assert "&lt;pre&gt;" in page


def test_body_may_be_empty():
    assert inlined("  ") == ""


@pytest.mark.parametrize(
    ("language", "direction", "side"),
    [
        ("he", "rtl", "right"),
        ("ar-EG", "rtl", "right"),
        ("fa", "rtl", "right"),
        ("de", "ltr", "left"),
        ("tlh", "ltr", "left"),
    ],
)
def test_a_message_leans_as_its_language_is_written(language, direction, side):
    body = to_html("- one\n\n> said\n\n| a | b |\n| --- | --: |\n| 1 | 2 |")
    page = html_layout(
        "Title",
        "",
        body,
        "Title",
        Around("Why", language="en"),
        language=language,
        button=Button("Read", "/me", note="Do"),
    )
    turned = ' dir="rtl"' if direction == "rtl" else ""
    assert f'<html lang="{language}"{turned}>' in page
    assert f"background:#ffffff;text-align:{side};" in page
    assert page.count('lang="en" dir="ltr"') == (4 if direction == "rtl" else 0)
    text = page.partition("<!--text-->")[2].partition("<!--/text-->")[0]
    [cell, number] = re.findall(r"<td[^>]*>", text)
    assert f"text-align: {side}" in cell
    assert 'align="right"' in number
    assert "text-align: right" in number
    assert ("padding: 0 22px 0 0" in text) == (direction == "rtl")
    assert ("border-right: 3px" in text) == (direction == "rtl")
