"""How far somebody is with a module, in words."""

from engagement.pages.frame.formats import short_day
from engagement.training.models import Completion
from engagement.training.queries.learning import LearningItem
from engagement.training.rules import CompletionSource


def learning_words(item: LearningItem) -> str:
    """Say how far somebody is: "Passed 9 April", "By 5 May", "After “Working with …”"."""
    if item.completion is not None:
        return finished_words(item.completion)
    if item.waits and item.wait is not None and item.wait.begins_on is not None:
        return f"Later, from {short_day(item.wait.begins_on)}"
    if item.is_overdue and item.due_on is not None:
        return f"Was due {short_day(item.due_on)}"
    if item.is_locked and item.after is not None:
        return f"After “{item.after.title}”"
    if item.is_needed and item.due_on is not None:
        return f"By {short_day(item.due_on)}"
    return item.state.word


def finished_words(completion: Completion) -> str:
    """Say that a module was finished and when."""
    word = "Passed" if completion.source is CompletionSource.QUIZ else "Done"
    return f"{word} {short_day(completion.completed_at)}"
