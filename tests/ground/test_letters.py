"""Texts are cleaned, searched and ordered as a reader takes them: the same in Python and on every database."""

import random

import pytest
from flask import Flask
from sqlalchemy import literal, select

from engagement.db import db
from engagement.letters import clean, clean_number, folded, same_key, search_key, search_words, sort_key
from engagement.people.models import Department
from engagement.searching import folded as folded_in_sql
from engagement.searching import holds_words

SPELLINGS = [
    ("o'brien", "O’Brien"),
    ("o’brien", "Niamh O'BRIEN"),
    ("obrien", "OʼBrien"),
    ("wojcik", "Wójcik"),
    ("WÓJCIK", "wojcik"),
    ("slazak", "Ślązak"),
    ("lukasz", "Łukasz"),
    ("jorgen", "Jørgen"),
    ("joergen", "Jørgen"),
    ("mueller", "Müller"),
    ("muller", "Müller"),
    ("yildiz", "Yıldız"),
    ("YILDIZ", "yıldız"),
    ("inan", "İnan"),
    ("strasse", "Große Straße"),
    ("aebelo", "Æbelø"),
    ("thordis", "Þórdís"),
    ("dordevic", "Đorđević"),
    ("иванов", "ИВАНОВ"),
    ("σισυφος", "ΣΊΣΥΦΟΣ"),
    ("kowalska", "Nowak‐Kowalska"),
    ("nowak–kowalska", "Nowak-Kowalska"),
    ("Abbott, Amara", "Amara Abbott"),
    ("ab am", "Amara Abbott"),
    ("fu", "Ｆｕ"),
    ("sofia", "So\u00adfi\u200ba"),
]


@pytest.mark.parametrize(("typed", "name"), SPELLINGS)
def test_a_name_is_found_however_it_is_typed(typed: str, name: str):
    assert all(word in search_key(name) for word in search_words(typed))


def test_other_letters_find_nobody():
    assert not all(word in search_key("Amara Abbott") for word in search_words("Abbott, Anna"))
    assert "ivanov" not in search_key("Иванов")


def test_names_stand_in_a_readers_order():
    names = [
        ("Abbott", "Zoe"), ("Åkesson", "Eva"), ("Łukasik", "Jan"), ("Oakes", "Tom"), ("O’Brien", "Anna"), ("OBrien", "Ben"),
        ("Ørsted", "Hans"), ("Slater", "Kim"), ("Ślązak", "Ewa"), ("Smith", "Amy"), ("smith", "Bo"), ("Smith-Jones", "Al"),
        ("Smithers", "Cy"), ("van den Berg", "Pia"), ("Vance", "Lou"), ("Zimmer", "Uwe"), ("Αθηνά", "Α"), ("Ёлкин", "И"),
        ("Жуков", "А"), ("Їжак", "О"),
    ]  # fmt: skip
    mixed = random.Random(7).sample(names, len(names))
    expected = [name for name in names if name[0] != "Їжак"]
    assert [name for name in sorted(mixed, key=lambda name: sort_key(*name)) if name[0] != "Їжак"] == expected


def test_numbers_go_by_size():
    waves = ["Wave 1", "Wave 2", "Wave 2a", "Wave 9", "Wave 10", "Wave 100", "Wave B"]
    assert sorted(random.Random(7).sample(waves, len(waves)), key=sort_key) == waves


def test_what_is_above_comes_before_what_is_below():
    paths = ["Claims", "Claims/Motor", "Claims/Property", "Claims and Care", "Sales"]
    assert sorted(random.Random(7).sample(paths, len(paths)), key=lambda path: sort_key(*path.split("/"))) == paths


def test_cleaning_leaves_what_can_be_seen():
    assert clean("So\u00adfia\u200b  O\u2060\u00a0Brien\ufeff\u200e ") == "Sofia O Brien"
    assert clean("Zoe\u0301") == "Zoé"
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("Sa\u200dles") == "Sales"
    assert clean("Line\none\x00") == "Line one"
    assert clean_number("１００１\u200b‑A") == "1001-A"
    assert same_key("SALES / O’Hare") == same_key("sales / o'hare")
    assert same_key("Straße") == same_key("STRASSE") != same_key("Strase")


def test_the_database_folds_as_python_does(app: Flask):
    texts = [name for pair in SPELLINGS for name in pair] + ["", "100 % `sure` a_b\\c", "d´Artagnan «x» ﬁn ½ Ⅳ ẞ"]
    letters = [
        chr(code)
        for code in [*range(0x20, 0x250), *range(0x370, 0x5F0), *range(0x1E00, 0x2070)]
        if chr(code).isprintable()
    ]
    texts += ["".join(letters[start : start + 100]) for start in range(0, len(letters), 100)]
    with app.app_context():
        for text in texts:
            assert db.session.scalar(select(folded_in_sql(literal(text)))) == folded(text), text


def test_words_are_found_in_a_text_without_a_key(app: Flask):
    with app.app_context():
        db.session.add(Department(name="Ślązak & O’Hare", path="Ślązak & O’Hare 100%", lineage="/1/"))
        db.session.flush()
        for typed, number in (("slazak o'hare", 1), ("SLAZAK", 1), ("100%", 1), ("100_", 0), ("slask", 0), ("", 1)):
            found = select(Department.id).where(holds_words(search_words(typed), Department.path))
            assert len(db.session.scalars(found).all()) == number, typed
