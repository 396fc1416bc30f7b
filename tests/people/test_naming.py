"""Naming many people, a line each: by address, number and name, within what the reader sees."""

from factories import make_person
from flask import Flask
from sqlalchemy import false, true

from engagement.clock import now
from engagement.people.models import Person
from engagement.people.naming.queries import line_of, lines_in, people_named


def test_lines_come_from_mails_too():
    assert lines_in("Ann Berg <ann@example.com>; bob@example.com\n\n Cid \nCid") == [
        "Ann Berg <ann@example.com>",
        "bob@example.com",
        "Cid",
    ]


def test_each_line_names_one_person_or_says_why_not(app: Flask):
    ann, other = make_person("Ann Berg", "ann@example.com"), make_person("Ann Berg", "ann2@example.com")
    zofia = make_person("Zofia Żółkowska", "zofia@example.com", employee_id="E-7")
    gone = make_person("Gone Away", "gone@example.com")
    gone.left_at = now()
    lines = ["Ann B. <ANN@example.com>", "zolkowska, zofia", "E-7", "gone@example.com"]
    named = people_named(lines, true(), true())
    assert list(named.found) == [ann, zofia]
    assert list(named.problems) == ["Nobody here has the name, address or employee number “gone@example.com”."]
    assert people_named([line_of(gone)], true(), true(), [gone]).found == [gone]
    assert people_named(["Ann Berg"], true(), true()).problems == [
        "2 people are called “Ann Berg”. Write the address instead: ann@example.com or ann2@example.com."
    ]
    assert people_named(["Ann Berg"], Person.id == other.id, true()).found == [other]
    assert people_named(["Żółkow"], true(), true()).problems == [
        "Nobody here has the name, address or employee number “Żółkow”. Did you mean Zofia Żółkowska <zofia@example.com>?"
    ]


def test_who_is_not_seen_is_found_by_address_alone(app: Flask):
    ann = make_person("Ann Berg", "ann@example.com", employee_id="E-1")
    assert people_named(["ann@example.com"], false(), false()).found == [ann]
    for line in ("Ann Berg", "E-1", "Berg"):
        named = people_named([line], false(), false())
        assert named.problems == [f"Nobody here has the name, address or employee number “{line}”."]
