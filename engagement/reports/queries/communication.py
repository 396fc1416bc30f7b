"""The report on communication: of each message and topic, how many it reached, who confirmed, and whether people understood."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engagement.accounts.scopes.reader import Reader
from engagement.communications.answers.queries import Answered, ByDepartment, all_of, answers_of, with_names
from engagement.communications.queries.reached import Reached, messages_out
from engagement.mail.confirmations.queries import Confirmations, confirmations_of
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.programmes.queries import workflows_of
from engagement.programmes.scope.queries import current_statements
from engagement.reports.queries.reading import document_of
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import NOT_SHOWN, Figure, Subject, SubjectKind, share_of
from engagement.reports.rules.measures import Measure
from engagement.training.scope_answers.queries import confirmed_of
from engagement.words import plural, share_words, short_day_words

#: Answers to questions of messages, by message and department; None where no message asks any.
Answers = Mapping[int, ByDepartment] | None
#: The newest messages; older ones are no longer told of.
MOST_MESSAGES = 60


@dataclass(frozen=True)
class CommunicationReport:
    """How the messages of a programme reached people, for a reader; the newest message first."""

    programme: Programme
    document: Document
    messages: Sequence[Reached]


def communication_report(
    programme: Programme, on: date, reader: Reader, floor: int, organisation: Organisation
) -> CommunicationReport:
    """Return the report on a programme that the reader may read, on a day."""
    messages = messages_out(programme.id, MOST_MESSAGES)
    confirmations = confirmations_of(
        {each.occurrence.mailing_id or 0: each.recipients for each in messages if _asks(each)}
    )
    questions = [each.occurrence.id for each in messages if each.asks_question]
    answers = answers_of(questions, floor) if questions else None
    figures = [
        *_of_topics(messages, confirmations, answers, on, floor),
        *_of_messages(messages, confirmations, answers, on, floor),
        *_of_answers(messages, answers, on, floor),
        *_of_statements(programme, on, floor),
    ]
    document = document_of(programme, reader, organisation, _lede(messages), figures)
    return CommunicationReport(programme, document, messages)


def _asks(each: Reached) -> bool:
    mailing = each.occurrence.mailing
    return mailing is not None and mailing.asks_confirmation


def _of_topics(
    messages: Sequence[Reached], confirmations: dict[int, Confirmations], answers: Answers, on: date, floor: int
) -> Iterator[Figure]:
    """All messages together, then those of each kind, in the order of their newest."""
    topics: dict[Subject, list[Reached]] = defaultdict(list)
    every = Subject(SubjectKind.TOPIC, "all", "All messages")
    for each in messages:
        kind = each.occurrence.communication.kind
        topics[every].append(each)
        topics[Subject(SubjectKind.TOPIC, kind.value, kind.word)].append(each)
    for of, these in topics.items():
        sent, recipients = sum(each.sent for each in these), sum(each.recipients for each in these)
        delivered = share_of(Measure.DELIVERED_COPIES, of, sent, recipients, on, "nobody")
        yield replace(delivered, note=plural(len(these), "message", "messages"))
        yield _confirmed(of, [confirmations.get(each.occurrence.mailing_id or 0) for each in these], these, on, floor)
        yield from _answered(of, these, answers, on, floor)


def _of_messages(
    messages: Sequence[Reached], confirmations: dict[int, Confirmations], answers: Answers, on: date, floor: int
) -> Iterator[Figure]:
    for each in messages:
        of = Subject(SubjectKind.MESSAGE, str(each.occurrence.id), each.subject)
        delivered = share_of(Measure.DELIVERED_COPIES, of, each.sent, each.recipients, on, "nobody")
        sent_on = short_day_words(each.queued_at.date())
        yield replace(delivered, note=f"{each.occurrence.communication.kind.word}, {sent_on}")
        yield _confirmed(of, [confirmations.get(each.occurrence.mailing_id or 0)], [each], on, floor)
        yield from _answered(of, [each], answers, on, floor)


def _answered(of: Subject, messages: Sequence[Reached], answers: Answers, on: date, floor: int) -> Iterator[Figure]:
    """How many answered the question right; words where none was asked, or too few have answered to tell."""
    if answers is None:
        return
    if not any(each.asks_question for each in messages):
        yield share_of(Measure.ANSWERED_RIGHT, of, 0, 0, on, "not asked")
        return
    found = [all_of(answers.get(each.occurrence.id, {})) for each in messages]
    right, people = sum(each.right for each in found), sum(each.people for each in found)
    yield replace(share_of(Measure.ANSWERED_RIGHT, of, right, people, on, NOT_SHOWN), groups_under=floor)


def _of_answers(messages: Sequence[Reached], answers: Answers, on: date, floor: int) -> Iterator[Figure]:
    """The answers to all messages by the wave that each tells of, and by department."""
    waves: dict[Subject, list[Reached]] = defaultdict(list)
    for each in messages:
        wave = each.occurrence.communication.wave
        if wave is not None and each.asks_question:
            waves[Subject(SubjectKind.WAVE, str(wave.id), wave.title)].append(each)
    for of, these in waves.items():
        yield from _answered(of, these, answers, on, floor)
    departments: dict[int | None, Answered] = defaultdict(Answered)
    for by_department in (answers or {}).values():
        for key, part in by_department.items():
            departments[key] += part
    for key, name, part in with_names(departments):
        of = Subject(SubjectKind.DEPARTMENT, str(key or "smaller"), name)
        yield replace(share_of(Measure.ANSWERED_RIGHT, of, part.right, part.people, on, ""), groups_under=floor)


def _confirmed(
    of: Subject, found: Sequence[Confirmations | None], messages: Sequence[Reached], on: date, floor: int
) -> Figure:
    """Return how many confirmed of those who were asked; words where nobody was asked, or too few to tell.

    A message that asked too few is not in the figures of its topic and of all either: it could be worked out from them.
    """
    if not any(_asks(each) for each in messages):
        return share_of(Measure.CONFIRMED, of, 0, 0, on, "not asked")
    there = [each for each in found if each is not None and each.asked]
    told = [each for each in there if each.asked >= floor] or there[:1]
    asked, confirmed = sum(each.asked for each in told), sum(each.confirmed for each in told)
    return _told(share_of(Measure.CONFIRMED, of, confirmed, asked, on, "nobody could read it yet"), floor)


def _of_statements(programme: Programme, on: date, floor: int) -> Iterator[Figure]:
    """What people were asked to understand: the question of each scope statement, of all waves that bring it."""
    workflows = workflows_of([programme.id])
    counted = confirmed_of(current_statements(workflow.id for workflow in workflows))
    for workflow in workflows:
        these = [each for each in counted.get(workflow.id, []) if each.statement.asks]
        if these:
            of = Subject(SubjectKind.WORKFLOW, str(workflow.id), workflow.name)
            asked, right = sum(each.asked for each in these), sum(each.confirmed for each in these)
            yield _told(share_of(Measure.UNDERSTOOD, of, right, asked, on, "nobody is asked yet"), floor)


def _told(figure: Figure, floor: int) -> Figure:
    """Return it without its numbers where it is about fewer people than the floor."""
    small = figure.denominator is not None and figure.denominator < floor
    return replace(figure.hidden(NOT_SHOWN) if small else figure, groups_under=floor)


def _lede(messages: Sequence[Reached]) -> str:
    if not messages:
        return "No message of this programme has gone out yet."
    sent, recipients = sum(each.sent for each in messages), sum(each.recipients for each in messages)
    which = "The last" if len(messages) == MOST_MESSAGES else "So far"
    number = plural(len(messages), "message", "messages")
    return f"{which} {number}: mail servers accepted {share_words(sent, recipients, 'none')} copies."
