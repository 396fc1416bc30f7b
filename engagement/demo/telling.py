"""The demonstration's notice: letter drafting affects the people who work with it, and they were told in two versions."""

from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.notices.actions import publish_notice, say_effect, send_notice, write_notice
from engagement.notices.queries.present import notices_to_send
from engagement.people.organisation.rules import Organisation

WORKFLOW = "Letter drafting"
WHY = "It keeps which drafts were sent back, and teams see how many."
SUBJECT = "Letter drafting: what it keeps of your work, and what it doesn’t"
TEXTS = (
    "From go-live on, letter drafting writes a draft for you.\n\n- It keeps which drafts were sent back, by team.\n"
    "- It does not keep how long you take.",
    "From go-live on, letter drafting writes a draft for you.\n\n- It keeps which drafts were sent back, by team of five "
    "people or more, for 90 days.\n- It does not keep how long you take, and nobody sees what one person sends back.\n\n"
    "The works council has this text too.",
)
#: Days from today on which the two versions were published.
PUBLISHED = (-18, -6)


def tell_workers(stage: Stage, offset: int) -> None:
    """Write and publish a version, and send the current one to who came later, on the day `offset` days from today."""
    writer, publisher = (stage.accounts[figure.email].actor for figure in (roster.WAVE_LEAD, roster.MANAGER))
    organisation = Organisation.of(stage.settings)
    if offset in PUBLISHED:
        with stage.at(stage.day(offset), 11):
            workflow = stage.workflows[WORKFLOW]
            say_effect(workflow, WHY, by=publisher)
            notice = write_notice(workflow, SUBJECT, TEXTS[PUBLISHED.index(offset)], by=writer)
            publish_notice(notice, by=publisher, organisation=organisation)
    if offset > PUBLISHED[0]:
        with stage.at(stage.day(offset), 12):
            for notice_id in notices_to_send():
                send_notice(notice_id)
