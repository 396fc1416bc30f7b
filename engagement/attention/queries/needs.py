"""Everything that needs one reader, with reason, subject, who has to act, by when, and where."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engagement import clock
from engagement.accounts.addresses.queries import Waiting, waiting_sign_ins
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.consultations import consultations_waiting
from engagement.attention.queries.gates import conditions_open, criteria_to_judge, gates_reopened, gates_to_decide
from engagement.attention.queries.holding import HeldTotals, held_by_leavers
from engagement.attention.queries.leadership import chains_needed, steps_needed, views_needed
from engagement.attention.queries.need import Need, Needed, StoppedAddresses, Who, account, first, person
from engagement.attention.queries.ownership import Vacancy, vacancies
from engagement.attention.queries.set_aside import WHERE, communication_of, set_aside_for
from engagement.attention.queries.stakeholders import mail_in, on_maps, promises
from engagement.attention.queries.there import reasons_there
from engagement.attention.queries.value import metrics_to_read
from engagement.attention.queries.waves import (
    MissingCurriculum,
    RolelessMembers,
    WaveTraining,
    headcounts,
    missing_curricula,
    untrained_waves,
    waves_with_roleless_members,
)
from engagement.attention.queries.workflows import oversight, reviews
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.communications.models import Occurrence
from engagement.communications.queries.attention import needs_attention
from engagement.communications.texts.queries.subjects import subjects_shown
from engagement.mail.bounces.queries import stopped_number
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Workflow
from engagement.programmes.scopes import reaches_programme
from engagement.resistance import queries as resistance
from engagement.resistance.models import Concern
from engagement.resistance.scopes import concerns_within
from engagement.set_aside import SetAside
from engagement.training.queries.counts import Count
from engagement.training.queries.leftovers import Move, moves
from engagement.training.queries.progress import people_counts
from engagement.training.scopes import old_training_within
from engagement.waves.models import Wave
from engagement.waves.queries import workflows_of_waves
from engagement.waves.scopes import reaches_wave
from engagement.waves.tallies.queries import MemberSum


def needed_by(
    reader: Reader,
    waves: Sequence[Wave],
    on: date,
    organisation: Organisation,
    *,
    limit: int,
    trained: Mapping[int, Count] | None = None,
    sums: Sequence[MemberSum] | None = None,
) -> list[Needed]:
    """Return what needs a reader, the most urgent reason first, with at most `limit` rows for each reason.

    `waves` are those that the reader sees, `on` is the reader's local day; concerns are late by the organisation's.
    `trained` and `sums` are the `people_counts` and `member_sums` of these waves, if known. The number of queries has a fixed limit.
    """
    planning = rights.planning(reader)
    planned = [wave for wave in waves if reaches_wave(planning, wave)]
    planned_whole = [wave for wave in planned if reaches_programme(planning, wave.programme)]
    workflows = workflows_of_waves([wave.id for wave in planned_whole]) if planned_whole else {}
    there = reasons_there()

    def if_there(reason: Reason, ask: Callable[[], Needed]) -> Needed:
        return ask() if reason in there else Needed(reason, 0, [])

    needed = [
        gates_to_decide(reader, on, limit),
        *_messages(reader, on, limit),
        if_there(Reason.REOPENED, lambda: gates_reopened(reader, on, limit)),
        if_there(Reason.CONDITION, lambda: conditions_open(reader, on, limit)),
        if_there(Reason.JUDGE, lambda: criteria_to_judge(reader, on, limit)),
        if_there(Reason.SET_ASIDE, lambda: _set_aside(reader, limit)),
        *_concerns(reader, organisation, limit),
        if_there(Reason.PROMISE, lambda: promises(reader, on, limit)),
        *on_maps(reader, on, limit, there),
        if_there(Reason.CONSULTATION, lambda: consultations_waiting(reader, on, limit)),
        if_there(Reason.READING_DUE, lambda: metrics_to_read(reader, on, limit)),
        if_there(Reason.MAIL_IN, lambda: mail_in(reader, limit)),
        if_there(Reason.OLD_TRAINING, lambda: _old_training(reader, on, limit)),
        _vacancies(planned_whole, on, workflows, limit),
        oversight(planned_whole, on, workflows, limit),
        if_there(Reason.REVIEW, lambda: reviews(planned_whole, on, limit)),
        *_training([wave for wave in planned if wave.status.is_open], on, limit, trained, sums),
        *chains_needed(reader, planned, on, limit),
        *(steps_needed(reader, on, limit) if Reason.OWN_STEP in there else []),
        if_there(Reason.SPONSORS_VIEW, lambda: views_needed(reader, on, limit)),
        if_there(Reason.BOUNCING, lambda: _bouncing(reader)),
        if_there(Reason.LEAVERS, lambda: _leavers(reader)),
        _sign_ins(reader, limit),
    ]
    return [each for each in needed if each.count]


def _messages(reader: Reader, on: date, limit: int) -> list[Needed]:
    waiting = needs_attention(reader)
    found = {
        Reason.APPROVAL: waiting.approvals,
        Reason.SENT_BACK: waiting.sent_back,
        Reason.HELD: waiting.held,
        Reason.UNWRITTEN: waiting.late_drafts,
        Reason.MISSED: waiting.missed,
        Reason.UNREACHED: waiting.unreached,
    }
    subjects = subjects_shown(message for messages in found.values() for message in messages[:limit])

    def row(reason: Reason, message: Occurrence) -> Need:
        line = message.communication
        by = message.write_by if reason is Reason.UNWRITTEN else message.sends_at
        by_on = by.astimezone(ZoneInfo(reader.timezone)).date() if isinstance(by, datetime) else by
        return Need(
            reason,
            Kind.MESSAGE,
            message.id,
            subjects[message.id],
            Place.MESSAGE,
            message,
            who=_approver(reader, message) if reason is Reason.APPROVAL else account(line.owner),
            by=by,
            days_late=days_late(by_on, on),
        )

    return [
        Needed(reason, len(messages), [row(reason, each) for each in messages[:limit]])
        for reason, messages in found.items()
    ]


def _set_aside(reader: Reader, limit: int) -> Needed:
    def row(left: SetAside) -> Need:
        kind, place = WHERE.get(left.kind, (Kind.JOB, Place.JOBS))
        key = None if place is Place.JOBS else int(left.key)
        line = communication_of(left)
        return Need(Reason.SET_ASIDE, kind, key, left.name, place, left, account(line.owner if line else None), left.at)

    return first(Reason.SET_ASIDE, set_aside_for(reader), row, limit)


def _approver(reader: Reader, message: Occurrence) -> Who | None:
    is_named = message.communication.approver_id == reader.named_id
    return Who(reader.name, reader.account_id, reader.person_id) if is_named else None


def _concerns(reader: Reader, organisation: Organisation, limit: int) -> list[Needed]:
    on, country = clock.today(organisation.timezone), organisation.country
    waiting = resistance.needs_answer(concerns_within(rights.planning(reader)), on, country, limit=limit)

    def row(reason: Reason, concern: Concern, by: date | None) -> Need:
        who, since = account(concern.owner), concern.waiting_since_on
        name = f"Concern about {concern.source.word.lower()}"
        late = days_late(by, on)
        return Need(reason, Kind.CONCERN, concern.id, name, Place.CONCERN, concern, who, since, by, late)

    unread = [row(Reason.UNREAD, concern, concern.acknowledge_by(country)) for concern in waiting.unread]
    late = [row(Reason.UNANSWERED, concern, concern.answer_by(country)) for concern in waiting.late]
    return [
        Needed(Reason.UNREAD, waiting.unread_count, unread),
        Needed(Reason.UNANSWERED, waiting.late_count, late),
    ]


def _old_training(reader: Reader, on: date, limit: int) -> Needed:
    """Return the unfinished training of people who moved, by move; the scheduler decides if nobody does."""

    def row(move: Move) -> Need:
        place, since, by = Place.OLD_TRAINING, move.first_asked_at, move.decide_by
        late = days_late(by.astimezone(ZoneInfo(reader.timezone)).date(), on)
        return Need(Reason.OLD_TRAINING, Kind.MOVE, move.key, move.wave.title, place, move, None, since, by, late)

    found = moves(old_training_within(rights.training(reader)))
    return first(Reason.OLD_TRAINING, found, row, limit)


def _vacancies(planned: Sequence[Wave], on: date, workflows: Mapping[int, Sequence[Workflow]], limit: int) -> Needed:
    def row(vacancy: Vacancy) -> Need:
        workflow, by = vacancy.workflow, vacancy.by_on
        return Need(
            Reason.VACANCY,
            Kind.WORKFLOW,
            workflow.id,
            workflow.name,
            Place.NAME_OWNERS,
            vacancy,
            since=vacancy.since_on,
            by=by,
            days_late=days_late(by, on),
        )

    return first(Reason.VACANCY, vacancies(planned, on, workflows), row, limit)


def _training(
    waves: Sequence[Wave],
    on: date,
    limit: int,
    trained: Mapping[int, Count] | None,
    sums: Sequence[MemberSum] | None,
) -> list[Needed]:
    """Return what open waves need for training in time, in at most three queries.

    A wave whose people wait for a curriculum appears only there: there is no training yet that they could do.
    """
    if not waves:
        return []
    ids = [wave.id for wave in waves]
    counted, missing = headcounts(ids, sums), missing_curricula(waves, on)
    people = {wave_id: count.people for wave_id, count in counted.items()}
    waiting = {wave.id for each in missing for wave in each.waves}
    untrained = [
        found
        for found in untrained_waves(waves, on, people, people_counts(ids) if trained is None else trained)
        if found.reason is not Reason.NO_TRAINING or found.wave.id not in waiting
    ]
    reasons = (Reason.GO_LIVE_PASSED, Reason.NONE_TRAINED, Reason.TRAINING_BEHIND, Reason.NO_TRAINING)
    return [
        *(first(each, [w for w in untrained if w.reason is each], _wave_row(on), limit) for each in reasons),
        first(Reason.NO_CURRICULUM, missing, _curriculum_row(on), limit),
        first(Reason.NO_ROLE, waves_with_roleless_members(waves, counted), _roleless_row(on), limit),
    ]


def _wave_row(on: date) -> Callable[[WaveTraining], Need]:
    def row(found: WaveTraining) -> Need:
        wave, is_empty = found.wave, not found.people
        by = found.due_on if found.reason is Reason.TRAINING_BEHIND else wave.go_live_on
        place = Place.WAVE if is_empty or found.reason is Reason.GO_LIVE_PASSED else Place.WAVE_TRAINING
        who, late = person(wave.lead), days_late(by, on)
        return Need(found.reason, Kind.WAVE, wave.id, wave.title, place, found, who, by=by, days_late=late)

    return row


def _curriculum_row(on: date) -> Callable[[MissingCurriculum], Need]:
    def row(found: MissingCurriculum) -> Need:
        role, by = found.role, found.waves[0].go_live_on
        place, late = Place.CURRICULUM, days_late(by, on)
        return Need(Reason.NO_CURRICULUM, Kind.CURRICULUM, role.value, role.word, place, found, by=by, days_late=late)

    return row


def _roleless_row(on: date) -> Callable[[RolelessMembers], Need]:
    def row(found: RolelessMembers) -> Need:
        wave, place = found.wave, Place.GIVE_ROLES
        by, late = wave.go_live_on, days_late(wave.go_live_on, on)
        who = person(wave.lead)
        return Need(Reason.NO_ROLE, Kind.WAVE, wave.id, wave.title, place, found, who, by=by, days_late=late)

    return row


def _bouncing(reader: Reader) -> Needed:
    """Return as one need all addresses that get nothing because mail to them came back."""
    number = stopped_number() if rights.keeping_people(reader).everything else 0
    need = Need(Reason.BOUNCING, Kind.ADDRESS, None, Reason.BOUNCING.word, Place.STOPPED, StoppedAddresses(number))
    return Needed(Reason.BOUNCING, 1 if number else 0, [need])


def _leavers(reader: Reader) -> Needed:
    """Return as one need everything that leavers still hold; its page lists all, each with a way to give it away."""
    totals = held_by_leavers() if rights.keeping_people(reader).everything else HeldTotals(0, 0)
    need = Need(Reason.LEAVERS, Kind.LEAVERS, None, Reason.LEAVERS.word, Place.LEAVERS, totals)
    return Needed(Reason.LEAVERS, 1 if totals.people else 0, [need])


def _sign_ins(reader: Reader, limit: int) -> Needed:
    """Return sign-ins whose address or return an administrator has to confirm."""

    def row(waiting: Waiting) -> Need:
        account = waiting.account
        since = account.returned_at or account.link_asked_at
        return Need(Reason.SIGN_IN, Kind.SIGN_IN, account.id, account.name, Place.SIGN_INS, waiting, None, since)

    return first(Reason.SIGN_IN, waiting_sign_ins() if rights.administering(reader).everything else [], row, limit)
