"""The shape of the code: files, functions and arrows between halls, counted for the README and held by `test_shape`.

`python tests/house/shape.py` prints the counts.
"""

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "engagement"


@dataclass(frozen=True)
class Function:
    """A function: where it stands, its lines with docstring, and its parameters without self."""

    place: str
    lines: int
    parameters: int


def files() -> dict[str, int]:
    """Return the lines of each file of the package by its path."""
    return {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def functions() -> Iterator[Function]:
    """Yield every function of the package, methods too."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                named = [argument.arg for argument in given if argument.arg not in ("self", "cls")]
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield Function(f"{path.relative_to(ROOT)}:{node.name}", lines, len(named))


def arrows_between_halls() -> list[str]:
    """Return the imports from one hall of pages into another."""
    halls = PACKAGE / "pages"
    found = set()
    for path in halls.rglob("*.py"):
        here = path.relative_to(halls).parts[0]
        if here in ("frame", "parts", "__init__.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("engagement.pages."):
                there = (node.module or "").split(".")[2]
                if there not in (here, "frame", "parts"):
                    found.add(f"{here} → {there}")
    return sorted(found)


def counts() -> str:
    """Return the counts in a sentence for each."""
    sizes, all_functions = files(), list(functions())
    largest = max(sizes.items(), key=lambda each: each[1])
    longest = max(all_functions, key=lambda each: each.lines)
    return "\n".join(
        (
            f"{len(sizes)} files with {sum(sizes.values()):,} lines; median {statistics.median(sizes.values()):.0f}, "
            f"largest {largest[1]} ({largest[0]}).",
            f"{len(all_functions):,} functions; median {statistics.median(f.lines for f in all_functions):.0f} lines, "
            f"longest {longest.lines} ({longest.place}).",
            f"Arrows between halls: {', '.join(arrows_between_halls())}.",
        )
    )


if __name__ == "__main__":
    print(counts())
