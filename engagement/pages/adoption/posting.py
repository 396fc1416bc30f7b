"""The address at which machines post numbers of use: JSON or CSV, with the secret of a programme."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from flask import Response, request

from engagement.adoption.actions.doors import door_of
from engagement.adoption.actions.uploads import take_posted
from engagement.db import db
from engagement.intake.usage.queries.comparing import read_rows
from engagement.intake.usage.rules import Column, Layout, Row, cleaned, guessed, mapping_problem
from engagement.pages.adoption import blueprint
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.frame.machine import bearer
from engagement.programmes.queries import workflows_of

#: How many refused rows an answer names.
MOST_NAMED = 100
_FIELDS = [column.value for column in Column]
_ROW_IS = 'Each row is an object, such as {"email": …, "day": …, "workflow": …, "uses": …}.'


@blueprint.post("/adoption/usage")
@guard.open_to_all("a machine posts here, which has no account but the secret of a programme")
@guard.asks_no_token("it uses nobody’s session: each request brings the secret itself")
def post_usage() -> Response:
    """Take in what a machine posts: the good rows are written, each of the others is answered with its reason."""
    secret = bearer()
    door = door_of(secret) if secret else None
    if door is None:
        refusal = _said(
            {"error": "Send the secret of a programme as Bearer. It is made where its numbers come from."}, 401
        )
        refusal.headers["WWW-Authenticate"] = "Bearer"
        return refusal
    workflow_ids = [workflow.id for workflow in workflows_of([door.programme_id])]
    try:
        layout, rows = _csv_rows(workflow_ids) if request.mimetype == "text/csv" else _json_rows(workflow_ids)
    except ValueError as error:
        return _said({"error": str(error)}, 400)
    if problem := mapping_problem(layout):
        return _said({"error": f"{problem} The columns are called {', '.join(_FIELDS)}."}, 422)
    read = read_rows(door.programme_id, layout, rows, today())
    if read.month_first:
        return _said(
            {"error": f"The days begin with the month, such as {read.month_first}. Write them as 2026-12-31."}, 422
        )
    if read.taken:
        take_posted(door, read.brought)
        db.session.commit()
    refused = [{"line": each.number, "why": list(each.problems)} for each in read.refused[:MOST_NAMED]]
    answer: dict[str, Any] = {"taken": read.taken, "left_out": len(read.refused), "refused": refused}
    return _said(answer, 200 if read.taken else 422)


def _csv_rows(workflow_ids: Sequence[int]) -> tuple[Layout, list[Row]]:
    """Return what a body of CSV says; the header is line 1. Raises ValueError."""
    try:
        text = request.get_data().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("The body is no UTF-8.") from None
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise ValueError(f"The body is no CSV: {error}.") from None
    if len(cells) < 2:
        raise ValueError("The body has no header, or no rows below it.")
    layout = guessed(cells[0], workflow_ids)
    return layout, [_row(number, row) for number, row in enumerate(cells[1:], 2) if any(row)]


def _json_rows(workflow_ids: Sequence[int]) -> tuple[Layout, list[Row]]:
    """Return what a body of JSON says: a list of rows, or an object with it under "rows"; the first row is line 1. Raises ValueError."""
    try:
        said = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise ValueError("The body is neither JSON nor CSV (text/csv).") from None
    rows = said.get("rows") if isinstance(said, dict) else said
    if not isinstance(rows, list) or not any(isinstance(row, dict) for row in rows):
        raise ValueError(f"Send a list of rows. {_ROW_IS}")
    objects = [row for row in rows if isinstance(row, dict)]
    used = [name for name in _FIELDS if any(name in row for row in objects)]
    return guessed(used, workflow_ids), [
        _row(number, [_text(row.get(name)) for name in used])
        if isinstance(row, dict)
        else Row(number, [""] * len(used), [_ROW_IS])
        for number, row in enumerate(rows, 1)
    ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _row(number: int, cells: Sequence[str]) -> Row:
    texts, problem = cleaned(cells)
    return Row(number, texts, [problem] if problem else [])


def _said(answer: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(answer, ensure_ascii=False) + "\n", status, mimetype="application/json")
