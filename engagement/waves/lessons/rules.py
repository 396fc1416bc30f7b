"""The vocabulary of lessons, and reading them from lines."""

from engagement.vocabulary import Worded

LONGEST_LESSON, MOST_LESSONS = 300, 20


class LessonKind(Worded):
    """Whether to do something again, or otherwise."""

    WENT_WELL = "went_well", "Went well"
    TO_CHANGE = "to_change", "Do it otherwise"


def lessons_in(text: str) -> list[str]:
    """Return the lessons of a text with one a line, each once, without bullets."""
    lines = [line.strip().lstrip("-*•").strip() for line in text.splitlines()]
    return list(dict.fromkeys(line for line in lines if line))


def problem_with(lines: list[str]) -> str:
    """Say what is wrong with lessons of one kind; "" if nothing is."""
    if len(lines) > MOST_LESSONS:
        return f"Keep to {MOST_LESSONS} lines; there are {len(lines)}. The few that matter are read."
    longest = max((len(line) for line in lines), default=0)
    if longest > LONGEST_LESSON:
        return f"Shorten each line to {LONGEST_LESSON} characters; the longest has {longest:,}."
    return ""
