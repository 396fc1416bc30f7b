"""What about a person can be said by hand, and the columns of `Person` that hold it."""

from enum import StrEnum


class HandField(StrEnum):
    """Something that was said by hand; `HERE` is that the person is in the directory at all."""

    HERE = "here"
    NAME = "name"
    EMAIL = "email"
    DEPARTMENT = "department"
    MANAGER = "manager"
    JOB_TITLE = "job_title"
    LANGUAGE = "language"
    TIMEZONE = "timezone"
    HOURS = "hours"

    @property
    def word(self) -> str:
        """The field as the reader sees it."""
        return _WORDS[self]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of `Person` that hold it."""
        return _COLUMNS.get(self, (self.value,))


_WORDS = {
    HandField.HERE: "In the directory",
    HandField.NAME: "Name",
    HandField.EMAIL: "Address",
    HandField.DEPARTMENT: "Department",
    HandField.MANAGER: "Manager",
    HandField.JOB_TITLE: "Job title",
    HandField.LANGUAGE: "Language",
    HandField.TIMEZONE: "Time zone",
    HandField.HOURS: "Working hours",
}
_COLUMNS = {
    HandField.HERE: (),
    HandField.NAME: ("first_name", "last_name", "name"),
    HandField.DEPARTMENT: ("department_id",),
    HandField.MANAGER: ("manager_id",),
    HandField.HOURS: ("works_from", "works_until"),
}
#: A bit for each, so that the database can hold what was said of somebody as one number.
HAND_BITS = {field: 1 << place for place, field in enumerate(HandField)}
OF_COLUMN = {column: field for field in HandField for column in field.columns}
