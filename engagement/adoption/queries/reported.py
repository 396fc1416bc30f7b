"""What came in about the people of a wave: up to which day it tells of their use, and what it came with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, true

from engagement.adoption.models import Usage, UsageUpload
from engagement.adoption.queries.grounds import Ground
from engagement.adoption.rules.counting import TeamRow
from engagement.adoption.rules.spans import DAYS_KNOWN
from engagement.db import db
from engagement.waves.models import Membership
from engagement.words import plural, short_day_words

#: A few late numbers would let everybody else look as if they had stopped: the last day counts of which one in so many is told.
_ONE_IN = 10
#: So many sources are named, those that tell of most people, the newest first.
_MOST_NAMED = 3


class Reported(NamedTuple):
    """The last day of which a wave's use was reported, and what the numbers came with, in words."""

    until: date
    source: str


class _About(NamedTuple):
    """An upload, the last day that it tells of, and of how many people; `holds` if some of its numbers were not replaced."""

    upload: UsageUpload
    last_on: date
    people: int
    holds: bool


def uploads_that_hold(programme_id: int) -> Sequence[UsageUpload]:
    """Return what came in for a programme and was not taken back."""
    hold = (UsageUpload.programme_id == programme_id, UsageUpload.taken_back_at.is_(None))
    return db.session.scalars(select(UsageUpload).where(*hold).order_by(UsageUpload.received_at, UsageUpload.id)).all()


def reported_of(
    ground: Ground, uploads: Iterable[UsageUpload], teams: Mapping[int, Sequence[TeamRow]]
) -> dict[int, Reported]:
    """Return what was reported of a wave by workflow, and under 0 of all together; nothing of a workflow without any number.

    As long as numbers tell of none of its people, they are those of the workflow: that they are of others is not to be seen.
    """
    told = {each.id: each for each in uploads if any(str(key) in each.told for key in ground.workflow_ids)}
    about = _about_people(ground, told)
    found = {}
    for key in ground.workflow_ids:
        all_of_it = [_About(each, _last_on(each, key), 1, True) for each in told.values() if str(key) in each.told]
        of_teams = [
            _About(told[upload_id], _last_on(told[upload_id], key), 1, True)
            for upload_id in {row.upload_id for row in teams.get(key, ())} & set(told)
        ]
        about[key] = about[key] or of_teams or all_of_it[-1:]
        if all_of_it:
            found[key] = _reported(about[key])
    if found:
        found[0] = _reported([each for key in found for each in about[key]])
    return found


def _about_people(ground: Ground, uploads: Mapping[int, UsageUpload]) -> dict[int, list[_About]]:
    """Return by workflow which uploads tell of the people of a wave, from eight weeks before the last day that is told of on."""
    found: dict[int, list[_About]] = defaultdict(list)
    days = [_last_on(each, key) for each in uploads.values() for key in ground.workflow_ids if str(key) in each.told]
    here = select(Membership.person_id).where(Membership.wave_id == ground.wave.id, Membership.ended_at.is_(None))
    those = (Usage.workflow_id.in_(ground.workflow_ids), Usage.person_id.in_(here))
    # What says again what was known is superseded, and tells until when it is so. Of that, few rows are kept.
    recent: ColumnElement[bool] = Usage.used_on > max(days, default=date.max) - timedelta(days=DAYS_KNOWN)
    for is_superseded, since in ((False, recent), (True, true())):
        number = func.count(Usage.person_id.distinct())
        rows = select(Usage.upload_id, Usage.workflow_id, number).where(
            *those, since, Usage.is_superseded == is_superseded
        )
        for upload_id, key, people in db.session.execute(rows.group_by(Usage.upload_id, Usage.workflow_id)):
            if upload := uploads.get(upload_id):
                found[key].append(_About(upload, _last_on(upload, key), people, not is_superseded))
    return found


def _last_on(upload: UsageUpload, workflow_id: int) -> date:
    return date.fromisoformat(upload.told[str(workflow_id)]["last"])


def _reported(about: Sequence[_About]) -> Reported:
    most = max(each.people for each in about)
    later = 0
    until = date.min
    for each in sorted(about, key=lambda each: each.last_on, reverse=True):
        later += each.people
        until = each.last_on
        if later * _ONE_IN >= most:
            break
    return Reported(until, _source_words([each for each in about if each.holds] or about))


def _source_words(about: Iterable[_About]) -> str:
    """Name uploads, each with the day on which it came; what one machine posted on several days once."""
    newest: dict[tuple[str, int | None], UsageUpload] = {}
    people: dict[tuple[str, int | None], int] = defaultdict(int)
    for each in sorted(about, key=lambda each: each.upload.received_at):
        key = (each.upload.name, each.upload.door_id)
        newest[key] = each.upload
        people[key] = max(people[key], each.people)
    ordered = sorted(newest, key=lambda key: (people[key], newest[key].received_at), reverse=True)
    named = sorted((newest[key] for key in ordered[:_MOST_NAMED]), key=lambda upload: upload.received_at, reverse=True)
    more = len(ordered) - len(named)
    return "; ".join(map(_came_words, named)) + (f"; and {plural(more, 'other', 'others')}" if more else "")


def _came_words(upload: UsageUpload) -> str:
    came = short_day_words(upload.received_at.date())
    return f"{upload.name}, {came}" if upload.door_id is None else f"posted by {upload.name}, {came}"
