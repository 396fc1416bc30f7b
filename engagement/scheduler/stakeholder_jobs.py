"""The jobs of the timetable about stakeholders: labels that must not be kept, and letters about promises."""

from engagement import clock
from engagement.people.organisation.rules import Organisation
from engagement.scheduler.items import one_by_one
from engagement.settings import Settings
from engagement.stakeholders.commitments.actions import reminding
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries.reminding import promises_to_remind_of, promises_to_tell_of
from engagement.stakeholders.health.actions import forget_judgements
from engagement.stakeholders.health.queries import judgements_to_forget
from engagement.stakeholders.interactions import actions as interactions
from engagement.stakeholders.interactions.models import Interaction
from engagement.stakeholders.interactions.queries.timeline import sentiments_to_forget
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.standings import actions as standings
from engagement.stakeholders.standings.queries.posts import labels_to_forget
from engagement.words import count, plural


def forget_labels(settings: Settings) -> str:
    """Empty levels, impact and sentiments of people whose last post ended; pages have not shown them since that moment."""
    today = clock.today(settings.timezone)
    emptied = one_by_one(
        "forget-labels", Stakeholder, labels_to_forget(today), lambda key: standings.forget_labels(key, today)
    )
    spoke = one_by_one(
        "forget-labels",
        Interaction,
        sentiments_to_forget(today),
        lambda key: interactions.forget_sentiment(key, today),
    )
    judged = one_by_one(
        "forget-labels",
        Stakeholder,
        judgements_to_forget(today),
        lambda key: forget_judgements(key, today),
    )
    return f"{count(sum(emptied) + sum(spoke) + sum(judged))} emptied."


def remind_of_promises(settings: Settings) -> str:
    """Queue reminders of promises to stakeholders, and letters about those past their day."""
    line, on, organisation = "remind-of-promises", clock.today(settings.timezone), Organisation.of(settings)
    reminded = one_by_one(
        line,
        Commitment,
        promises_to_remind_of(on, organisation.country),
        lambda key: reminding.remind_of_promise(key, on, organisation),
    )
    told = one_by_one(
        line, Commitment, promises_to_tell_of(on), lambda key: reminding.tell_of_late_promise(key, on, organisation)
    )
    letters = plural(sum(told), "letter", "letters")
    return f"{plural(sum(reminded), 'reminder', 'reminders')} queued, {letters} about late promises."
