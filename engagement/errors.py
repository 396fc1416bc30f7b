"""The errors that a room may raise; each carries a sentence for the person who caused it."""

from collections.abc import Mapping


class EngagementError(Exception):
    """Something that the service refuses, with the reason in words for the user."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(EngagementError):
    """The reader's roles do not cover this."""


class BeyondReach(NotAllowed):
    """What the rights of whoever asks don't cover, as they are signed in now."""


class AsksSignIn(NotAllowed):
    """What is asked for needs more than a link in a message: the password, or a fresh link."""


class SignedOut(NotAllowed):
    """The session ended before a form was sent."""


class NotFound(EngagementError):
    """The thing does not exist, or the reader must not learn that it does."""


class RuleBroken(EngagementError):
    """A rule of the domain forbids the change; nothing was written."""


class BadInput(EngagementError):
    """What was typed or sent cannot be used.

    `problems` maps the name of a field to the sentence that stands above it.
    """

    def __init__(self, sentence: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.problems = dict(problems or {})


class TooMany(BadInput):
    """Something was tried too often; `retry_after` is in how many seconds it may be tried again."""

    def __init__(self, sentence: str, problems: Mapping[str, str] | None = None, *, retry_after: int) -> None:
        super().__init__(sentence, problems)
        self.retry_after = retry_after
