"""The words that the service itself says in messages: complete in every language, with the same places for values."""

import re
from pathlib import Path

import pytest

from engagement.content.frames import FOLDER, frame_in, frames_by_language, read_frame
from engagement.errors import BadInput


def test_every_language_says_everything_with_the_same_values() -> None:
    frames = frames_by_language()
    assert set(frames) == {path.stem for path in FOLDER.glob("*.yaml")}
    places = {key: set(re.findall(r"\{(\w+)\}", words)) for key, words in frames["en"].words.items()}
    for language, frame in frames.items():
        found = {key: set(re.findall(r"\{(\w+)\}", words)) for key, words in frame.words.items()}
        assert found == places, language
        assert all(words.strip() for words in frame.words.values()), language


def test_a_language_without_a_file_is_said_in_its_base_or_in_english() -> None:
    assert [frame_in(tag).language for tag in ("de", "de-AT", "DE", "tlh")] == ["de", "de", "de", "en"]


@pytest.mark.parametrize("text", ["a: [", "- a", "- why: x", "why: '"])
def test_a_file_that_makes_no_sense_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"xx\.yaml"):
        read_frame(path)
