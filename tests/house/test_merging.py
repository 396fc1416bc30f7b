"""Merging two stakeholders loses nothing: what becomes of each row that points to one is decided, table by table."""

from engagement import app as _whole_service  # noqa: F401 brings every table
from engagement.db import Base
from engagement.stakeholders.duplicates.actions import MOVED, SHARED, STAYING


def test_every_column_that_points_to_a_stakeholder_is_decided_about_once():
    pointing = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "stakeholder" for key in column.foreign_keys)
    ]
    assert len(pointing) > 8
    assert sorted((*MOVED, *SHARED, *STAYING)) == sorted(pointing)


def test_what_is_shared_is_told_apart_by_more_than_the_stakeholder():
    for name in SHARED:
        table, column = name.split(".")
        assert [key.name for key in Base.metadata.tables[table].primary_key.columns if key.name != column]
