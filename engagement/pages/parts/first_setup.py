"""Where a step of first setup leads: back to the list while a step is left, else to what was made."""

from werkzeug.wrappers import Response as BaseResponse

from engagement.attention.setup.queries import setup_states
from engagement.pages.parts.saving import Saved

START = "today.index"


def is_setting_up() -> bool:
    """Return whether a step of first setup is left."""
    return any(not state.is_settled for state in setup_states())


def lead_on(saved: Saved, endpoint: str, says: str = "", more: str = "", **values: object) -> BaseResponse:
    """Lead to the list of first setup while a step is left, else as `Saved.to` does, with the same notice."""
    if is_setting_up():
        return saved.to(START, says, more)
    return saved.to(endpoint, says, more, **values)
