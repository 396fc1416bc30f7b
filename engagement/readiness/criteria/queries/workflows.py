"""What is counted of the workflows of waves, and of the bodies that are asked about them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from engagement.consultations.queries.standing import Shown
from engagement.consultations.rules import Stand
from engagement.notices.queries.present import affecting
from engagement.programmes.models import Workflow
from engagement.programmes.oversight.queries import oversight_lapses
from engagement.programmes.queries import Holding
from engagement.readiness.criteria.rules import Counted, CriterionKind
from engagement.training.queries.counts import Count
from engagement.value.queries.waiting import measured
from engagement.words import listed

Found = Mapping[CriterionKind, Counted]
_K = CriterionKind


def counted_of_workflows(
    ids: Sequence[int],
    workflows: Mapping[int, Sequence[Workflow]],
    held: Mapping[int, Sequence[Holding]],
    told: Mapping[int, Count],
    on: date,
) -> dict[int, Found]:
    """Return what is counted of the workflows of each wave on a day.

    `held` says who holds their parts, `told` how many people of each wave were sent their notices.
    """
    every = sorted({workflow.id for key in ids for workflow in workflows.get(key, ())})
    if not every:
        return {key: _of_workflows([], {}, {}, {}, {}, told[key]) for key in ids}
    owned, stopped, unmeasured, effects = _vacant(held), _lapsed(every, on), _unmeasured(every), affecting(every)
    return {key: _of_workflows(workflows.get(key, []), owned, stopped, unmeasured, effects, told[key]) for key in ids}


def _of_workflows(
    some: Sequence[Workflow],
    owned: Mapping[int, str],
    stopped: Mapping[int, str],
    unmeasured: Mapping[int, str],
    effects: Mapping[int, bool],
    told: Count,
) -> Found:
    marked = [workflow for workflow in some if workflow.id in effects]
    unwritten = [workflow for workflow in marked if not effects[workflow.id]]
    return {
        _K.OWNERSHIP: _share(some, owned),
        _K.OVERSIGHT: _share(some, stopped),
        _K.BASELINE: _share(some, unmeasured),
        _K.NOTICE: _unwritten(unwritten) if unwritten else _notice(some, marked, told),
    }


def _share(workflows: Sequence[Workflow], wrong: Mapping[int, str]) -> Counted:
    if not workflows:
        return Counted(unknown="No workflow is chosen yet.")
    lacking = [(each.id, f"{each.name}: {wrong[each.id]}") for each in workflows if each.id in wrong]
    first = lacking[0][0] if lacking else workflows[0].id
    return Counted(
        len(workflows) - len(lacking), len(workflows), lacking=[sentence for _, sentence in lacking], key=first
    )


def _vacant(held: Mapping[int, Sequence[Holding]]) -> dict[int, str]:
    vacant = {key: [each.part.word.lower() for each in parts if each.is_vacant] for key, parts in held.items()}
    return {key: f"no {listed(parts, 'or')}." for key, parts in vacant.items() if parts}


def _lapsed(ids: Sequence[int], on: date) -> dict[int, str]:
    said: dict[int, list[str]] = defaultdict(list)
    for lapse in oversight_lapses(ids, on):
        said[lapse.workflow_id].append(lapse.sentence)
    return {key: " ".join(sentences) for key, sentences in said.items()}


def _unmeasured(ids: Sequence[int]) -> dict[int, str]:
    metrics = measured(ids)
    wrong = dict.fromkeys(set(ids) - {metric.workflow_id for metric in metrics}, "nothing is measured.")
    for metric in metrics:
        if not metric.has_baseline:
            wrong.setdefault(metric.workflow_id, f"nobody measured “{metric.name}” before.")
    return wrong


def _notice(workflows: Sequence[Workflow], marked: Sequence[Workflow], told: Count) -> Counted:
    if not workflows:
        return Counted(unknown="No workflow is chosen yet.")
    if not marked:
        return Counted(unknown="Nobody has marked a workflow of this wave as affecting workers.", key=workflows[0].id)
    if not told.assigned:
        return Counted(unknown="Nobody is in it yet.", key=marked[0].id)
    return Counted(told.finished, told.assigned, is_short=told.unfinished > 0, key=marked[0].id)


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
