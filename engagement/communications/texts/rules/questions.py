"""What keeps the question of a message from being asked, in its own language and in others."""

from engagement.content.question import ReaderQuestion


def question_problems(asked: ReaderQuestion, *, is_confirmed: bool) -> list[str]:
    """Return a sentence for each problem with a message's question; none without one. `is_confirmed`: readers are asked to confirm."""
    if not asked.is_begun:
        return []
    found = [*asked.problems.values(), *_fields_in(asked)]
    if not is_confirmed:
        found.append(
            "It is answered where readers confirm that they have read it, so let them confirm, or take it out."
        )
    return [f"Question: {sentence}" for sentence in found]


def translated_problems(translated: ReaderQuestion, own: ReaderQuestion) -> list[str]:
    """Return the same for a translation of a message whose own question this is."""
    if not own.is_begun:
        return []
    if not translated.is_begun:
        return ["Question: it is missing in this language."]
    whole = ReaderQuestion(translated.question, translated.answers, own.right_answer, translated.why)
    problems = whole.problems
    if len(whole.choices) != len(own.choices):
        problems["answers"] = "Write as many answers as the message itself has, in the same order."
    if whole.question == own.question:
        problems["question"] = "It is still the one that it is a translation of."
    # Which one is right is said once, with the message itself.
    problems.pop("right_answer", None)
    return [f"Question: {sentence}" for sentence in (*problems.values(), *_fields_in(whole))]


def _fields_in(asked: ReaderQuestion) -> list[str]:
    texts = (asked.question, asked.answers, asked.why)
    return (
        ["Merge fields can’t stand in it: everybody reads the same words."]
        if any("{{" in each for each in texts)
        else []
    )
