"""Changes of training: library, assignments, questions after moves, modules, curricula, completions."""

from engagement.training.actions.assigning import AssignmentCounts, settle_assignments
from engagement.training.actions.completing import answer_quiz, record_completion, report_done
from engagement.training.actions.curricula import Place, arrange_curriculum, check_places
from engagement.training.actions.due_days import give_own_due_day
from engagement.training.actions.leftovers import (
    decide_leftovers,
    is_own_to_take_back,
    overdue_leftovers,
    settle_leftovers,
    take_back_decision,
)
from engagement.training.actions.library import LibraryCounts, settle_library
from engagement.training.actions.modules import check_module, edit_module, write_module
from engagement.training.actions.questions import Answer, put_question, take_out_question

__all__ = [
    "Answer",
    "AssignmentCounts",
    "LibraryCounts",
    "Place",
    "answer_quiz",
    "arrange_curriculum",
    "check_module",
    "check_places",
    "decide_leftovers",
    "edit_module",
    "give_own_due_day",
    "is_own_to_take_back",
    "overdue_leftovers",
    "put_question",
    "record_completion",
    "report_done",
    "settle_assignments",
    "settle_leftovers",
    "settle_library",
    "take_back_decision",
    "take_out_question",
    "write_module",
]
