"""HR files made for tests: a believable company of any size, and forty defects that can be planted in it."""

import csv
import io
import random
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import xlsxwriter

from engagement.intake.reading.rules.problems import ProblemKind

HEADER = [
    "employee_id", "email", "first_name", "last_name", "job_title", "department", "manager_email", "location",
    "country", "timezone", "language", "start_date", "end_date", "training_role",
]  # fmt: skip

_NAMES = [
    ("Ada", "Lovelace", "ada.lovelace"), ("Jürgen", "Größler", "juergen.groessler"), ("Zoë", "Brontë", "zoe.bronte"),
    ("Łukasz", "Żółć", "lukasz.zolc"), ("Søren", "Ångström", "soren.angstrom"),
    ("Олена", "Шевченко", "olena.shevchenko"),
    ("Ελένη", "Παπαδοπούλου", "eleni.papadopoulou"), ("太郎", "山田", "taro.yamada"), ("伟", "张", "wei.zhang"),
    ("민준", "김", "minjun.kim"), ("فاطمة", "الزهراء", "fatima.alzahra"), ("דוד", "כהן", "david.cohen"),
    ("प्रिया", "शर्मा", "priya.sharma"), ("สมชาย", "ใจดี", "somchai.jaidee"), ("Nguyễn", "Thị Hạnh", "hanh.nguyen"),
    ("Siobhán", "O’Brien-Ní Mháille", "siobhan.obrien"), ("José María", "de la Cruz", "jose.delacruz"),
    ("Ludwig", "van Beethoven", "ludwig.vanbeethoven"), ("می‌نا", "رضایی", "mina.rezaei"),
    ("N’Golo", "Çelik", "ngolo.celik"),
]  # fmt: skip
_DEPARTMENTS = [
    "Operations", "Operations/Claims", "Operations/Claims/Motor", "Operations/Claims/Home/North", "Operations/Billing",
    "Finance", "Finance/Accounts payable", "People", "Technology/Platforms", "Technology/Platforms/Data/Models/Evaluation",
]  # fmt: skip
_PLACES = [
    ("London", "GB", "Europe/London", "en-GB"), ("Berlin", "DE", "Europe/Berlin", "de"),
    ("東京", "JP", "Asia/Tokyo", "ja"),
    ("São Paulo", "BR", "America/Sao_Paulo", "pt-BR"), ("Montréal", "CA", "America/Toronto", "fr-CA"), ("", "", "", ""),
]  # fmt: skip
_ROLES = ["user", "user", "user", "builder", "support", "user;builder"]
SPAN = 8
"""How many people report to one manager."""

Person = dict[str, str]


def make_people(rows: int, seed: int) -> list[Person]:
    """`rows` people with one head; person n reports to person (n - 1) // 8, and managers train as leaders."""
    chance = random.Random(seed)
    people: list[Person] = []
    for number in range(rows):
        first, last, latin = chance.choice(_NAMES)
        location, country, timezone, language = chance.choice(_PLACES)
        day = f"{chance.randint(2005, 2025)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        cells = [
            f"{number + 1:06}", f"{latin}.{number + 1}@example.com", first, last,
            chance.choice(["Claims handler", "Analyst", "Engineer", "Team lead"]), chance.choice(_DEPARTMENTS),
            people[(number - 1) // SPAN]["email"] if number else "", location, country, timezone, language, day,
            "2031-12-31" if chance.random() < 0.1 else "",
            "leader" if number * SPAN + 1 < rows else chance.choice(_ROLES),
        ]  # fmt: skip
        people.append(dict(zip(HEADER, cells, strict=True)))
    return people


@dataclass(frozen=True)
class Defect:
    """One thing wrong with a file of at least 100 people: where it is planted and what the reader must say of it.

    `cells` go into the row on `line`; `raw` takes the place of that row's text; `alter` changes the bytes of the whole
    file. `line` is the line that the problem must name, None for the whole file.
    """

    name: str
    kind: ProblemKind
    line: int | None
    cells: Mapping[str, str] = field(default_factory=dict)
    raw: str | None = None
    header: Callable[[list[str]], list[str]] | None = None
    alter: Callable[[bytes], bytes] | None = None


def make_hr_file(rows: int, seed: int = 1, defects: Iterable[Defect] = ()) -> bytes:
    """A CSV file in UTF-8 with `rows` people and the defects planted in it; the same for the same arguments."""
    people, defects = make_people(rows, seed), list(defects)
    for defect in defects:
        if defect.cells and defect.line:
            planted = {
                name: text.format(*(person["email"] for person in people)) for name, text in defect.cells.items()
            }
            people[defect.line - 2] |= planted
    header = HEADER
    for defect in defects:
        header = defect.header(header) if defect.header else header
    lines = [_csv_line(header), *(_csv_line(person.values()) for person in people)]
    for defect in defects:
        if defect.raw is not None and defect.line:
            lines[defect.line - 1] = defect.raw + "\r\n"
    data = "".join(lines).encode()
    for defect in defects:
        data = defect.alter(data) if defect.alter else data
    return data


