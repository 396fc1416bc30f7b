"""How templates are read: strictly, and each of them compiled once for all processes of this machine."""

from contextlib import suppress
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from jinja2.bccache import Bucket


class CompiledTemplates(FileSystemBytecodeCache):
    """Keeps templates as Python's bytecode in a folder; one whose text has changed since is compiled anew."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template; when the disk is full, pages are drawn without."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def register(app: Flask) -> None:
    """Set up the templates' environment; what is compiled lies in the instance folder."""
    folder = Path(app.instance_path) / "templates"
    folder.mkdir(mode=0o700, exist_ok=True)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = CompiledTemplates(str(folder))
