"""The fields of an HR file, and one row about one person."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from engagement.people.rules import TrainingRole


class Field(StrEnum):
    """What a column of an HR file can say about a person."""

    EMPLOYEE_ID = "employee_id"
    EMAIL = "email"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    NAME = "name"
    JOB_TITLE = "job_title"
    DEPARTMENT = "department"
    MANAGER_EMAIL = "manager_email"
    MANAGER_ID = "manager_id"
    LOCATION = "location"
    COUNTRY = "country"
    TIMEZONE = "timezone"
    LANGUAGE = "language"
    START_DATE = "start_date"
    END_DATE = "end_date"
    LEFT_ON = "left_on"
    TRAINING_ROLE = "training_role"


class ManagerKey(StrEnum):
    """How a row points to its manager."""

    EMAIL = "email"
    EMPLOYEE_ID = "employee_id"


class ManagerRef(NamedTuple):
    """The manager that a row names: an address in lower case, or an employee number."""

    key: ManagerKey
    value: str


class StaffRow(NamedTuple):
    """One row about one person; texts are trimmed and in NFC, missing values are "" or None.

    A row whose `left_on` is past is about somebody who is not here any more, and is left alone.
    """

    line: int
    employee_id: str
    email: str
    first_name: str
    last_name: str
    display_name: str
    job_title: str
    department: str
    manager: ManagerRef | None
    location: str
    country: str
    timezone: str
    language: str
    start_on: date | None
    end_on: date | None
    left_on: date | None
    training_roles: frozenset[TrainingRole]
