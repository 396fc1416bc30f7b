"""The statements that make a database mark the people of whom criteria count something else after a change of what is not training.

Those whose training stays have marks of their own; with who is a champion, the numbers of learners change as well.
"""

from collections.abc import Sequence

from engagement.waves.tallies.rules import Watched, marking

_OF_WAVE = "INSERT INTO reached_mark (person_id) SELECT person_id FROM membership WHERE ended_at IS NULL AND wave_id = {row}.wave_id;"
_OF_WAVES = (
    "INSERT INTO reached_mark (person_id) SELECT person_id FROM membership WHERE ended_at IS NULL AND wave_id IN "
    "(SELECT wave_id FROM wave_workflow WHERE workflow_id = {row}.workflow_id);"
)
_OF_WORKFLOW = _OF_WAVES.replace("{row}.workflow_id", "{row}.id")
_SENT = (
    "INSERT INTO reached_mark (person_id) SELECT person_id FROM delivery "
    "WHERE mailing_id = {row}.mailing_id AND state = 'sent' AND person_id IS NOT NULL;"
)
_CHAMPIONS = (
    "INSERT INTO tally_mark (person_id) SELECT DISTINCT person_id FROM champion WHERE wave_id = {row}.id "
    "OR person_id IN (SELECT person_id FROM membership WHERE wave_id = {row}.id);"
)
#: Of the many messages only those that criteria ask about.
_IS_ASKED_ABOUT = (
    "{row}.person_id IS NOT NULL AND (EXISTS (SELECT 1 FROM notice WHERE mailing_id = {row}.mailing_id) OR "
    "EXISTS (SELECT 1 FROM occurrence JOIN communication ON communication.id = occurrence.communication_id "
    "WHERE occurrence.mailing_id = {row}.mailing_id AND communication.kind = 'department_briefing'))"
)
_RECIPIENT = f"INSERT INTO reached_mark (person_id) SELECT {{row}}.person_id WHERE {_IS_ASKED_ABOUT};"
_IS_SENT_OR_WAS = "{old}.state <> {new}.state AND 'sent' IN ({old}.state, {new}.state)"
#: Workers write many outcomes in one statement, which then marks once.
_RECIPIENTS = "INSERT INTO reached_mark (person_id) SELECT now.person_id FROM now JOIN before USING (id) WHERE {only} AND {of_these};"

#: By table: the name, what is marked, when, by which rows, and only if.
_CHANGES: dict[str, Sequence[tuple[str, str, str, tuple[str, ...], str]]] = {
    "delivery": (
        ("made", _RECIPIENT, "INSERT", ("NEW",), "NEW.state = 'sent'"),
        ("changed", _RECIPIENT, "UPDATE OF state", ("NEW",), _IS_SENT_OR_WAS.format(old="OLD", new="NEW")),
    ),
    "occurrence": (
        ("made", _SENT, "INSERT", ("NEW",), "NEW.mailing_id IS NOT NULL"),
        ("changed", _SENT, "UPDATE OF mailing_id", ("OLD", "NEW"), ""),
    ),
    "communication": (("changed", _OF_WAVE, "UPDATE OF wave_id, kind", ("OLD", "NEW"), ""),),
    "wave_workflow": (
        ("made", _OF_WAVE, "INSERT", ("NEW",), ""),
        ("gone", _OF_WAVE, "DELETE", ("OLD",), ""),
    ),
    "workflow": (("changed", _OF_WORKFLOW, "UPDATE OF retired_at", ("NEW",), ""),),
    "scope_statement": (
        ("made", _OF_WAVES, "INSERT", ("NEW",), "NEW.published_at IS NOT NULL"),
        ("changed", _OF_WAVES, "UPDATE OF published_at", ("NEW",), ""),
        ("gone", _OF_WAVES, "DELETE", ("OLD",), "OLD.published_at IS NOT NULL"),
    ),
    "notice": (
        ("made", _OF_WAVES, "INSERT", ("NEW",), "NEW.published_at IS NOT NULL"),
        ("changed", _OF_WAVES, "UPDATE OF mailing_id", ("NEW",), ""),
        ("gone", _OF_WAVES, "DELETE", ("OLD",), "OLD.published_at IS NOT NULL"),
    ),
    # A wave that went to another programme makes its champions friendly users there, and those of that programme such here.
    "wave": (("regrouped", _CHAMPIONS, "UPDATE OF programme_id", ("NEW",), ""),),
    "worker_effect": (
        ("made", _OF_WAVES, "INSERT", ("NEW",), ""),
        ("changed", _OF_WAVES, "UPDATE OF ended_at", ("NEW",), ""),
    ),
}

#: Tables whose rows each mark their person.
WATCHED = {
    "champion": Watched(("wave_id", "department_id", "person_id", "from_on", "until_on")),
    "scope_answer": Watched(("statement_id", "person_id", "is_right"), marks="reached_mark"),
    "acknowledgement": Watched(("mailing_id", "person_id"), marks="reached_mark"),
}
TABLES = (*WATCHED, *_CHANGES)


def marks_of(dialect: str, table: str) -> list[str]:
    """Return the statements for all triggers of one of the `TABLES`, as `training.tallies.rules` does for its own."""
    if table in WATCHED:
        return marking(dialect, table, WATCHED[table])
    statements = []
    for name, mark, when, rows, only in _CHANGES[table]:
        body = " ".join(mark.format(row=row) for row in rows)
        each = f"FOR EACH ROW{f' WHEN ({only})' if only else ''}"
        if (dialect, table, name) == ("postgresql", "delivery", "changed"):
            sent = _IS_SENT_OR_WAS.format(old="before", new="now")
            body, when = _RECIPIENTS.format(only=sent, of_these=_IS_ASKED_ABOUT.format(row="now")), "UPDATE"
            each = "REFERENCING OLD TABLE AS before NEW TABLE AS now FOR EACH STATEMENT"
        begin = f"CREATE TRIGGER {table}_{name}_tallied AFTER {when} ON {table}"
        if dialect == "sqlite":
            statements.append(f"{begin} {each} BEGIN {body} END")
        else:
            function = f"{table}_{name}_tallied()"
            statements += [
                f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
                f"{begin} {each} EXECUTE FUNCTION {function}",
            ]
    return statements
