"""Asking for an address as one reader, and the table of who is let in where (`access.txt`)."""

from pathlib import Path

from flask import Flask
from pages.frame.two_of_everything import READERS, World
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

FILES = {"static", "bootstrap.static"}
EVERYBODY = "".join(READERS)
ANYBODY = EVERYBODY + "-"
WORDS = {"everybody": EVERYBODY, "anybody": ANYBODY, "nobody": ""}


def _table() -> dict[str, tuple[str, ...]]:
    """Return who is let in by method and address; no address stands twice."""
    lines = Path(__file__).with_name("access.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    table = {
        f"{method} {endpoint}": tuple(WORDS.get(side, side) for side in sides) for method, endpoint, *sides in rows
    }
    assert len(table) == len(rows)
    return table


MATRIX = _table()
#: Addresses that name their side in the query instead of the path, and the form field that a step can't do without.
ASKED = {"calendar.standard": "programme_id"}
SENT = {"concerns.take_over": ("owner", "manager_id")}
#: Parts of an address that are the same on both sides.
SIDELESS = {"kind", "step", "role", "slug", "token", "filename", "name", "question_id", "field", "criterion", "month"}


def ask(world: World, letter: str, rule: Rule, method: str = "GET", side: str = "own", query: str = "") -> TestResponse:
    """Ask for an address as one reader; an error of the service fails the test."""
    values = world.values[side]
    _, path = rule.build({name: values[name] for name in rule.arguments}) or ("", "")
    asked, sent = ASKED.get(rule.endpoint), SENT.get(rule.endpoint)
    data = None if method == "GET" else {sent[0]: values[sent[1]]} if sent else {}
    client = world.app.test_client(use_cookies=False)
    answer = client.open(
        path + (f"?{asked}={values[asked]}" if asked else query),
        method=method,
        headers={"Cookie": f"engagement={world.cookies[letter]}"} if letter in world.cookies else {},
        data=data,
    )
    assert answer.status_code < 500 or rule.endpoint == "operation.readyz", f"{method} {path} as {letter}"
    return answer


def is_let_in(answer: TestResponse, endpoint: str) -> bool:
    to_sign_in = answer.status_code == 302 and answer.location.startswith("/login") and endpoint != "sign_in.sign_out"
    return answer.status_code not in (401, 403, 404) and not to_sign_in


def rules_of(app: Flask, method: str) -> list[Rule]:
    return [r for r in app.url_map.iter_rules() if r.endpoint not in FILES and method in (r.methods or ())]


def has_sides(rule: Rule) -> bool:
    return bool(set(rule.arguments) - SIDELESS) or rule.endpoint in ASKED
