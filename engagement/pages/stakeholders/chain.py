"""The page of the sponsor chain: from the sponsor to each department of a wave, with its gaps in words."""

from collections.abc import Sequence

from flask import render_template
from sqlalchemy import and_

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.lists import Asked
from engagement.pages.stakeholders import blueprint
from engagement.stakeholders.chain.queries import Chain, chains_of
from engagement.waves.models import Wave
from engagement.waves.queries import waves_visible
from engagement.waves.rules import WaveStatus
from engagement.waves.scopes import waves_within
from engagement.words import number_word, plural


@blueprint.get("/stakeholders/chain")
def chain() -> str:
    """Show who stands between the sponsor and each department of the open waves."""
    reader, asked = guard.reader(), Asked()
    maps = rights.reading_maps(reader)
    guard.allow_places(maps)
    is_open = Wave.status.not_in((WaveStatus.CLOSED, WaveStatus.CANCELLED))
    waves = sorted(waves_visible(and_(waves_within(maps), is_open)), key=lambda wave: (wave.go_live_on, wave.id))
    programmes = {wave.programme_id: wave.programme.name for wave in waves}
    programme_id = asked.row("programme", "Programme", programmes.items())
    wave_id = asked.row("wave", "Wave", ((wave.id, wave.title) for wave in waves))
    kept = [w for w in waves if programme_id in (None, w.programme_id) and wave_id in (None, w.id)]
    chains = chains_of(kept, today())
    return render_template(
        "stakeholders/chain.html",
        lede=_lede(chains),
        waves=[(wave, [each for each in chains if each.wave is wave]) for wave in kept],
        has_waves=bool(waves),
        asked=asked,
        may_plan=rights.planning(reader).holds_places,
    )


def _lede(chains: Sequence[Chain]) -> str:
    if not chains:
        return "Who stands between the sponsor and each department that a wave changes."
    whole = sum(not each.gaps for each in chains)
    broken = sum(bool(each.breaks) for each in chains)
    departments = plural(len(chains), "department", "departments")
    words = (
        f"The way from the sponsor has no gap to {number_word(whole)} of {departments}."
        if whole
        else f"The way from the sponsor has a gap to {'each of ' * (len(chains) > 1)}{departments}."
    )
    return (
        f"{words} {number_word(broken).capitalize()} {'has' if broken == 1 else 'have'} a step at which nobody stands."
        if broken
        else words
    )
