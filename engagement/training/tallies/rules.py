"""The statements that make a database mark the people and roles whose kept numbers a change makes old."""

from engagement.waves.tallies.rules import WATCHED as WATCHED_OF_WAVES
from engagement.waves.tallies.rules import Watched, marking

_OF_CURRICULUM = "INSERT INTO tally_mark (role) SELECT role FROM curriculum WHERE id = {row}.curriculum_id;"
_OF_MODULE = (
    "INSERT INTO tally_mark (role) SELECT role FROM curriculum WHERE id IN "
    "(SELECT curriculum_id FROM curriculum_item WHERE module_id = {row}.id);"
)
#: Whoever was in another wave too may be a pilot user of one of them, or no longer.
_IN_OTHER_WAVES = (
    "INSERT INTO tally_mark (person_id) SELECT DISTINCT person_id FROM membership WHERE wave_id = {row}.id AND EXISTS "
    "(SELECT 1 FROM membership AS other WHERE other.person_id = membership.person_id AND other.wave_id <> {row}.id);"
)
_ITSELF = "INSERT INTO tally_mark (role) VALUES ({row}.role);"
#: By table: what marks the role or people, when, and by which row.
_CHANGES = {
    "curriculum_item": (
        ("made", _OF_CURRICULUM, "INSERT", ("NEW",)),
        ("gone", _OF_CURRICULUM, "DELETE", ("OLD",)),
        ("changed", _OF_CURRICULUM, "UPDATE OF curriculum_id, module_id, kind", ("OLD", "NEW")),
    ),
    "curriculum": (("changed", _ITSELF, "UPDATE OF role, choices_needed", ("OLD", "NEW")),),
    "module": (("changed", _OF_MODULE, "UPDATE OF minutes, withdrawn_at", ("NEW",)),),
    "wave": (("changed", _IN_OTHER_WAVES, "UPDATE OF status, go_live_on, programme_id", ("NEW",)),),
}


#: Tables whose changes mark people.
WATCHED = WATCHED_OF_WAVES | {
    "assignment": Watched(("wave_id", "person_id", "role", "withdrawn_at")),
    "leftover": Watched(("assignment_id", "person_id", "ended_at")),
    "completion": Watched(("person_id", "module_id")),
}
TABLES = (*WATCHED, *_CHANGES)


def marks_of(dialect: str, table: str) -> list[str]:
    """Return the statements for all triggers of one of the `TABLES`.

    SQLite makes a table anew to change it, and forgets its triggers: a migration that does so executes these again.
    """
    return marking(dialect, table, WATCHED[table]) if table in WATCHED else _marking_many(dialect, table)


def _marking_many(dialect: str, table: str) -> list[str]:
    """Return the statements for triggers that mark the roles, or people, that a change of this table concerns."""
    statements = []
    for name, mark, when, rows in _CHANGES[table]:
        body = " ".join(mark.format(row=row) for row in rows)
        begin = f"CREATE TRIGGER {table}_{name}_tallied AFTER {when} ON {table}"
        if dialect == "sqlite":
            statements.append(f"{begin} BEGIN {body} END")
        else:
            function = f"{table}_{name}_tallied()"
            statements += [
                f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
                f"{begin} FOR EACH ROW EXECUTE FUNCTION {function}",
            ]
    return statements
