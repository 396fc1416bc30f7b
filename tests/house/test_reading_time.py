"""Every function that reads what somebody wrote does so in time that grows with the text, whatever stands in it."""

import time
from contextlib import suppress

import pytest
from intake.whole_files import read_file
from patterns import pathological

from engagement import letters
from engagement.audiences.conditions.queries import catalogue as audience_rules
from engagement.communications.texts.queries.outlines import read_outline
from engagement.communications.texts.rules.field_places import misplaced
from engagement.communications.texts.rules.languages import check_language
from engagement.communications.texts.rules.limits import LONGEST_BODY as LONGEST_MESSAGE
from engagement.communications.texts.rules.limits import LONGEST_SUBJECT, check_text
from engagement.communications.texts.rules.merge_fields import fields_in
from engagement.communications.texts.rules.problems import problems_in
from engagement.communications.texts.rules.rendering import rendered
from engagement.content import commonmark, library, markdown, quiz
from engagement.content.autolinks import addresses_in
from engagement.content.plain_text import text_of
from engagement.days.local_time import check_zone, clock_time
from engagement.days.recurrence import read_rule
from engagement.days.working_days import check_country
from engagement.errors import EngagementError
from engagement.intake.reading.rules import cells, columns, names
from engagement.mail.letters.rules import slots
from engagement.mail.letters.rules.layout import Around, html_layout, inlined, text_in
from engagement.mail.wire.rules import headers
from engagement.mail.wire.rules.quoted_printable import QuotedPrintable, value_of
from engagement.pages.admin.mailbox import _ADDRESS
from engagement.pages.frame.guard import safe_path
from engagement.people.rules import delivery_problems
from engagement.privacy.rules import naming
from engagement.training.actions.modules import LONGEST_BODY as LONGEST_MODULE
from engagement.training.actions.modules import check_module

#: Seconds of the processor for one text; a slow machine has some of it to spare.
WITHIN = 1.5
VALUES = dict.fromkeys(("programme", "sender_name", "wave", "go_live", "workflow"), "Claims")
FIELD = slots.SLOT


def nested(depth):
    rule = {"field": "department", "values": [1]}
    for _ in range(depth):
        rule = {"not": rule}
    return rule


def hr_file(text):
    quoted = '"' + text.replace('"', '""') + '"'
    row = ",".join([quoted] * 8)
    read_file(
        f"Employee ID,Email,Name,Department,Manager Email,Language,Start date,Training role\n{row}\n".encode(), "x"
    )


def merged(text):
    made = rendered(
        "{{ programme }}", "{{ programme }} {{ name }}\n\n| {{ programme }} |\n| --- |", {"programme": text}
    )
    made.filled({"name": text, "my_change_link": text})


def letter(text):
    page = html_layout(
        text[:300], text[:300], markdown.to_html(text), text[:140], Around(text[:300], organisation="Northmere")
    )
    text_in(page)
    prepared = QuotedPrintable(slots.Template(page))
    with suppress(EngagementError):
        prepared.fill({"name": value_of(text)}, lambda value: value.html)


def erased(text):
    wording = naming.Wording.of_address("ada@example.com")
    naming.replaced(text, [wording], "[…]")


def laid_out(text):
    tree = commonmark.tree_of(text)
    # Before HTML, which changes the tree.
    text_of(tree)
    markdown.html_of(tree)


