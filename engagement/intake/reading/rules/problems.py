"""What can be wrong with an HR file, in words for the person who brings it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem blocks: the whole file, the rows it names, or nothing."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"


class ProblemKind(StrEnum):
    """Every way in which an HR file can be wrong."""

    EMPTY_FILE = "empty_file"
    FILE_TOO_LARGE = "file_too_large"
    WRONG_FORMAT = "wrong_format"
    WRONG_ENCODING = "wrong_encoding"
    NUL_BYTES = "nul_bytes"
    UNSAFE_WORKBOOK = "unsafe_workbook"
    BROKEN_WORKBOOK = "broken_workbook"
    UNCLOSED_QUOTE = "unclosed_quote"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NO_ROWS = "no_rows"
    MISSING_COLUMN = "missing_column"
    RIVAL_COLUMNS = "rival_columns"
    MONTH_FIRST = "month_first"
    BAD_MAPPING = "bad_mapping"

    BAD_QUOTING = "bad_quoting"
    CELL_TOO_LONG = "cell_too_long"
    TOO_MANY_CELLS = "too_many_cells"
    FORMULA_ERROR = "formula_error"
    MISSING_EMAIL = "missing_email"
    INVALID_EMAIL = "invalid_email"
    MISSING_NAME = "missing_name"
    LINE_BREAK = "line_break"
    CONTROL_CHARACTER = "control_character"
    TOO_LONG = "too_long"
    NUMBER_CUT_SHORT = "number_cut_short"
    BAD_DATE = "bad_date"
    UNKNOWN_COUNTRY = "unknown_country"
    END_BEFORE_START = "end_before_start"
    UNKNOWN_TIMEZONE = "unknown_timezone"
    BAD_LANGUAGE = "bad_language"
    UNKNOWN_TRAINING_ROLE = "unknown_training_role"
    DEPARTMENT_TOO_DEEP = "department_too_deep"

    DUPLICATE_EMAIL = "duplicate_email"
    DUPLICATE_EMPLOYEE_ID = "duplicate_employee_id"
    OWN_MANAGER = "own_manager"
    MANAGER_CYCLE = "manager_cycle"
    UNKNOWN_MANAGER = "unknown_manager"
    MANAGER_LEFT = "manager_left"
    KEPT_BY_HAND = "kept_by_hand"
    ABOUT_LEAVERS = "about_leavers"
    ADDRESS_TAKEN = "address_taken"
    NUMBER_OF_LEAVER = "number_of_leaver"
    NUMBER_OF_OTHER = "number_of_other"
    NUMBER_HELD = "number_held"
    ADDRESS_HELD = "address_held"


_KINDS = list(ProblemKind)
FATAL_KINDS = frozenset(_KINDS[: _KINDS.index(ProblemKind.BAD_MAPPING) + 1])
WARNING_KINDS = frozenset(
    {
        ProblemKind.UNKNOWN_MANAGER,
        ProblemKind.MANAGER_LEFT,
        ProblemKind.KEPT_BY_HAND,
        ProblemKind.ABOUT_LEAVERS,
        ProblemKind.OWN_MANAGER,
        ProblemKind.NUMBER_OF_OTHER,
        ProblemKind.UNKNOWN_COUNTRY,
    }
)


@dataclass(frozen=True)
class Problem:
    """One problem, in words for the person who brings the file.

    `line` is the physical line on which the row starts (in a workbook the row number), None for the whole file.
    `column` is the header as the file writes it. `lines` names every row with the problem, `line` among them.
    """

    line: int | None
    column: str | None
    kind: ProblemKind
    sentence: str
    lines: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.lines and self.line is not None:
            object.__setattr__(self, "lines", (self.line,))

    @property
    def severity(self) -> Severity:
        if self.kind in FATAL_KINDS:
            return Severity.FATAL
        return Severity.WARNING if self.kind in WARNING_KINDS else Severity.ERROR

    @property
    def is_fatal(self) -> bool:
        """Whether it makes every row of the file unusable."""
        return self.kind in FATAL_KINDS


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; `problem` says why."""

    def __init__(self, kind: ProblemKind, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.problem = Problem(line, None, kind, sentence)


def lines_at_fault(problems: Iterable[Problem]) -> frozenset[int]:
    """Return the rows to skip when only good ones are wanted: all rows of each error, both of two duplicates."""
    return frozenset(line for problem in problems if problem.severity is Severity.ERROR for line in problem.lines)


def shown(text: str, limit: int = 60) -> str:
    """Return `text` quoted for a sentence: short, on one line, without invisible characters."""
    plain = "".join(sign if sign.isprintable() else "·" for sign in text[: limit + 1])
    return f"“{plain[:limit]}…”" if len(text) > limit else f"“{plain}”"
