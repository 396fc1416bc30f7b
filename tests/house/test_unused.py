"""No function and no class is left that nothing in the service uses; what only tests call counts as left over.

A name is used when it stands anywhere else in the package, a template or a script. vulture would see a little more, but needs a
list of everything that templates, forms and routes call, which this has no need of.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from house.shape import PACKAGE, ROOT

#: Decorators that call nothing by themselves; any other one, such as a route or a check of a setting, uses what it stands on.
PLAIN = {"property", "classmethod", "staticmethod", "cache", "contextmanager", "cached_property", "dataclass"}
#: Libraries call these by their names.
CALLED_BY_LIBRARIES = {
    "Meta", "_create_server", "collect", "get_id", "get_translations", "gettext", "handle_DATA", "handle_data", "handle_endtag", "handle_starttag", "ngettext",
    "parseDocument", "pre_validate", "process_bind_param", "process_result_value", "validate_sender", "validate_source", "writable",
}  # fmt: skip
#: Tests add people one by one and ask who is late; the service asks for more at once.
ASKED_BY_TESTS = {"add_person", "overdue_learners"}


def words() -> Counter[str]:
    """Return how often each word stands in what runs."""
    places = [
        *PACKAGE.rglob("*.py"),
        *(ROOT / "templates").rglob("*.*"),
        *PACKAGE.rglob("static/*.js"),
        ROOT / "wsgi.py",
    ]
    return Counter(word for path in places for word in re.findall(r"\w+", path.read_text(encoding="utf-8")))


def defined() -> Iterator[str]:
    """Yield the names of functions and classes that nothing uses by where it stands."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                by_others = [ast.unparse(mark).partition("(")[0] for mark in node.decorator_list]
                if set(by_others) <= PLAIN and not node.name.startswith("__"):
                    yield node.name


def test_nothing_is_left_that_nothing_uses():
    found = words()
    unused = {name for name in defined() if found[name] == 1}
    assert unused - CALLED_BY_LIBRARIES - ASKED_BY_TESTS == set()
