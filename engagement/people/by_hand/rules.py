"""What about a person can be said by hand, and the columns of `Person` that hold it."""

from engagement.vocabulary import Worded


class HandField(Worded):
    """Something that was said by hand; `HERE` is that the person is in the directory at all."""

    HERE = "here", "In the directory"
    NAME = "name"
    EMAIL = "email", "Address"
    DEPARTMENT = "department"
    MANAGER = "manager"
    JOB_TITLE = "job_title"
    LANGUAGE = "language"
    TIMEZONE = "timezone", "Time zone"
    HOURS = "hours", "Working hours"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of `Person` that hold it."""
        return _COLUMNS.get(self, (self.value,))


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
