"""The words that the service itself says in messages: complete in every language, with the same places for values."""

import re
from datetime import date
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


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "Tuesday 12 May"), ("de", "Dienstag, 12. Mai"), ("fr", "mardi 12 mai"), ("pl", "wtorek 12 maja")],
)
def test_days_and_lists_are_written_as_the_language_does(language: str, written: str) -> None:
    frame = frame_in(language)
    assert frame.day(date(2026, 5, 12)) == written
    assert frame.day(date(2027, 5, 11), with_year=True).endswith(" 2027")
    assert [frame.listed(things) for things in ([], ["a"], ["a", "b", "c"])] == [
        "",
        "a",
        f"a, b {frame.words['list_end']} c",
    ]


@pytest.mark.parametrize("text", ["a: [", "- a", "why: x\nweekdays: [Monday]\nmonths: [May]"])
def test_a_file_that_makes_no_sense_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"xx\.yaml"):
        read_frame(path)
