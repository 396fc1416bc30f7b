"""Templates are compiled once, again when their text changed, and drawn whether or not they can be kept."""

import stat
from pathlib import Path

from jinja2 import DictLoader, Environment

from engagement.pages.frame.templates import CompiledTemplates


def drawn(text: str, folder: Path) -> str:
    """What a new process draws from this text."""
    loader = DictLoader({"page.html": text})
    return Environment(loader=loader, bytecode_cache=CompiledTemplates(str(folder))).get_template("page.html").render()


def test_a_template_is_kept_until_its_text_changes(tmp_path):
    assert [drawn(text, tmp_path) for text in ("one", "one", "two", "two")] == ["one", "one", "two", "two"]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_template_is_drawn_where_nothing_can_be_kept(tmp_path):
    assert drawn("one", tmp_path / "missing") == "one"


def test_what_pages_compile_lies_in_the_closed_instance_folder(client, app):
    client.get("/login")
    folder = Path(app.instance_path) / "templates"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert any(folder.iterdir())
