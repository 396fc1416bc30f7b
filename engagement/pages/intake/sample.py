"""A sample HR file to download, and what each of its columns means."""

from flask import Response

from engagement.accounts.scopes import rights
from engagement.intake.reading.rules.fields import Field
from engagement.pages.frame import guard
from engagement.pages.intake import blueprint
from engagement.pages.parts.files import list_file

#: For each column what it says, and what it holds for three people of whom the first is the manager of the others.
COLUMNS: dict[Field, tuple[str, tuple[str, str, str]]] = {
    Field.EMPLOYEE_ID: (
        "The number of the person with you. By it somebody is known again when name or address change. Never used twice.",
        ("00101", "00102", "00103"),
    ),
    Field.EMAIL: (
        "The work address. Everybody needs one of their own: messages go there, and people sign in with it.",
        ("amara.abbott@example.com", "tomasz.wojcik@example.com", "mei.chen@example.com"),
    ),
    Field.FIRST_NAME: ("The first name.", ("Amara", "Tomasz", "Mei")),
    Field.LAST_NAME: ("The last name, by which lists are in order.", ("Abbott", "Wójcik", "Chen")),
    Field.NAME: (
        "The name by which colleagues know the person. Needed where first and last name are not there.",
        ("Dr. Amara Abbott", "Tomasz Wójcik", "Mei Chen"),
    ),
    Field.JOB_TITLE: ("What the person does.", ("Head of claims", "Claims handler", "Team assistant")),
    Field.DEPARTMENT: (
        "The department, with those above it before it and slashes between. New ones are made.",
        ("Operations", "Operations/Claims", "Operations/Claims"),
    ),
    Field.MANAGER_EMAIL: (
        "The address of the person’s manager. Empty: nobody.",
        ("", "amara.abbott@example.com", "amara.abbott@example.com"),
    ),
    Field.MANAGER_ID: (
        "The employee number of the manager. One of the two is enough; where both are there, the number counts.",
        ("", "00101", "00101"),
    ),
    Field.LOCATION: ("Where the person works.", ("London", "Kraków", "London")),
    Field.COUNTRY: (
        "The country, by name or code. Its public holidays are the person’s days off.",
        ("GB", "Poland", "GB"),
    ),
    Field.TIMEZONE: (
        "The time zone, such as Europe/London. Messages arrive in working hours there. Empty: the organisation’s.",
        ("Europe/London", "Europe/Warsaw", ""),
    ),
    Field.LANGUAGE: (
        "The language of messages, as a tag such as en or pt-BR. Empty: the organisation’s.",
        ("en", "pl", ""),
    ),
    Field.START_DATE: ("The first day of work, such as 2026-12-31.", ("2019-04-01", "2022-09-15", "2026-11-02")),
    Field.END_DATE: ("The last day of work, where it is known.", ("", "", "2027-10-31")),
    Field.LEFT_ON: (
        "The day on which somebody left. Such a row brings nobody back. Empty: they are here.",
        ("", "", ""),
    ),
    Field.TRAINING_ROLE: (
        "What the person has to learn: user, builder, support or leader; several with a semicolon between.",
        ("leader", "user;builder", "user"),
    ),
}


@blueprint.get("/people/import/sample.<any(csv, xlsx):kind>")
def sample(kind: str) -> Response:
    """Give a file with every column that is understood and three people."""
    guard.allow_all(rights.keeping_people(guard.reader()))
    rows = zip(*(cells for _, cells in COLUMNS.values()), strict=True)
    return list_file(kind, [field.value for field in COLUMNS], rows, "sample-people", "People")


def explained_columns() -> list[tuple[str, str, str]]:
    """Return for each column its header, what it says, and an example."""
    return [(field.value, words, cells[1]) for field, (words, cells) in COLUMNS.items()]
