"""What PostgreSQL is told about tables that grew within a transaction, which its own housekeeping cannot see yet."""

from sqlalchemy import text

from engagement.db import Base, db

_JOINED = {
    "staged_person": "run_id, line, is_rejected, employee_id, email",
    "staged_match": "run_id, person_id, line, kind",
    "staged_reference": "run_id, kind, value",
    "import_change": "run_id, person_id, kind",
    "person": "id, employee_id, email, department_id, manager_id, left_at",
    "person_role": "person_id, role, origin",
}


def refresh_statistics(*tables: type[Base]) -> None:
    """Tell PostgreSQL how large tables have become in this transaction, so that it joins them well."""
    if db.engine.dialect.name == "postgresql":
        named = ", ".join(f"{table.__tablename__} ({_JOINED[table.__tablename__]})" for table in tables)
        db.session.execute(text(f"ANALYZE {named}"))
