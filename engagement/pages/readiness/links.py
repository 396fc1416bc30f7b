"""Where the list behind a criterion stands, for who may see it."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.programmes.scopes import reaches_programme
from engagement.readiness.criteria.queries.standing import Standing
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.resistance.rules import Severity
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave


@dataclass(frozen=True)
class Link:
    """Words and the address that they lead to."""

    words: str
    url: str


_K = CriterionKind


def link_of(reader: Reader, wave: Wave, standing: Standing) -> Link | None:
    """Return the way to what a criterion rests on, None if there is none that the reader may go."""
    if reaches_wave(rights.reading(reader), wave):
        found = _of_people(wave, standing.kind)
        if found is not None:
            return found
    if reaches_wave(rights.planning(reader), wave) and standing.kind is _K.CONCERNS:
        return Link("Read them", url_for("concerns.index", wave=wave.id, severity=Severity.SEVERE.value))
    if not reaches_wave(rights.overseeing(reader), wave):
        return None
    return _of_wave(reader, wave, standing)


def _of_people(wave: Wave, kind: CriterionKind) -> Link | None:
    if kind in (_K.TRAINING, _K.SUPPORT):
        return Link("See the people", url_for("training.learners", wave_id=wave.id))
    if kind is _K.CHAMPIONS:
        return Link("See the champions", url_for("waves.champions", wave_id=wave.id))
    return None


def _of_wave(reader: Reader, wave: Wave, standing: Standing) -> Link | None:
    kind, key = standing.kind, standing.key
    if kind in (_K.BRIEFED, _K.CONFIRMED):
        return Link("See what went out", url_for("waves.wave", wave_id=wave.id, _anchor="sent"))
    if kind is _K.STATEMENTS:
        return Link("See the workflows", url_for("waves.wave", wave_id=wave.id, _anchor="workflows"))
    if kind is _K.ALIKE:
        return Link("See what it changes for each group", url_for("waves.impacts", wave_id=wave.id))
    if kind is _K.OTHERS:
        return Link("See the split", "#friendly")
    if kind is _K.STEPS and reaches_programme(rights.reading_maps(reader), wave.programme):
        return Link("See the steps", url_for("stakeholders.leadership", wave=wave.id))
    return _of_one(reader, wave, standing) if key is not None else _where_to_begin(reader, wave, standing)


def _of_one(reader: Reader, wave: Wave, standing: Standing) -> Link | None:
    kind, key = standing.kind, standing.key
    if kind is _K.OWNERSHIP:
        if reaches_programme(rights.naming_holders(reader), wave.programme) and standing.state is CriterionState.SHORT:
            return Link("Name who is missing", url_for("waves.ownership", workflow_id=key))
        return Link("See the workflow", url_for("waves.workflow", workflow_id=key))
    pages = {
        _K.OVERSIGHT: ("See the roster", "waves.oversight", "workflow_id"),
        _K.NOTICE: ("See the notices", "notices.notices", "workflow_id"),
        _K.BASELINE: ("See what is measured", "value.workflow", "workflow_id"),
        _K.CONSULTATION: ("See what was said", "consultations.consultation", "consultation_id"),
    }
    if kind not in pages:
        return None
    words, endpoint, argument = pages[kind]
    values: dict[str, Any] = {argument: key}
    return Link(words, url_for(endpoint, **values))


def _where_to_begin(reader: Reader, wave: Wave, standing: Standing) -> Link | None:
    if standing.kind is _K.CONSULTATION and reaches_wave(rights.planning(reader), wave) and wave.status.is_open:
        return Link("Ask a body", url_for("consultations.new", wave_id=wave.id))
    return None
