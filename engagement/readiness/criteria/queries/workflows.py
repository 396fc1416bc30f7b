"""What is counted of the workflows of waves, and of the bodies that are asked about them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from engagement.consultations.queries.standing import Shown
from engagement.consultations.rules import Stand
from engagement.notices.queries.present import current_notices, effects_of
from engagement.programmes.models import Workflow
from engagement.programmes.oversight.queries import oversight_lapses
from engagement.programmes.queries import holdings
from engagement.readiness.criteria.rules import Counted, CriterionKind
from engagement.training.queries.counts import Count
from engagement.value.queries.waiting import without_baseline, without_metric
from engagement.words import listed

Found = Mapping[CriterionKind, Counted]
_K = CriterionKind


def counted_of_workflows(
    ids: Sequence[int], workflows: Mapping[int, Sequence[Workflow]], told: Mapping[int, Count], on: date
) -> dict[int, Found]:
    """Return what is counted of the workflows of each wave on a day; `told` says how many of its people were sent their notices."""
    every = sorted({workflow.id for some in workflows.values() for workflow in some})
    owned, stopped = _vacant(every, workflows), _lapsed(every, on)
    measured, notices = _unmeasured(every), current_notices(effects := effects_of(every))
    found: dict[int, Found] = {}
    for key in ids:
        some = workflows.get(key, [])
        affecting = [workflow for workflow in some if workflow.id in effects]
        found[key] = {
            _K.OWNERSHIP: _share(some, owned),
            _K.OVERSIGHT: _share(some, stopped),
            _K.BASELINE: _share(some, measured),
            _K.NOTICE: _notice(some, affecting, told[key])
            if all(each.id in notices for each in affecting)
            else _unwritten([each for each in affecting if each.id not in notices]),
        }
    return found


def _share(workflows: Sequence[Workflow], wrong: Mapping[int, str]) -> Counted:
    if not workflows:
        return Counted(unknown="No workflow is chosen yet.")
    lacking = [(each.id, f"{each.name}: {wrong[each.id]}") for each in workflows if each.id in wrong]
    first = lacking[0][0] if lacking else workflows[0].id
    return Counted(
        len(workflows) - len(lacking), len(workflows), lacking=[sentence for _, sentence in lacking], key=first
    )


def _vacant(ids: Sequence[int], workflows: Mapping[int, Sequence[Workflow]]) -> dict[int, str]:
    if not workflows:
        return {}
    vacant = {key: [each.part.word.lower() for each in held if each.is_vacant] for key, held in holdings(ids).items()}
    return {key: f"no {listed(parts, 'or')}." for key, parts in vacant.items() if parts}


def _lapsed(ids: Sequence[int], on: date) -> dict[int, str]:
    said: dict[int, list[str]] = defaultdict(list)
    for lapse in oversight_lapses(ids, on) if ids else []:
        said[lapse.workflow_id].append(lapse.sentence)
    return {key: " ".join(sentences) for key, sentences in said.items()}


def _unmeasured(ids: Sequence[int]) -> dict[int, str]:
    if not ids:
        return {}
    wrong = dict.fromkeys(without_metric(ids), "nothing is measured.")
    for metric in without_baseline(ids):
        wrong.setdefault(metric.workflow_id, f"nobody measured “{metric.name}” before.")
    return wrong


def _notice(workflows: Sequence[Workflow], affecting: Sequence[Workflow], told: Count) -> Counted:
    if not workflows:
        return Counted(unknown="No workflow is chosen yet.")
    if not affecting:
        return Counted(unknown="Nobody has marked a workflow of this wave as affecting workers.", key=workflows[0].id)
    if not told.assigned:
        return Counted(unknown="Nobody is in it yet.", key=affecting[0].id)
    return Counted(told.finished, told.assigned, is_short=told.unfinished > 0, key=affecting[0].id)


def _unwritten(workflows: Sequence[Workflow]) -> Counted:
    names = listed(each.name for each in workflows)
    return Counted(
        is_short=True, lacking=[f"Nobody has written what people are told about {names}."], key=workflows[0].id
    )


def counted_of_bodies(asked: Sequence[Shown]) -> Counted:
    """Return how many of the bodies that a wave has to wait for gave a position that it can go on with."""
    required = [shown for shown in asked if shown.consultation.is_required]
    if not required:
        if not asked:
            return Counted(unknown="Nobody has said whether a body has to be asked.")
        return Counted(not_needed="Bodies are asked, and the wave does not have to wait for any of them.")
    blocking = [shown for shown in required if shown.blocks]
    lacking = [_body_words(shown) for shown in blocking]
    first = (blocking or required)[0].consultation.id
    since = max((shown.since for shown in blocking if shown.since), default=None)
    met, total = len(required) - len(blocking), len(required)
    return Counted(met, total, lacking=lacking, is_short=bool(blocking), key=first, since=since)


def _body_words(shown: Shown) -> str:
    name = shown.consultation.body.name
    if shown.stand is Stand.OBJECTS:
        return f"{name} objects."
    if shown.stand is Stand.AGAIN:
        return f"{name} has to be asked again: {shown.since_words}"
    return f"{name} has given no position yet."