def _csv_line(cells: Iterable[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue()


def make_workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """An .xlsx file with these rows; dates are written as dates, a text that starts with `=` as a formula that fails."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet("People")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(number, column, value, None, "#N/A")
                else:
                    sheet.write(number, column, value)
    return out.getvalue()


def make_archive(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive with these parts, deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _row(name: str, kind: ProblemKind, line: int, **cells: str) -> Defect:
    return Defect(name, kind, line, cells)


def _bytes(name: str, kind: ProblemKind, line: int | None, alter: Callable[[bytes], bytes]) -> Defect:
    return Defect(name, kind, line, alter=alter)


def _without(*names: str) -> Callable[[list[str]], list[str]]:
    return lambda header: ["" if name in names else name for name in header]


K = ProblemKind
ROW_DEFECTS = [
    _row("no address", K.MISSING_EMAIL, 20, email=" "),
    _row("no at sign", K.INVALID_EMAIL, 21, email="ada.example.com"),
    _row("space in address", K.INVALID_EMAIL, 23, email="ada lovelace@example.com"),
    _row("address with name", K.INVALID_EMAIL, 24, email="Ada Lovelace <ada@example.com>"),
    _row("impossible domain", K.INVALID_EMAIL, 25, email="ada@bücher..example"),
    _row("header injection", K.LINE_BREAK, 26, first_name="Ada\nBcc: all@example.com"),
    _row("line break in address", K.LINE_BREAK, 28, email="ada@example.com\r\nBcc: all@example.com"),
    _row("line separator in name", K.LINE_BREAK, 30, last_name="Love\u2028lace"),
    _row("control character", K.CONTROL_CHARACTER, 31, last_name="Love\x07lace"),
    _row("reversed text", K.CONTROL_CHARACTER, 32, first_name="Ada \u202eecalevoL"),
    _row("lost letter", K.CONTROL_CHARACTER, 33, first_name="J\ufffdrgen"),
    _row("no name", K.MISSING_NAME, 34, first_name="", last_name=" "),
    _row("long name", K.TOO_LONG, 35, last_name="x" * 101),
    _row("long address", K.TOO_LONG, 36, email="a" * 60 + "@" + "b" * 60 + ("." + "c" * 60) * 3),
    _row("long job title", K.TOO_LONG, 37, job_title="x" * 201),
    _row("deep department", K.DEPARTMENT_TOO_DEEP, 39, department="/".join("ABCDEFGHIJKLM")),
    _row("no such day", K.BAD_DATE, 40, start_date="2026-02-30"),
    _row("month first", K.BAD_DATE, 41, start_date="12/31/2026"),
    _row("date in words", K.BAD_DATE, 42, end_date="next Friday"),
    _row("leaves before start", K.END_BEFORE_START, 43, start_date="01.02.2026", end_date="31.01.2026"),
    _row("zone on Mars", K.UNKNOWN_TIMEZONE, 44, timezone="Mars/Olympus"),
    _row("language in words", K.BAD_LANGUAGE, 45, language="High Valyrian"),
    _row("role unheard of", K.UNKNOWN_TRAINING_ROLE, 46, training_role="user;wizard"),
    _row("bad manager address", K.INVALID_EMAIL, 47, manager_email="the boss"),
    _row("own manager", K.OWN_MANAGER, 2, manager_email="{0}"),
    _row("circle of two", K.MANAGER_CYCLE, 3, manager_email="{9}"),
    _row("same address", K.DUPLICATE_EMAIL, 48, email="{16}"),
    _row("same number", K.DUPLICATE_EMPLOYEE_ID, 49, employee_id="000018"),
    _row("unknown manager", K.UNKNOWN_MANAGER, 50, manager_email="stranger@example.com"),
    Defect("text after quote", K.BAD_QUOTING, 51, raw='"000050"x,bo@example.com,Bo,Berg'),
    Defect("delimiter too many", K.TOO_MANY_CELLS, 52, raw="000051,cy@example.com,Cy,Dahl" + "," * 11),
    Defect("endless cell", K.CELL_TOO_LONG, 53, raw="000052,di@example.com,Di," + "x" * 131_073),
]
"""Line breaks inside the cells of lines 26 and 28 move the rows after them down: see `moved`."""


def moved(line: int | None) -> int | None:
    """The physical line on which a row starts in a file that has all of ROW_DEFECTS."""
    return None if line is None else line + (line > 26) + (line > 28)


FILE_DEFECTS = [
    _bytes("PDF", K.WRONG_FORMAT, None, lambda data: b"%PDF-1.7\n" + data),
    _bytes("empty", K.EMPTY_FILE, None, lambda data: b"\xef\xbb\xbf\r\n \r\n"),
    _bytes("header alone", K.NO_ROWS, None, lambda data: data[: data.index(b"\n") + 1]),
    _bytes("NUL", K.NUL_BYTES, 3, lambda data: _on_line(data, 3, b"\0")),
    _bytes("neither UTF-8 nor 1252", K.WRONG_ENCODING, 3, lambda data: _on_line(data[:900], 3, b"\x81")),
    Defect("quote left open", K.UNCLOSED_QUOTE, 54, raw='000053,"ed@example.com,Ed,Falk'),
    Defect("no address column", K.MISSING_COLUMN, 1, header=_without("email")),
    Defect("two address columns", K.RIVAL_COLUMNS, 1, header=lambda header: [*header[:-1], "E-Mail-Adresse"]),
]
DEFECTS = ROW_DEFECTS + FILE_DEFECTS


def _on_line(data: bytes, line: int, extra: bytes) -> bytes:
    """`data` with something put at the start of a line."""
    lines = data.splitlines(keepends=True)
    lines[line - 1] = extra + lines[line - 1]
    return b"".join(lines)
