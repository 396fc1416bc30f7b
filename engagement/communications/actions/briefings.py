"""The briefing of a wave, taken from the starter library when the wave has none."""

from engagement.accounts.models import Account
from engagement.audiences.actions import audience_of_wave
from engagement.audit import Actor
from engagement.communications.actions.calendar import make_communication
from engagement.communications.models import Communication, Details
from engagement.communications.queries.calendar import briefing_of
from engagement.communications.rules import CommunicationKind
from engagement.communications.texts.queries.outlines import standard_outlines
from engagement.waves.models import Wave


def bring_briefing(
    wave: Wave, *, owner: Account, approver: Account | None, timezone: str, holiday_country: str, by: Actor
) -> Communication:
    """Return the wave's briefing; if it has none, make the standard one, without a cadence.

    `timezone` (IANA) is the zone of its sending times. Raises BadInput as `make_communication` does.
    """
    present = briefing_of(wave.id)
    if present is not None:
        return present
    starter = standard_outlines()[CommunicationKind.DEPARTMENT_BRIEFING]
    details = Details(
        CommunicationKind.DEPARTMENT_BRIEFING,
        f"{starter.title}, wave {wave.number}",
        audience_of_wave(wave, by=by),
        owner,
        approver,
        wave=wave,
        at=starter.at,
        timezone=timezone,
        holiday_country=holiday_country,
        write_lead_days=starter.write_lead_days,
        is_required=starter.is_required,
    )
    return make_communication(wave.programme, details, by=by)
