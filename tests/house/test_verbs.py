"""The vocabulary of the audit: nothing in it is idle, everything is said, and each audited row says its name and place."""

import ast
from enum import StrEnum
from pathlib import Path

import pytest
from sqlalchemy import Enum

from engagement import app as _whole_service  # noqa: F401 brings every table
from engagement.db import Base
from engagement.pages.admin.words import VOCABULARIES
from engagement.verbs import Verb, stored_verb, verb_words

ROOM = Path(__file__).parents[2] / "engagement"
#: Kinds of things of which entries are made, each a table.
TABLES = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def _trees():
    return [ast.parse(file.read_text(encoding="utf-8")) for file in sorted(ROOM.rglob("*.py"))]


def test_every_verb_is_used():
    used = {
        node.attr
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Verb"
    }
    assert used == {verb.name for verb in Verb}


def test_no_entry_is_made_with_a_verb_of_its_own():
    recording = [
        node
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.record", "audit.record_each")
    ]
    assert len(recording) > 80
    assert [ast.unparse(call) for call in recording if isinstance(call.args[0], ast.Constant | ast.JoinedStr)] == []


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_is_stored_short_and_said_in_plain_words(verb):
    assert len(verb.value) <= 60
    assert verb.words == verb.words.strip().lower() != ""
    assert "_" not in verb.words
    assert verb_words(verb.value) == verb.words
    assert stored_verb(verb.words) == verb.value


def test_no_two_verbs_are_said_in_the_same_words():
    assert len({verb.words for verb in Verb}) == len({verb.value for verb in Verb}) == len(Verb)


def test_a_verb_of_an_older_version_reads_as_it_is_stored():
    assert (verb_words("waved goodbye"), stored_verb("waved goodbye")) == ("waved goodbye", "waved goodbye")


def test_what_a_row_says_of_itself_is_there():
    for table in TABLES.values():
        if table.audit_within:
            assert table.audit_within in table.__mapper__.relationships, table
        if table.audit_name != "name":
            assert hasattr(table, table.audit_name.partition(".")[0]), table


def test_every_vocabulary_that_an_entry_may_hold_has_words():
    """Of the kinds that are in the audit; values of their columns and of fields that are no column."""
    kinds = {
        "account",
        "communication",
        "delivery",
        "import_run",
        "module",
        "occurrence",
        "role_rule",
        "wave",
        "workflow",
    }
    columns = [column for kind in kinds for column in TABLES[kind].__table__.columns]
    found = [column.type.enum_class for column in columns if isinstance(column.type, Enum)]
    vocabularies: list[type[StrEnum]] = [*found, *VOCABULARIES.values()]
    assert len(vocabularies) > 10
    for vocabulary in vocabularies:
        assert all(member.word and "_" not in member.word for member in vocabulary), vocabulary
