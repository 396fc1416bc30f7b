"""The errors that a room may raise, each with a sentence for the person who caused it."""

from collections.abc import Mapping


class EngagementError(Exception):
    """The service refuses something; the reason is in words for the user."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(EngagementError):
    """The reader's roles don't allow this."""


class BeyondReach(NotAllowed):
    """The reader's rights, in this session, don't cover this; one of the `roles` would."""

    def __init__(self, sentence: str, roles: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.roles = roles


class AsksSignIn(NotAllowed):
    """This needs more than a link in a message: the password, or a fresh link."""


class SignedOut(NotAllowed):
    """The session ended before a form was sent."""


class NotFound(EngagementError):
    """The thing does not exist, or the reader must not learn that it does."""


class RuleBroken(EngagementError):
    """A rule of the domain forbids the change; nothing was written."""


class BadInput(EngagementError):
    """Typed or sent values can't be used.

    `problems` maps the name of a field to the sentence above it.
    """

    def __init__(self, sentence: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.problems = dict(problems or {})


class TooMany(BadInput):
    """Something was tried too often; it may be tried again in `retry_after` seconds."""

    def __init__(self, sentence: str, problems: Mapping[str, str] | None = None, *, retry_after: int) -> None:
        super().__init__(sentence, problems)
        self.retry_after = retry_after
