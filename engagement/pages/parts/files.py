"""Lists as files: CSV and XLSX with the rows of the page, in which no cell becomes a formula."""

import json
import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from flask import Response, url_for

from engagement.cells import csv_of, new_workbook, write_sheet
from engagement.pages.frame.formats import here_today

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF_TYPE = "application/pdf"


def both_files(endpoint: str, **asked: Any) -> list[tuple[str, str]]:
    """Return a list as files: what each kind is called, and its address."""
    return [(kind.upper(), url_for(endpoint, kind=kind, **asked)) for kind in ("csv", "xlsx")]


def list_file(
    kind: str, header: Sequence[str], rows: Iterable[Sequence[Any]], name: str, sheet: str = "List"
) -> Response:
    """Return rows as a file of the kind that the address names, "csv" or "xlsx", called by its name and the day."""
    content = csv_of(header, rows) if kind == "csv" else _xlsx(header, rows, sheet)
    return file_response(content, CSV_TYPE if kind == "csv" else XLSX_TYPE, f"{name}-{here_today().isoformat()}.{kind}")


def _xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], sheet: str) -> bytes:
    made = BytesIO()
    with new_workbook(made) as book:
        write_sheet(book, re.sub(r"[\[\]:*?/\\]", " ", sheet)[:31].strip("' ") or "List", header, rows)
    return made.getvalue()


def json_response(content: dict[str, Any], filename: str) -> Response:
    """Return a document as a JSON file to keep."""
    return file_response(json.dumps(content, ensure_ascii=False, indent=2).encode(), "application/json", filename)


def svg_response(content: str, name: str) -> Response:
    """Return a picture as an SVG file, called by its name and the day."""
    return file_response(content.encode(), "image/svg+xml", f"{name}-{here_today().isoformat()}.svg")


def file_response(content: bytes, kind: str, filename: str) -> Response:
    """Return a file to keep, under a plain name."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", filename).strip("-") or "list"
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{plain}"'})
