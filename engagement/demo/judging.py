"""Where the demonstration's change team judged stakeholders to stand, and why, over half a year."""

from dataclasses import dataclass

from engagement.demo import mapping, roster
from engagement.demo.roster import Figure
from engagement.demo.stage import Stage
from engagement.demo.talking import actor, stakeholder
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.queries.posts import is_labelled
from engagement.stakeholders.standings.rules import Level, Standing

Whom = Figure | str | tuple[str, int]


@dataclass(frozen=True)
class Judgement:
    """What was judged `day` days from today: power, interest and impact in tenths, engagement now and wanted.

    Of somebody without a post only power and interest are kept, whatever stands here.
    """

    day: int
    whom: Whom
    judged: tuple[int, int, int]
    now: Level
    wanted: Level
    reason: str
    by: Figure = roster.MANAGER


U, R, N, S, L = Level
COUNCIL, BROKERS, POLICYHOLDERS, REGULATOR = "Works council", "Brokers", "Policyholders", "Insurance regulator"
MOTOR, PROPERTY, LETTERS, BROKER_SERVICE = (
    "Operations/Claims/Motor",
    "Operations/Claims/Property",
    "Operations/Claims/Letters",
    "Operations/Broker Service",
)
JUDGEMENTS = (
    Judgement(-178, roster.SPONSOR, (93, 62, 30), S, L, "She asked for the programme, and has not yet said so outside the board."),
    Judgement(-150, roster.SPONSOR, (93, 62, 30), L, L, "Opened wave 1 herself, and stayed for the questions."),
    Judgement(-178, COUNCIL, (86, 70, 60), R, S, "Nothing changes at work without their agreement, and last year’s rota is not forgotten."),
    Judgement(-118, COUNCIL, (86, 78, 60), R, S, "They read everything now, and answer within a week."),
    Judgement(-60, COUNCIL, (86, 86, 60), N, S, "They agree to wave 3, if nobody’s output is measured by it."),
    Judgement(-168, MOTOR, (48, 72, 80), S, S, "They asked to be first, and have their best people in it.", roster.WAVE_LEAD),
    Judgement(-62, MOTOR, (48, 58, 80), L, S, "They show it to other teams on their own.", roster.WAVE_LEAD),
    Judgement(-174, ("Finance/Accounts payable/Invoices", 0), (58, 40, 55), N, S, "Decides what invoices it may touch, and waits to see.", roster.WAVE_LEAD),
    Judgement(-30, ("Finance/Accounts payable/Invoices", 0), (58, 52, 55), S, S, "After the first month-end with it.", roster.WAVE_LEAD),
    Judgement(-146, roster.ADMIN, (63, 62, 50), S, S, "His team carries the integrations, and he says no in time.", roster.WAVE_LEAD),
    Judgement(-138, "IT/Workplace support", (34, 55, 65), N, S, "They expect three times the calls, and want answers in writing first.", roster.WAVE_LEAD),
    Judgement(-45, "IT/Workplace support", (34, 61, 65), S, S, "Wave 2 brought fewer calls than they feared.", roster.WAVE_LEAD),
    Judgement(-132, REGULATOR, (90, 22, 10), U, N, "Could stop it, and has not asked yet."),
    Judgement(-70, REGULATOR, (90, 31, 10), N, N, "Their questions about explanations were answered in writing."),
    Judgement(-116, PROPERTY, (54, 80, 85), R, N, "They decide every claim that it sorts, and fear to answer for its mistakes."),
    Judgement(-5, PROPERTY, (54, 93, 85), R, N, "The rehearsal was watched by all; doubts about reserves stay."),
    Judgement(-116, LETTERS, (33, 70, 95), U, N, "Nobody has told them yet what stays theirs."),
    Judgement(-90, LETTERS, (33, 83, 95), R, N, "At the workshop they heard that drafting goes first."),
    Judgement(-10, LETTERS, (33, 83, 95), N, N, "Signing stays theirs, in these words, in the scope statement."),
    Judgement(-108, BROKER_SERVICE, (59, 84, 70), N, S, "They explain decisions that they did not make.", roster.WAVE_LEAD),
    Judgement(-103, BROKER_SERVICE, (59, 84, 70), R, S, "The day of wave 3 meets the June renewals.", roster.WAVE_LEAD),
    Judgement(-27, BROKER_SERVICE, (69, 86, 70), R, S, "They own the June renewals. If they say wait, sales will say wait.", roster.WAVE_LEAD),
    Judgement(-98, roster.LEAD, (75, 62, 60), R, L, "Doubts the suggested reserves, and her teams listen to her."),
    Judgement(-50, roster.LEAD, (80, 62, 60), N, L, "She brings wrong cases herself now."),
    Judgement(-18, roster.LEAD, (80, 70, 60), S, L, "With the limit on reserves she stands behind it."),
    Judgement(-94, POLICYHOLDERS, (22, 34, 20), N, N, "They notice that letters sound different, if anything."),
    Judgement(-94, BROKERS, (42, 63, 35), N, N, "They ask why a claim was sorted as it was.", roster.WAVE_LEAD),
    Judgement(-46, BROKERS, (42, 71, 35), R, N, "They want one number to call that a person answers.", roster.WAVE_LEAD),
    Judgement(-58, ("Legal", 2), (77, 36, 20), N, S, "Judges what the workflows may read."),
    Judgement(-88, "Sales", (66, 48, 40), N, S, "They sell what brokers hear of it.", roster.WAVE_LEAD),
    Judgement(-26, "Sales", (66, 57, 40), N, S, "They look at Broker Service, and say little.", roster.WAVE_LEAD),
    Judgement(-125, "Finance/Accounts payable/Suppliers", (38, 44, 60), N, S, "Second to work with it, without having asked.", roster.WAVE_LEAD),
    Judgement(-40, "Finance/Accounts payable/Suppliers", (38, 52, 60), S, S, "Month-end took two days less.", roster.WAVE_LEAD),
    Judgement(-140, "IT/Security", (71, 33, 15), N, N, "Has to release each connection.", roster.WAVE_LEAD),
    Judgement(-55, "Operations/Customer Service", (40, 38, 45), U, S, "They will hear of it from callers, unless we are first."),
)  # fmt: skip


def judge_stakeholders(stage: Stage, offset: int) -> None:
    """Say where stakeholders stand on the day `offset` days from today."""
    with stage.at(stage.day(offset), 16):
        for judgement in JUDGEMENTS:
            if judgement.day == offset:
                _judge(stage, judgement, offset)


def _judge(stage: Stage, judgement: Judgement, offset: int) -> None:
    row, on = _on_the_map(judgement.whom), stage.day(offset)
    influence, interest, impact = judgement.judged
    said = (
        Standing(influence, interest, impact, judgement.now, judgement.wanted)
        if is_labelled(row, on)
        else Standing(influence, interest)
    )
    say_standing(row, said, judgement.reason, on=on, by=actor(stage, judgement.by))


def _on_the_map(whom: Whom) -> Stakeholder:
    return mapping.entry_of(whom) if isinstance(whom, tuple) else stakeholder(whom)
