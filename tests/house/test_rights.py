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


def test_a_wave_becomes_ready_and_goes_live_through_readiness_alone():
    """Whoever took these steps elsewhere would pass by what stands against them."""
    taking = set()
    for file in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("waves.go_live", "waves.change_status"):
                step = ast.unparse(node)
                if "go_live" in step or "WaveStatus.READY" in step or "WaveStatus.LIVE" in step:
                    taking.add(str(file.relative_to(ROOM)))
    assert taking == {"readiness/actions.py"}
