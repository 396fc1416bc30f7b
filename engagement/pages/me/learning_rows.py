"""A module in lists of training: in words, how far somebody is, and whether a move touches it."""

from dataclasses import dataclass

from engagement.pages.frame.formats import short_day
from engagement.pages.parts.learning_words import learning_words
from engagement.training.queries.learning import LearningItem
from engagement.training.rules import ItemKind
from engagement.words import number_word


@dataclass(frozen=True)
class LearningRow:
    """A module in the list: the item, how far the reader is, and a note on a move."""

    item: LearningItem
    words: str
    note: str = ""


def learning_row(item: LearningItem) -> LearningRow:
    """Return an item with its state in words."""
    return LearningRow(item, learning_words(item), _note(item))


def _note(item: LearningItem) -> str:
    """Say how an item counts if it is not simply required, and whether a move touches it; "" for neither."""
    return "; ".join(words for words in (_kind_words(item), _moved_words(item)) if words)


def _kind_words(item: LearningItem) -> str:
    if item.kind is ItemKind.OPTIONAL:
        return "optional"
    if item.kind is ItemKind.CHOICE and item.is_needed:
        return f"one of a choice; {number_word(item.choices_left)} of them {'is' if item.choices_left == 1 else 'are'} asked"
    return "optional, since your choice is made" if item.is_optional else ""


def _moved_words(item: LearningItem) -> str:
    """Say that an item is recognised from before, waits, is kept, or has a due day of its own; "" for none of these."""
    if item.is_recognised and item.completion is not None:
        where = f" in {item.recognised_in.title}" if item.recognised_in else ""
        return f"recognised, completed on {short_day(item.completion.completed_at)}{where}"
    if item.has_own_day and item.is_needed:
        return "on a day of your own"
    if item.waits and item.wait is not None:
        return f"waits while you are left to settle with {item.wait.wave_title}"
    return f"kept from {item.wave.title}" if item.is_kept and item.wave and not item.completed else ""
