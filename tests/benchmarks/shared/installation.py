"""A Python with the packages of an installation: those of the tests would be loaded by others if they were there."""

import re
import venv
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def installed(folder: Path) -> Path:
    """Make it in a folder, of links to what is installed here, and return its command."""
    venv.create(folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    needed, _, _ = (ROOT / "requirements.txt").read_text(encoding="utf-8").partition("── Needed to test")
    for name in re.findall(r"^([\w.-]+)==", needed, re.MULTILINE):
        there = distribution(name)
        for part in {file.parts[0] for file in there.files or ()} - {"..", "__pycache__"}:
            (packages / part).symlink_to(str(there.locate_file(part)))
    return folder / "bin" / "python"
