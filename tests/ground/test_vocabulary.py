"""Values that bring their words: what is stored stays bare, and pages can draw every state of the service."""

import json
import re
from importlib import import_module

import pytest
from house.shape import PACKAGE, ROOT

from engagement.vocabulary import State, Worded


class Parcel(State):
    PACKED = "packed", "", "open"
    ON_ITS_WAY = "on_its_way", "", "live", "send"
    LOST = "lost", "Not to be found", "bad", "cross"


def test_a_value_is_stored_bare_and_found_again_by_it():
    assert [parcel.value for parcel in Parcel] == ["packed", "on_its_way", "lost"]
    assert (Parcel("lost"), json.dumps([Parcel.LOST]), f"{Parcel.LOST}") == (Parcel.LOST, '["lost"]', "lost")
    with pytest.raises(ValueError, match="Not to be found"):
        Parcel("Not to be found")


def test_a_word_that_is_not_given_is_the_value_with_a_capital():
    assert [parcel.word for parcel in Parcel] == ["Packed", "On its way", "Not to be found"]
    assert [(parcel.tone, parcel.icon) for parcel in Parcel] == [("open", ""), ("live", "send"), ("bad", "cross")]


def kinds() -> list[type[Worded]]:
    """Return every vocabulary of the rooms that brings its words."""
    for path in PACKAGE.rglob("rules.py"):
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return [kind for kind in (*Worded.__subclasses__(), *State.__subclasses__()) if kind not in (State, Parcel)]


def test_pages_can_draw_every_state_of_the_service():
    states = [value for kind in kinds() for value in kind if isinstance(value, State)]
    tones = {"", *re.findall(r"\.pill-(\w+)", (PACKAGE / "static" / "engagement.css").read_text(encoding="utf-8"))}
    icons = {"", *re.findall(r'id="i-([\w-]+)"', (ROOT / "templates" / "base.html").read_text(encoding="utf-8"))}
    assert [state for state in states if state.tone not in tones or state.icon not in icons] == []
    assert len(states) > 30


def test_values_of_a_vocabulary_are_told_apart_by_their_words():
    alike = {kind.__name__ for kind in kinds() if len({value.word for value in kind}) < len(kind)}
    # Whether a worker has claimed a message that waits is nothing to readers.
    assert alike == {"DeliveryState"}
