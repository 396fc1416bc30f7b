"""The statements that make a database mark the people whose kept numbers a change makes old."""

from dataclasses import dataclass

_MARK = "INSERT INTO {marks} (person_id) VALUES ({person});"
_MARK_EVERY = "INSERT INTO {marks} (person_id) SELECT DISTINCT {owner} FROM changed;"
_MARK_ONCE = "INSERT INTO {marks} (person_id) SELECT {person} WHERE NOT EXISTS (SELECT 1 FROM {marks} WHERE person_id = {person});"


@dataclass(frozen=True)
class Watched:
    """How a table's changes mark people: their ids are in `owner`; updates count only of `columns`.

    Rows that come or go count only with `is_made`. `marks` is the table that takes the marks.
    """

    columns: tuple[str, ...]
    owner: str = "person_id"
    is_made: bool = True
    marks: str = "tally_mark"


WATCHED = {
    "membership": Watched(("wave_id", "person_id", "ended_at", "volunteered")),
    "person_role": Watched(("person_id", "role")),
    # Somebody who is new is in no wave yet.
    "person": Watched(("department_id", "left_at"), owner="id", is_made=False),
}


def marking(dialect: str, table: str, watched: Watched) -> list[str]:
    """Return the statements for triggers that mark the people of a table's changed rows."""
    make = _on_sqlite if dialect == "sqlite" else _on_postgresql
    return make(table, watched)


def _on_sqlite(table: str, watched: Watched) -> list[str]:
    def mark(row: str) -> str:
        # There is one writer at a time, so a mark that stands will do.
        return _MARK_ONCE.format(marks=watched.marks, person=f"{row}.{watched.owner}")

    def trigger(name: str, when: str, *rows: str, only: str = "") -> str:
        begin = f"CREATE TRIGGER {table}_{name}_tallied AFTER {when} ON {table} {only}"
        return f"{begin}BEGIN {' '.join(mark(row) for row in rows)} END"

    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in watched.columns)
    updated = trigger("changed", f"UPDATE OF {', '.join(watched.columns)}", "OLD", "NEW", only=f"WHEN {differs} ")
    made = [trigger("made", "INSERT", "NEW"), trigger("gone", "DELETE", "OLD")] if watched.is_made else []
    return [*made, updated]


def _on_postgresql(table: str, watched: Watched) -> list[str]:
    def function(name: str, body: str) -> str:
        head = f"CREATE OR REPLACE FUNCTION {table}_{name}_tallied() RETURNS trigger LANGUAGE plpgsql AS "
        return f"{head}$$ BEGIN {body} RETURN NULL; END $$"

    def trigger(name: str, when: str, each: str) -> str:
        return f"CREATE TRIGGER {table}_{name}_tallied AFTER {when} ON {table} {each} EXECUTE FUNCTION {table}_{name}_tallied()"

    owner, marks = watched.owner, watched.marks
    every = _MARK_EVERY.format(marks=marks, owner=owner)
    old, new = (_MARK.format(marks=marks, person=f"{row}.{owner}") for row in ("OLD", "NEW"))
    differs = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in watched.columns)
    updated = [
        function("changed", f"{old} IF OLD.{owner} <> NEW.{owner} THEN {new} END IF;"),
        trigger("changed", f"UPDATE OF {', '.join(watched.columns)}", f"FOR EACH ROW WHEN ({differs})"),
    ]
    if not watched.is_made:
        return updated
    made = [
        function("made", every),
        trigger("made", "INSERT", "REFERENCING NEW TABLE AS changed FOR EACH STATEMENT"),
        function("gone", every),
        trigger("gone", "DELETE", "REFERENCING OLD TABLE AS changed FOR EACH STATEMENT"),
    ]
    return [*made, *updated]
