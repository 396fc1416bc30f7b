"""Changes of training: settling library, assignments and what moves leave behind, rewriting modules, finishing them."""

from engagement.training.actions.assigning import AssignmentCounts, settle_assignments
from engagement.training.actions.completing import answer_quiz, record_completion, report_done
from engagement.training.actions.due_days import give_own_due_day
from engagement.training.actions.leftovers import (
    decide_leftovers,
    is_own_to_take_back,
    settle_leftovers,
    take_back_decision,
)
from engagement.training.actions.library import LibraryCounts, settle_library
from engagement.training.actions.modules import check_module, edit_module

__all__ = [
    "AssignmentCounts",
    "LibraryCounts",
    "answer_quiz",
    "check_module",
    "decide_leftovers",
    "edit_module",
    "give_own_due_day",
    "is_own_to_take_back",
    "record_completion",
    "report_done",
    "settle_assignments",
    "settle_leftovers",
    "settle_library",
    "take_back_decision",
]
