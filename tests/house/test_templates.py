"""Templates can be read in a diff, and decide nothing."""

from pathlib import Path

TEMPLATES = sorted((Path(__file__).parents[2] / "templates").rglob("*.html"))
LONGEST_LINE = 160


def test_no_line_is_longer_than_a_diff_can_show():
    long = [
        f"{path.relative_to(path.parents[2])}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]
    assert TEMPLATES
    assert long == []
