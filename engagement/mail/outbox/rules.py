"""The outcomes of one run of sending, counted."""

from dataclasses import dataclass

from engagement.mail.rules import DeliveryState


@dataclass
class Counts:
    """The outcomes of one run, counted. `trouble` is the mail server's answer when it took nothing at all."""

    sent: int = 0
    deferred: int = 0
    bounced: int = 0
    suppressed: int = 0
    unknown: int = 0
    trouble: str | None = None

    @property
    def total(self) -> int:
        """How many deliveries were dealt with."""
        return self.sent + self.deferred + self.bounced + self.suppressed + self.unknown

    def in_words(self) -> dict[str, int]:
        """Return the outcomes that happened, with their counts."""
        numbers = {state: getattr(self, state.value) for state in DeliveryState if state.is_final}
        numbers[DeliveryState.DEFERRED] = self.deferred
        return {state.word.lower(): number for state, number in numbers.items() if number}

    def add(self, state: DeliveryState) -> None:
        setattr(self, state.value, getattr(self, state.value) + 1)
