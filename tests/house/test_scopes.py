"""Who may do what is said in rooms: scopes know little, and no page works out a right by itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "engagement"
#: What stands on the ground, below every room.
GROUND = {"audit", "db", "reach", "errors", "clock", "words", "days", "verbs", "settings"}
SCOPES = sorted(path for path in ROOT.rglob("*.py") if path.name == "scopes.py" or path.parent.name == "scopes")
PAGES = sorted((ROOT / "pages").rglob("*.py"))


def imported(path: Path) -> Iterator[list[str]]:
    """Yield each name that a file imports of the service, in parts and without the first."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("engagement"):
            for alias in node.names:
                yield [*(node.module or "").split("."), alias.name][1:]


def is_fit_for_scopes(name: list[str], room: str) -> bool:
    """Say whether scopes of a room may know this: the ground, own rules, models and scopes, models and scopes of others.

    Accounts' scopes are how far a reader's rights go; to other rooms that comes as a value.
    """
    first, second = name[0], name[1] if len(name) > 1 else ""
    if first in GROUND:
        return True
    if first == room:
        # Of its own sub-rooms too.
        return not {"rules", "models", "scopes"}.isdisjoint(name[1:3])
    return second in ("models", "scopes") and (first, second) != ("accounts", "scopes")


@pytest.mark.parametrize("path", SCOPES, ids=lambda path: str(path.relative_to(ROOT)))
def test_scopes_know_the_ground_and_tables_alone(path: Path):
    room = path.relative_to(ROOT).parts[0]
    assert [".".join(name) for name in imported(path) if not is_fit_for_scopes(name, room)] == []


def test_every_room_with_rows_of_its_own_place_has_scopes():
    assert {path.relative_to(ROOT).parts[0] for path in SCOPES} == {
        "accounts",
        "adoption",
        "audiences",
        "communications",
        "consultations",
        "intake",
        "mail",
        "notices",
        "people",
        "planning",
        "programmes",
        "readiness",
        "reports",
        "resistance",
        "stakeholders",
        "training",
        "value",
        "waves",
    }


def rights_worked_out(path: Path) -> list[str]:
    """Return what a page says of rights by itself: roles of a reader, refusals of its own, the insides of a reach."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in (
            "in_programmes",
            "in_waves",
            "in_departments",
            "everywhere",
            "leads_waves",
            "sponsors_programmes",
            "heads",
            "around",
        ):
            found.append(node.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name in ("abort", "BeyondReach", "Reach"):
                found.append(name)
            if name in ("has", "reach") and "reader" in ast.unparse(node.func):
                found.append(ast.unparse(node.func))
    return found


def test_no_page_works_out_a_right():
    said = {str(path.relative_to(ROOT)): rights_worked_out(path) for path in PAGES}
    assert {path: words for path, words in said.items() if words} == {}
