"""Changes of the calendar: communications and their dates, texts and approvals, and the way into the outbox."""

from engagement.communications.actions.approving import (
    approve,
    ask_approval,
    lapse_if_overtaken,
    send_back,
    withdraw_approval,
)
from engagement.communications.actions.calendar import (
    adopt_standard_communications,
    change_communication,
    end_communication,
    make_communication,
    refuse_readers_beyond,
    take_up_communication,
)
from engagement.communications.actions.placing import move_occurrence, skip_occurrence, take_up_occurrence
from engagement.communications.actions.planning import (
    plan_communication,
    plan_occurrences,
    schedule_briefing,
    settle_missed,
)
from engagement.communications.actions.reminding import messages_to_remind_of, remind
from engagement.communications.actions.sending import (
    decide_held,
    hold_occurrence,
    queue_occurrence,
    resume_occurrence,
    send_test_copy,
    settle_sending,
)
from engagement.communications.actions.waiting import send_to_waiting, stop_overtaken, stop_sending
from engagement.communications.actions.writing import (
    Written,
    bring_back,
    remove_translation,
    write_occurrence,
    write_translation,
)
from engagement.communications.messages import preview_as

__all__ = [
    "Written",
    "adopt_standard_communications",
    "approve",
    "ask_approval",
    "bring_back",
    "change_communication",
    "decide_held",
    "end_communication",
    "hold_occurrence",
    "lapse_if_overtaken",
    "make_communication",
    "messages_to_remind_of",
    "move_occurrence",
    "plan_communication",
    "plan_occurrences",
    "preview_as",
    "queue_occurrence",
    "refuse_readers_beyond",
    "remind",
    "remove_translation",
    "resume_occurrence",
    "schedule_briefing",
    "send_back",
    "send_test_copy",
    "send_to_waiting",
    "settle_missed",
    "settle_sending",
    "skip_occurrence",
    "stop_overtaken",
    "stop_sending",
    "take_up_communication",
    "take_up_occurrence",
    "withdraw_approval",
    "write_occurrence",
    "write_translation",
]
