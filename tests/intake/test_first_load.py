"""A first large file: written without checks and indexes row by row, after which the tables are what they were before."""

import pytest
from flask import Flask
from intake.companies import ADA, BEN, CY, DEE, INES, bring_in, person, stage, tally
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from engagement.db import db
from engagement.intake import actions, locking
from engagement.intake.first_load import checked_and_indexed_at_once
from engagement.intake.models import ImportRun
from engagement.people.models import Person
from engagement.people.queries import headcount, roles_of
from engagement.people.rules import TrainingRole

EVERYBODY = (ADA, BEN, CY, DEE)
#: The engine's own words for the indexes and foreign keys of the tables that a first file fills.
STRUCTURE = {
    "postgresql": """
        SELECT indexdef FROM pg_indexes
        WHERE tablename IN ('person', 'person_role', 'import_change', 'audit_entry')
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
        """,
    "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
}


def structure() -> list[str]:
    return sorted(db.session.scalars(text(STRUCTURE[db.engine.dialect.name])))


def missing_while_applying(run: ImportRun) -> set[str]:
    """Apply a run; returns what was not there while it wrote the training roles."""
    before, seen = structure(), []

    def look(doing: str, _share: float) -> None:
        if doing == "Writing training roles":
            seen.extend(structure())

    actions.apply_run(run, by=INES, progress=look)
    db.session.commit()
    assert seen, "the import told nothing of its roles"
    assert structure() == before
    return set(before) - set(seen)


def test_a_large_first_file_is_checked_and_indexed_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "LARGE", 4)
    missing = missing_while_applying(stage(*EVERYBODY))
    if db.engine.dialect.name == "postgresql":
        assert sum("FOREIGN KEY" in line for line in missing) == 3
        assert any("uq_person_email_active" in line for line in missing)
    else:
        assert not missing
    assert (headcount(), person("2").manager.name) == (4, "Ada Lovelace")
    assert roles_of([person("3").id]) == {person("3").id: [TrainingRole.USER, TrainingRole.BUILDER]}
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}


def test_a_smaller_file_and_one_for_a_directory_with_people_are_checked_row_by_row(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking, "LARGE", 3)
    assert not missing_while_applying(stage(ADA, BEN))
    monkeypatch.setattr(locking, "LARGE", 2)
    assert not missing_while_applying(stage(*EVERYBODY))
    assert headcount() == 4


def test_nobody_who_reads_at_this_moment_is_kept_from_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "LARGE", 1)
    run = stage(*EVERYBODY)
    db.session.commit()
    with db.engine.connect() as reader:
        if db.engine.dialect.name == "postgresql":
            assert reader.execute(select(Person.id)).all() == []  # and goes on reading
        else:
            reader.close()  # there one works at a time
        assert not missing_while_applying(run)
    assert headcount() == 4


def test_a_reference_that_leads_nowhere_is_refused_all_the_same(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "LARGE", 1)
    before, run = structure(), stage(*EVERYBODY)
    db.session.commit()

    def mislead(doing: str, _share: float) -> None:
        if doing == "Writing training roles":
            db.session.execute(update(Person).values(manager_id=1_000_000))

    with pytest.raises(IntegrityError):
        actions.apply_run(run, by=INES, progress=mislead)
    db.session.rollback()
    assert (headcount(), structure()) == (0, before)


def test_a_first_load_that_stops_half_way_leaves_the_tables_as_they_were(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking, "LARGE", 1)
    before, run = structure(), stage(*EVERYBODY)
    db.session.commit()
    with pytest.raises(KeyboardInterrupt), checked_and_indexed_at_once(run):
        raise KeyboardInterrupt
    db.session.rollback()
    assert structure() == before
    actions.apply_run(run, by=INES)
    assert headcount() == 4
