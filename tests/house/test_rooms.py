"""Each room keeps to five words and to sub-rooms that hold the same ones, and no package lists names a second time."""

import ast
import tomllib

from house.shape import PACKAGE, ROOT

WORDS = {"rules", "models", "scopes", "queries", "actions"}
#: Floors, doors and the ground have other shapes; the starter library in `content` is read from files.
NO_ROOMS = {"backup", "commands", "content", "days", "demo", "pages", "scheduler", "static"}


def inside(room: str) -> set[str]:
    """Return the names of the modules and folders that stand in a folder of the package."""
    return {entry.stem for entry in (PACKAGE / room).iterdir() if not entry.name.startswith("__")}


def rooms() -> set[str]:
    return {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} - NO_ROOMS


def beside(room: str) -> set[str]:
    """Return what is neither one of the five words in a room nor a sub-room that holds nothing but them."""
    others = inside(room) - WORDS
    return {name for name in others if not (PACKAGE / room / name).is_dir() or inside(f"{room}/{name}") - WORDS}


def test_a_room_holds_the_five_words_and_sub_rooms_of_the_same():
    more = {room: beside(room) for room in rooms()}
    assert {room: names for room, names in more.items() if names} == {}


def test_no_package_of_a_room_lists_names_a_second_time():
    listing = {
        str(path.parent.relative_to(PACKAGE))
        for room in rooms()
        for path in (PACKAGE / room).rglob("__init__.py")
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(path.read_text())))
    }
    assert listing == set()


def contract(begins: str) -> dict[str, list[str]]:
    """Return the contract of import-linter whose name begins so."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return next(each for each in told["tool"]["importlinter"]["contracts"] if each["name"].startswith(begins))


def modules(word: str) -> set[str]:
    """Return the modules of the package with one of the five words, a file or a folder."""
    found = {path.relative_to(ROOT).with_suffix("") for path in PACKAGE.rglob(f"{word}.py")}
    found |= {path.parent.relative_to(ROOT) for path in PACKAGE.rglob(f"{word}/__init__.py")}
    return {".".join(path.parts) for path in found}


def test_every_room_and_sub_room_is_held_to_the_order_of_the_words():
    folders = {f"{room}/{name}" for room in rooms() for name in inside(room) - WORDS if inside_words(f"{room}/{name}")}
    named = {f"engagement.{place.replace('/', '.')}" for place in rooms() | folders}
    assert named - set(contract("Inside a room and a sub-room")["containers"]) == set()


def test_every_rule_is_pure_and_no_table_asks():
    assert modules("rules") - set(contract("Rules are pure")["source_modules"]) == set()
    assert modules("models") - set(contract("Models know no queries")["source_modules"]) == set()


def test_the_contracts_name_each_module_once_and_in_order():
    for begins, key in (
        ("Rules are pure", "source_modules"),
        ("Inside a room and a sub-room", "containers"),
        ("Models know no queries", "source_modules"),
    ):
        named = contract(begins)[key]
        assert named == sorted(set(named)), begins


def inside_words(place: str) -> bool:
    return (PACKAGE / place).is_dir() and bool(inside(place)) and inside(place) <= WORDS