READERS = {
    "Markdown to HTML and to text": (laid_out, commonmark.LONGEST_TEXT),
    "Markdown to HTML, longer than any": (markdown.to_html.__wrapped__, 200_000),
    "plain HTML": (lambda text: markdown.plain_html(text, "Too long."), 200_000),
    "cleaner": (markdown.cleaned, commonmark.LONGEST_TEXT),
    "addresses": (lambda text: list(addresses_in(text)), commonmark.LONGEST_TEXT),
    "module": (lambda text: check_module("Title", text, 10, 60), LONGEST_MODULE),
    "stored module": (quiz.split_stored, 200_000),
    "quiz blocks": (quiz.split.__wrapped__, LONGEST_MODULE),
    "one quiz block": (lambda text: quiz.parsed(text, 1), 20_000),
    "quiz question": (lambda text: quiz.split.__wrapped__(f"```quiz\n{text}\n```\n"), 19_000),
    "header lines": (lambda text: library.parse_module.__wrapped__(f"---\n{text}\n---\nText", "user", "x"), 19_000),
    "outline file": (lambda text: library.parse_outline.__wrapped__(f"---\ntitle: x\n---\n{text}", "x"), 50_000),
    "outline of the calendar": (lambda text: read_outline(f"---\n{text}\n---\n{text}"), 19_000),
    "playbook file": (lambda text: library.parse_playbook.__wrapped__(f"---\nsource: x\n---\n{text}", "x"), 50_000),
    "message, checked": (lambda text: check_text(text[:LONGEST_SUBJECT], text), LONGEST_MESSAGE),
    "merge problems": (lambda text: problems_in("Subject", text, VALUES), LONGEST_MESSAGE),
    "merge problems of a subject": (lambda text: problems_in(text, "Text", VALUES), LONGEST_SUBJECT),
    "message, built": (lambda text: rendered(text[:300], text, VALUES), LONGEST_MESSAGE),
    "values of a message": (merged, 400),
    "fields": (fields_in, LONGEST_MESSAGE),
    "places of fields": (lambda text: misplaced(commonmark.tree_of(text), FIELD, ("name",)), LONGEST_MESSAGE),
    "layout of mail": (letter, LONGEST_MESSAGE),
    "styles of mail": (lambda text: inlined(markdown.cleaned(text)), LONGEST_MESSAGE),
    "slots": (slots.slots_of, LONGEST_MESSAGE),
    "emptied message": (slots.without_values, LONGEST_MESSAGE),
    "mail header": (lambda text: headers.unstructured(headers.encoded_words(text)), 500),
    "mailbox header": (lambda text: headers.mailbox(text, "a@example.com"), 500),
    "address of a mailbox": (headers.is_usable_address, 500),
    "links in the mailbox": (_ADDRESS.findall, LONGEST_MESSAGE),
    "search": (letters.search_words, 32_000),
    "search key": (letters.search_key, 131_072),
    "sort key": (letters.sort_key, 131_072),
    "line": (letters.clean, 131_072),
    "name compared": (letters.same_key, 131_072),
    "redirect": (safe_path, 32_000),
    "erased name": (erased, LONGEST_MODULE),
    "rule of dates": (read_rule, 500),
    "language": (check_language, 500),
    "zone": (check_zone, 500),
    "country": (check_country, 500),
    "time of day": (clock_time, 500),
    "own hours": (lambda text: delivery_problems(text, text, text, text), 500),
    "audience rule": (lambda text: audience_rules.problems_of({"field": text, "values": [text] * 300}), 500),
    "HR header": (columns.field_of, 131_072),
    "HR columns": (lambda text: read_file(f"{text}\n1,2,3\n".encode(), "x.csv"), 1_000_000),
    "HR cells": (hr_file, 20_000),
    "HR address": (cells.read_address, 131_072),
    "HR department": (cells.read_department, 131_072),
    "HR day": (cells.read_date, 131_072),
    "HR role": (cells.read_roles, 131_072),
    "HR language": (cells.read_language, 131_072),
    "HR name": (names.split_name, 131_072),
    "HR line": (lambda text: cells.unguarded(cells.tidy(cells.without_hidden(text))), 131_072),
}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_keeps_a_reader_busy(reader):
    """By the better of two where one is long: collecting the garbage of all tests before falls into some reading or other."""
    read, length = READERS[reader]

    def seconds(text):
        began = time.thread_time()
        with suppress(EngagementError, ValueError):
            read(text)
        return time.thread_time() - began

    slow = {}
    for name, text in pathological(length).items():
        if seconds(text) > WITHIN and (took := seconds(text)) > WITHIN:
            slow[name] = round(took, 1)
    assert slow == {}


def test_there_are_more_patterns_than_anybody_tries_at_once():
    assert len(pathological(100)) > 80


@pytest.mark.parametrize("depth", [9, 900, 20_000])
def test_a_rule_of_any_depth_is_refused_and_no_crash(depth):
    assert "deep" in audience_rules.problems_of(nested(depth))[0]


def test_reading_takes_twice_the_time_for_twice_the_text():
    """Linear: measured over a length that shows a square at once, by the better of two where it is long."""

    def seconds(text):
        began = time.thread_time()
        with suppress(EngagementError):
            commonmark.tree_of(text)
        return time.thread_time() - began

    steep = {}
    short, long = pathological(10_000), pathological(40_000)
    for name, text in long.items():
        large = seconds(text)
        if large > 0.2:
            large, small = min(large, seconds(text)), min(seconds(short[name]), seconds(short[name]))
            if large > 0.2 and large > 10 * small:
                steep[name] = round(large / small, 1)
    assert steep == {}
