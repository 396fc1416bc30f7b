"""Vocabularies whose values bring the words that readers see.

The value alone is stored, and never changes. Its word, tone and icon may.
"""

from enum import StrEnum
from typing import Self


class Worded(StrEnum):
    """A value with the word that readers see; without one given, that is the value with a capital."""

    word: str

    def __new__(cls, value: str, word: str = "", *_looks: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.word = word or value.replace("_", " ").capitalize()
        return member


class State(Worded):
    """A state that pages show as a pill, with a tone that colours it and an icon; without one the tone chooses its own."""

    tone: str
    icon: str

    def __init__(self, _value: str, _word: str = "", tone: str = "", icon: str = "") -> None:
        self.tone, self.icon = tone, icon


class LogStyle(StrEnum):
    """How log lines are written: for eyes or for machines."""

    CONSOLE = "console"
    JSON = "json"
