"""Staged rows beside the people, departments and managers that they were found to speak of."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from engagement.intake.matching import of_run
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson, StagedReference
from engagement.intake.rules import ChangeKind, Field, ReferenceKind

#: The columns of `Person` that a field of the file fills, apart from department, manager and roles.
PLAIN: dict[str, frozenset[Field]] = {
    "employee_id": frozenset({Field.EMPLOYEE_ID}),
    "email": frozenset({Field.EMAIL}),
    "first_name": frozenset({Field.FIRST_NAME, Field.LAST_NAME, Field.NAME}),
    "last_name": frozenset({Field.FIRST_NAME, Field.LAST_NAME, Field.NAME}),
    "name": frozenset({Field.FIRST_NAME, Field.LAST_NAME, Field.NAME}),
    "job_title": frozenset({Field.JOB_TITLE}),
    "location": frozenset({Field.LOCATION}),
    "country": frozenset({Field.COUNTRY}),
    "timezone": frozenset({Field.TIMEZONE}),
    "language": frozenset({Field.LANGUAGE}),
    "start_on": frozenset({Field.START_DATE}),
    "end_on": frozenset({Field.END_DATE}),
}


class ResolvedRows:
    """The staged rows of a run beside what they point to: `values` has a column of `Person` each, as the file says it."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._department, self._by_email, self._by_number = (aliased(StagedReference) for _ in range(3))
        manager = func.coalesce(self._by_number.row_id, self._by_email.row_id)
        self.values: dict[str, ColumnElement[Any]] = {name: getattr(StagedPerson, name) for name in PLAIN} | {
            "department_id": self._department.row_id,
            "manager_id": func.nullif(manager, StagedMatch.person_id),
        }

    def of_kinds(self, *kinds: ChangeKind) -> Select[*tuple[Any, ...]]:
        """Return the SELECT of the matched rows of these kinds: person, kind, line, and whether the department is yet to be made."""
        query: Select[*tuple[Any, ...]] = (
            select(StagedMatch.person_id, StagedMatch.kind, StagedMatch.line)
            .add_columns(
                StagedPerson.department,
                and_(StagedPerson.department != "", self._department.row_id.is_(None)).label("to_new_department"),
            )
            .select_from(StagedMatch)
            .join(StagedPerson, and_(StagedPerson.run_id == self._run.id, StagedPerson.line == StagedMatch.line))
            .where(of_run(StagedMatch, self._run), StagedMatch.kind.in_(kinds))
        )
        for reference, kind, value in (
            (self._department, ReferenceKind.DEPARTMENT, StagedPerson.department),
            (self._by_email, ReferenceKind.MANAGER_EMAIL, StagedPerson.manager_email),
            (self._by_number, ReferenceKind.MANAGER_ID, StagedPerson.manager_employee_id),
        ):
            named = and_(reference.run_id == self._run.id, reference.kind == kind, reference.value == value)
            query = query.outerjoin(reference, named)
        return query
