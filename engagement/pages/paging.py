"""Pages of a long list: which one is shown, and the addresses of its neighbours."""

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

PER_PAGE = 50


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
    asked = request.args.get("page", 1, type=int)
    last = max(1, -(-total // size))
    return Page(min(max(asked, 1), last), total, size)
