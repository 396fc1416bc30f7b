"""Pages of a long list: which one is shown, and the addresses of its neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request, url_for

Rows = TypeVar("Rows")
PER_PAGE = 50
#: No list has more pages; a larger number never reaches the database.
LAST_PAGE = 10_000_000


@dataclass(frozen=True)
class Page:
    """One page of `total` rows; `number` counts from 1."""

    number: int
    total: int
    size: int = PER_PAGE

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

    @staticmethod
    def _url(number: int) -> str:
        arguments: dict[str, Any] = {**(request.view_args or {}), **request.args.to_dict(flat=False), "page": number}
        return url_for(str(request.endpoint), **arguments)


def asked_page(total: int, size: int = PER_PAGE) -> Page:
    """Return the page that the address asks for, kept within the list."""
    return Page(min(_asked_number(), Page(1, total, size).count), total, size)


def page_of(read: Callable[[int, int], tuple[Rows, int]]) -> tuple[Rows, Page]:
    """Return the rows of the page that the address asks for, from what reads them with their total by size and offset.

    A page beyond the end is read a second time, as the last page.
    """
    asked = Page(_asked_number(), 0)
    rows, total = read(asked.size, asked.offset)
    page = asked_page(total)
    return (rows if page.number == asked.number else read(page.size, page.offset)[0]), page


def _asked_number() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
