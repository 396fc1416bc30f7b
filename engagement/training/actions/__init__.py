"""Changes of training: settling library and assignments, rewriting modules, and finishing them."""

from engagement.training.actions.assigning import AssignmentCounts, settle_assignments
from engagement.training.actions.completing import answer_quiz, record_completion, report_done
from engagement.training.actions.library import LibraryCounts, settle_library
from engagement.training.actions.modules import check_module, edit_module

__all__ = [
    "AssignmentCounts",
    "LibraryCounts",
    "answer_quiz",
    "check_module",
    "edit_module",
    "record_completion",
    "report_done",
    "settle_assignments",
    "settle_library",
]
