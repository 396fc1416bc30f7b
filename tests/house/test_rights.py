"""Who may name a lead or a sponsor: rights follow from it, so one place alone does."""

import ast
from pathlib import Path

ROOM = Path(__file__).parents[2] / "engagement"
POSTS = {"lead", "sponsor", "lead_id", "sponsor_id"}


def _gives_posts(file: Path) -> bool:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        targets = node.targets if isinstance(node, ast.Assign) else []
        flat = [part for target in targets for part in ast.walk(target)]
        if any(isinstance(part, ast.Attribute) and part.attr in POSTS for part in flat):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if name in ("Wave", "Programme", "values") and POSTS & {keyword.arg for keyword in node.keywords}:
                return True
    return False


def test_posts_are_given_in_one_place():
    giving = [str(file.relative_to(ROOM)) for file in sorted(ROOM.rglob("*.py")) if _gives_posts(file)]
    assert giving == ["accounts/posts/actions.py"]


def _takes_step(node: ast.AST) -> bool:
    """Whether a call makes a wave ready or live by the wave's own actions, by whatever name these were imported."""
    if not isinstance(node, ast.Call):
        return False
    called, whole = ast.unparse(node.func), ast.unparse(node)
    if called.rpartition(".")[2] == "go_live":
        return called != "readiness.go_live"
    return called.rpartition(".")[2] == "change_status" and any(f"WaveStatus.{to}" in whole for to in ("READY", "LIVE"))


def test_a_wave_becomes_ready_and_goes_live_through_readiness_alone():
    """Whoever took these steps elsewhere would pass by what stands against them."""
    taking = {
        str(file.relative_to(ROOM))
        for file in sorted(ROOM.rglob("*.py"))
        if any(_takes_step(node) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    }
    assert taking == {"readiness/actions.py", "waves/actions.py"}
