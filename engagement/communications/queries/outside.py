"""What fills a message for its readers outside the directory, who have neither department nor training role there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from engagement.audiences.outside.queries import Outsider, Place, maps_through
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.letters import MAP_SLOT, why_outside_words
from engagement.communications.texts.rules.languages import best_match
from engagement.communications.texts.rules.rendering import Rendered
from engagement.content.frames import frame_in
from engagement.db import db
from engagement.mail.models import Translation
from engagement.people.organisation.rules import Organisation
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Programme
from engagement.waves.models import Wave


def values_outside(occurrence: Occurrence, readers: Sequence[Outsider], on: date) -> dict[int, dict[str, str]]:
    """Return by stakeholder the values of all slots that a message may have for them."""
    communication = occurrence.communication
    through = maps_through(communication.audience, readers, on)
    nearest = {key: min(maps, key=lambda place: _distance(place, communication)) for key, maps in through.items()}
    titles = _titles_of(nearest.values())
    return {
        each.stakeholder_id: {
            "first_name": each.name,
            "name": each.name,
            "department": each.organisation or each.name,
            "training_role": TrainingRole.USER.value,
            MAP_SLOT: titles[nearest[each.stakeholder_id]],
        }
        for each in readers
    }


def _distance(place: Place, communication: Communication) -> tuple[bool, bool, int, int]:
    """Return how far a map is from what a message is about: its own is the nearest, then its programme's, then the widest."""
    programme_id, wave_id = place
    is_other = place != (communication.programme_id, communication.wave_id)
    return is_other, programme_id != communication.programme_id, programme_id, wave_id or 0


def _titles_of(places: Collection[Place]) -> dict[Place, str]:
    waves = select(Wave).where(Wave.id.in_({wave_id for _, wave_id in places}))
    titles = {wave.id: wave.title for wave in db.session.scalars(waves)}
    programmes = select(Programme.id, Programme.name).where(Programme.id.in_({key for key, _ in places}))
    names = dict(db.session.execute(programmes).all())
    return {(key, wave_id): names[key] if wave_id is None else titles[wave_id] for key, wave_id in places}


def letter_for(who: Outsider, letters: Mapping[str, Translation], organisation: Organisation) -> Translation:
    """Return the text in the language of somebody outside the directory; the first if there is none."""
    return letters[best_match(who.language or organisation.language, list(letters)) or next(iter(letters))]


def why_outside(occurrence: Occurrence, values: Mapping[str, str]) -> str:
    """Return in English why the message reaches somebody outside the directory, whose `values` these are."""
    return Rendered("", "", why_outside_words(occurrence, frame_in("en"))).filled(values).text
