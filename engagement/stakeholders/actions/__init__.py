"""Changes of the stakeholder map, private notes, and champions."""

from engagement.stakeholders.actions.appointing import appoint_champion, release_champion
from engagement.stakeholders.actions.mapping import add_stakeholder, change_stakeholder, put_back, remove_stakeholder
from engagement.stakeholders.actions.notes import forget_words_about, forget_words_of, withdraw_note, write_note

__all__ = [
    "add_stakeholder",
    "appoint_champion",
    "change_stakeholder",
    "forget_words_about",
    "forget_words_of",
    "put_back",
    "release_champion",
    "remove_stakeholder",
    "withdraw_note",
    "write_note",
]
