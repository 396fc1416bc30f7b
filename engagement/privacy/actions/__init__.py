"""Changes for privacy: erasing a person, setting how long records are kept, and deleting old ones."""

from engagement.privacy.actions.erasing import Erasure, erase_person
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.privacy.actions.retention import apply_retention, keep_for

__all__ = ["Erasure", "apply_retention", "erase_outsider", "erase_person", "keep_for"]
