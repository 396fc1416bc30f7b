"""The service's own words in messages, in each language with a file in `content/frames`; read-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from engagement.content.library import LIBRARY
from engagement.errors import BadInput

FOLDER = LIBRARY / "frames"
#: The service's own language, used for languages without a file.
FIRST = "en"


@dataclass(frozen=True)
class Frame:
    """The words around a text in one language, by key; values replace keys in single braces."""

    language: str
    words: Mapping[str, str]

    def say(self, key: str, **values: str) -> str:
        """Return the words of a key, with these values filled in."""
        return self.words[key].format(**values)


def frame_in(language: str) -> Frame:
    """Return the words in this language or its base ("pt" for "pt-BR"), or in English if there is no file."""
    frames = frames_by_language()
    return frames.get(language.partition("-")[0].lower(), frames[FIRST])


@lru_cache(maxsize=1)
def frames_by_language(folder: Path = FOLDER) -> dict[str, Frame]:
    """Return every language's words, read once a process.

    Raises BadInput that names the file and the keys that it lacks compared with the English one.
    """
    first = read_frame(folder / f"{FIRST}.yaml")
    found = {FIRST: first}
    for path in sorted(folder.glob("*.yaml")):
        found[path.stem] = frame = read_frame(path)
        missing = first.words.keys() ^ frame.words.keys()
        if missing:
            raise BadInput(f"{path.name}: “{min(missing)}” is in only one of this file and {FIRST}.yaml.")
    return found


def read_frame(path: Path) -> Frame:
    """Return the words of a file; raise BadInput that names the file if it can't be read."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise BadInput(f"{path.name} can’t be read as YAML.") from None
    if not isinstance(values, dict):
        raise BadInput(f"{path.name} holds no keys with words.")
    return Frame(path.stem, {key: str(words) for key, words in values.items()})
