"""Long lists: what an address asks of one is read once, and stays in the links to its other pages, orders and files."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from flask import request, url_for
from sqlalchemy import Select
from werkzeug.datastructures import MultiDict

from engagement.db import count_of, db
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.files import both_files
from engagement.pages.parts.forms import day_or_none

Rows = TypeVar("Rows")
Known = TypeVar("Known", bound=StrEnum)
Choices = Iterable[tuple[Any, str]]
PER_PAGE = 50
#: Rows on a page where each takes several lines, above all on a phone.
TALL_PER_PAGE = 25
#: No list has more pages; a larger number never reaches the database.
LAST_PAGE = 10_000_000
LONGEST_WORDS = 200
NOT_LISTED = "Something that is not listed here"


def _here(arguments: Mapping[str, Any]) -> str:
    return url_for(str(request.endpoint), **(request.view_args or {}), **arguments)


@dataclass(frozen=True)
class Page:
    """One page of `total` rows; `number` counts from 1. `arguments` are what else the address of each page holds."""

    number: int
    total: int
    size: int = PER_PAGE
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.number - 1) * self.size

    @property
    def first_shown(self) -> int:
        """The number of the first row shown, 0 when there is none."""
        return min(self.offset + 1, self.total)

    @property
    def last_shown(self) -> int:
        """The number of the last row shown."""
        return min(self.offset + self.size, self.total)

    @property
    def previous_url(self) -> str | None:
        """The address of the page before, None on the first."""
        return self._url(self.number - 1) if self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        """The address of the page after, None on the last."""
        return self._url(self.number + 1) if self.number < self.count else None

    def _url(self, number: int) -> str:
        return _here({**self.arguments, "page": str(number)})


@dataclass(frozen=True)
class Question:
    """A filter as the form above the list shows it: words, a day, or one of several choices."""

    name: str
    label: str
    value: str
    kind: str = "search"
    choices: tuple[tuple[str, str], ...] = ()
    otherwise: str = "All"
    least: date | None = None
    most: date | None = None


@dataclass(frozen=True)
class Heading:
    """A column by which the list can be put in order: where its link leads, and how it stands in order now, if it does."""

    url: str
    stands: str = ""

    @property
    def is_up(self) -> bool:
        """Whether the smallest stands first."""
        return self.stands == "ascending"


class Asked:
    """What the address asks of a list. A value that makes no sense is as if it were not there.

    Each filter is read by one call, which also puts it into the form (where it has a label), into the addresses of pages and
    orders, and into those of files. Read them all before `page_of`, `order` and `files`.
    """

    def __init__(self, given: MultiDict[str, str] | None = None) -> None:
        self.given = request.args if given is None else given
        """The address, or a form that holds the same fields."""
        self.questions: list[Question] = []
        self.headings: dict[str, Heading] = {}
        self.narrowed_by: dict[str, str] = {}
        self.carried: dict[str, str] = {}
        """What the addresses hold beside the filters: which view it is, and its order."""

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter holds."""
        return bool(self.narrowed_by)

    @property
    def everything_url(self) -> str:
        """The address of the list without its filters."""
        return _here(self.carried)

    @property
    def unseen(self) -> dict[str, str]:
        """What the form of the filters sends along unseen."""
        seen = {question.name for question in self.questions}
        return {name: value for name, value in {**self.narrowed_by, **self.carried}.items() if name not in seen}

    @property
    def form_url(self) -> str:
        """The address that the form of the filters asks."""
        return _here({})

    def _kept(self, name: str, value: str) -> str:
        if value:
            self.narrowed_by[name] = value
        return value

    def words(self, name: str, label: str) -> str:
        """Return the words that are sought, "" for none."""
        value = self._kept(name, self.given.get(name, "").replace("\x00", "").strip()[:LONGEST_WORDS].strip())
        self.questions.append(Question(name, label, value))
        return value

    def one_of(
        self, name: str, label: str, choices: Choices, otherwise: str = "All", meant: Callable[[str], str] = str
    ) -> str:
        """Return which of the choices (value and words) is meant by what the address says, "" for none of them."""
        offered = tuple((str(value), words) for value, words in choices)
        asked = meant(self.given.get(name, ""))
        value = self._kept(name, asked if asked in dict(offered) else "")
        self.questions.append(Question(name, label, value, "choice", offered, otherwise))
        return value

    def word_of(self, kinds: type[Known], name: str, label: str, otherwise: str = "All") -> Known | None:
        """Return which word of a vocabulary holds, None for none of them."""
        value = self.one_of(name, label, ((kind.value, kind.word) for kind in kinds), otherwise)  # type: ignore[attr-defined]
        return kinds(value) if value else None

    def row(
        self,
        name: str,
        label: str = "",
        choices: Choices = (),
        otherwise: str = "All",
        known: Container[int] | None = None,
    ) -> int | None:
        """Return the id of the row that is asked for, offered or not; None for what no row has, as far as they are known."""
        number = row_id(self.given.get(name))
        if known is not None and number not in known:
            number = None
        value = self._kept(name, str(number) if number is not None else "")
        offered = tuple((str(key), words) for key, words in choices)
        if value and value not in dict(offered):
            offered = ((value, NOT_LISTED), *offered)
        if label:
            self.questions.append(Question(name, label, value, "choice", offered, otherwise))
        return number

    def day(self, name: str, label: str, least: date | None = None, most: date | None = None) -> date | None:
        """Return the day that is asked for, None for none."""
        day = day_or_none(self.given.get(name))
        value = self._kept(name, day.isoformat() if day else "")
        self.questions.append(Question(name, label, value, "day", least=least, most=most))
        return day

    def carry(self, name: str, value: str) -> None:
        """Keep in all addresses what is no filter."""
        if value:
            self.carried[name] = value

    def order(self, *columns: str, usual: str) -> str:
        """Return the column in whose order the list stands, with "-" before it for downwards; as `usual` where none is asked."""
        asked = self.given.get("order", "")
        order = asked if asked.removeprefix("-") in columns else usual
        if order != usual:
            self.carried["order"] = order
        for column in columns:
            leads_to = f"-{column}" if order == column else column
            stands = {column: "ascending", f"-{column}": "descending"}.get(order, "")
            own = {"order": leads_to} if leads_to != usual else {}
            others = {name: value for name, value in self.carried.items() if name != "order"}
            self.headings[column] = Heading(_here({**self.narrowed_by, **others, **own}), stands)
        return order

    def ordered(self, rows: Rows, columns: Mapping[str, Any], *, usual: str, last: Any) -> Rows:
        """Return a SELECT in the order asked for, by the expression of each column, and by `last` where those are equal.

        In the usual order it stays as it is.
        """
        order = self.order(*columns, usual=usual)
        if order == usual:
            return rows
        return rows.order_by(None).order_by(*in_order(order, columns), last)  # type: ignore[attr-defined,no-any-return]

    def page(self, total: int, size: int = PER_PAGE) -> Page:
        """Return the page that is asked for, kept within the list."""
        number = min(_asked_number(), Page(1, total, size).count)
        return Page(number, total, size, {**self.narrowed_by, **self.carried})

    def page_of(self, read: Callable[[int, int], tuple[Rows, int]]) -> tuple[Rows, Page]:
        """Return the rows of the page that is asked for, from what reads them with their total by size and offset.

        A page beyond the end is read a second time, as the last page.
        """
        number = _asked_number()
        rows, total = read(PER_PAGE, (number - 1) * PER_PAGE)
        page = self.page(total)
        return (rows if page.number == number else read(page.size, page.offset)[0]), page

    def shown(self, rows: Select[Any], size: int = PER_PAGE) -> tuple[list[Any], Page]:
        """Return the first value of each row on the page that is asked for, and the page."""
        page = self.page(count_of(rows), size)
        return list(db.session.scalars(rows.limit(page.size).offset(page.offset))), page

    def part_of(self, rows: Sequence[Any]) -> tuple[Sequence[Any], Page]:
        """Return those of a short list that stand on the page that is asked for, and the page."""
        page = self.page(len(rows))
        return rows[page.offset : page.offset + page.size], page

    def files(self, endpoint: str, **more: Any) -> list[tuple[str, str]]:
        """Return the list as files: what each kind is called, and its address with the same filters and order."""
        asked: dict[str, Any] = {**self.narrowed_by, **self.carried}
        return both_files(endpoint, **more, **asked)


def in_order(order: str, columns: Mapping[str, Any]) -> list[Any]:
    """Return what a SELECT is ordered by: the expression, or several, of the column named, what is empty at the end."""
    found = columns[order.removeprefix("-")]
    parts = found if isinstance(found, tuple) else (found,)
    return [(part.desc() if order.startswith("-") else part.asc()).nulls_last() for part in parts]


def _asked_number() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
