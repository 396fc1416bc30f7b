"""The marks that keep somebody from answering twice, and what is wrong with an answer: pure functions."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from engagement.waves.impacts.rules import MOST_POINTS, Aspect

LONGEST_SENTENCE = 300


@dataclass(frozen=True)
class Own:
    """What somebody says of one aspect: points, and a sentence or ""."""

    score: int
    sentence: str = ""


def mark_of(secret: str, assessment_id: int, person_id: int) -> str:
    """Return the mark that somebody answered a version, 64 characters; without the service's secret it names nobody."""
    message = sha256(f"impact answer {assessment_id} {person_id}".encode()).digest()
    return hmac.digest(secret.encode(), message, "sha256").hex()


def answer_problems(said: Mapping[Aspect, Own], unjudged: Mapping[Aspect, str]) -> dict[str, str]:
    """Return what is wrong with an answer, by field; `unjudged` are the sentences about aspects without points."""
    problems = {
        f"score_{aspect}": "Choose how much it changes for you, because there are words about it."
        for aspect, sentence in unjudged.items()
        if sentence
    }
    for aspect, own in said.items():
        if not 0 <= own.score <= MOST_POINTS:
            problems[f"score_{aspect}"] = f"Choose 0 to {MOST_POINTS}."
        if len(own.sentence) > LONGEST_SENTENCE:
            problems[f"words_{aspect}"] = (
                f"Shorten this to {LONGEST_SENTENCE} characters; it has {len(own.sentence):,}."
            )
    if not said and not problems:
        problems[f"score_{Aspect.TASKS}"] = "Choose for at least one part of your work how much it changes."
    return problems
