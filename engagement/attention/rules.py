"""The vocabulary of attention: why something waits, its subject, where to act, and when it is urgent."""

from datetime import date, timedelta
from enum import StrEnum

from engagement.vocabulary import Worded

#: A vacancy counts this many days before go-live; a part that was held before counts at any time.
NEAR_DAYS = 60
#: A workflow's owner is to be named this many days before go-live, to have time to look at it.
OWNED_DAYS_BEFORE = 14
#: This many days before go-live a wave needs people with training to do.
TRAINING_BEGINS_DAYS = 28
#: From this many days before training is due a wave is behind below the first share; after the due day, below the second.
TRAINING_WATCHED_DAYS = 14
TRAINED_BEFORE_DUE = 0.80
TRAINED_WHEN_DUE = 0.95


class Reason(Worded):
    """Why something needs somebody, the most urgent first."""

    GATE = "gate", "Go or no-go: waiting for your decision"
    APPROVAL = "approval", "Waiting for your approval"
    SENT_BACK = "sent_back", "Sent back to be changed"
    HELD = "held", "Held, and waiting for a decision"
    REOPENED = "reopened", "Gates that opened again, stand again, or say no-go"
    CONDITION = "condition", "Conditions of a go-live"
    JUDGE = "judge", "Criteria that wait for your judgement"
    SET_ASIDE = "set_aside", "Set aside after a fault"
    UNWRITTEN = "unwritten", "Not written yet"
    MISSED = "missed", "Never sent"
    UNREACHED = "unreached", "Went to nobody"
    UNREAD = "unread", "Concerns that nobody has read"
    UNANSWERED = "unanswered", "Answers past their date"
    PROMISE = "promise", "Promises whose day has come"
    NO_NEXT_STEP = "no_next_step", "Important, and nothing comes next"
    STAKEHOLDER_GONE = "stakeholder_gone", "Stakeholders who are not there any more"
    CONTACT = "contact", "Not contacted in time"
    CONSULTATION = "consultation", "Consultations that wait for you"
    READING_DUE = "reading_due", "Readings that are due"
    MAIL_IN = "mail_in", "Mail that belongs to nobody yet"
    OLD_TRAINING = "old_training", "Moved or changed role before training was finished"
    VACANCY = "vacancy", "Ownership is vacant"
    OVERSIGHT = "oversight", "Nobody may stop it, or not any more"
    REVIEW = "review", "Workflows to look at again"
    GO_LIVE_PASSED = "go_live_passed", "Go-live has passed"
    NONE_TRAINED = "none_trained", "Live, and nobody is trained"
    TRAINING_BEHIND = "training_behind", "Training is behind"
    NO_TRAINING = "no_training", "Nobody has training to do"
    NO_CURRICULUM = "no_curriculum", "A role without a curriculum"
    NO_ROLE = "no_role", "Without a training role"
    OWN_STEP = "own_step", "Yours to do as a sponsor"
    SPONSORS_VIEW = "sponsors_view", "You have not said how you see it"
    BROKEN_CHAIN = "broken_chain", "The sponsor’s word doesn’t get through"
    SPONSORS_STEP = "sponsors_step", "A sponsor’s step that nobody did"
    BOUNCING = "bouncing", "Mail that comes back"
    LEAVERS = "leavers", "Left, and still holding something"
    SIGN_IN = "sign_in", "Sign-ins that wait for you"


class Kind(StrEnum):
    """The kind of a thing that waits or is held."""

    MESSAGE = "message"
    CONCERN = "concern"
    MOVE = "move"
    WORKFLOW = "workflow"
    WAVE = "wave"
    PROGRAMME = "programme"
    CURRICULUM = "curriculum"
    DEPARTMENT = "department"
    STAKEHOLDER = "stakeholder"
    PROMISE = "promise"
    MAIL = "mail"
    COMMUNICATION = "communication"
    LEAVERS = "leavers"
    ADDRESS = "address"
    SIGN_IN = "sign_in"
    JOB = "job"
    STEP = "step"
    METRIC = "metric"
    CONSULTATION = "consultation"
    BODY = "body"
    GATE = "gate"
    CONDITION = "condition"
    CRITERION = "criterion"


class Place(StrEnum):
    """Where to act; a door translates it into an address. The `PLAN_…` ones are for readers who may change the thing."""

    MESSAGE = "message"
    CONCERN = "concern"
    OLD_TRAINING = "old_training"
    WORKFLOW = "workflow"
    NAME_OWNERS = "name_owners"
    OVERSIGHT = "oversight"
    PLAN_WORKFLOW = "plan_workflow"
    WAVE = "wave"
    PLAN_WAVE = "plan_wave"
    MOVE_GO_LIVE = "move_go_live"
    MILESTONES = "milestones"
    WAVE_TRAINING = "wave_training"
    GIVE_ROLES = "give_roles"
    PROGRAMME = "programme"
    PLAN_PROGRAMME = "plan_programme"
    CURRICULUM = "curriculum"
    DEPARTMENT = "department"
    STAKEHOLDER = "stakeholder"
    PLAN_STAKEHOLDER = "plan_stakeholder"
    PROMISE = "promise"
    INBOX = "inbox"
    COMMUNICATION = "communication"
    PLAN_COMMUNICATION = "plan_communication"
    STOPPED = "stopped"
    METRIC = "metric"
    VALUE = "value"
    BASELINE = "baseline"
    CONSULTATION = "consultation"
    BODIES = "bodies"
    READINESS = "readiness"
    GATE = "gate"
    APPROVERS = "approvers"
    CONDITION = "condition"
    JUDGE = "judge"
    NOTICES = "notices"
    LEAVERS = "leavers"
    SIGN_INS = "sign_ins"
    JOBS = "jobs"
    LEADERSHIP_STEP = "leadership_step"
    SPONSOR_CHAIN = "sponsor_chain"
    SPONSORS_VIEW = "sponsors_view"


def days_late(by: date | None, on: date) -> int:
    """Return how many days the day `by` is past; 0 for None or a day that is not past."""
    return max(0, (on - by).days) if by else 0


def is_near(go_live_on: date, on: date) -> bool:
    """Return whether a go-live is so near, or past, that its people need training to do."""
    return go_live_on - on <= timedelta(days=TRAINING_BEGINS_DAYS)


def is_watched(due_on: date, on: date) -> bool:
    """Return whether training is due soon or was due."""
    return due_on - on <= timedelta(days=TRAINING_WATCHED_DAYS)


def is_training_behind(due_on: date, on: date, finished: int, assigned: int) -> bool:
    """Return whether too few have finished for this day; False if nobody was asked."""
    if not assigned:
        return False
    share = finished / assigned
    if on >= due_on:
        return share < TRAINED_WHEN_DUE
    return is_watched(due_on, on) and share < TRAINED_BEFORE_DUE


def is_training_in_doubt(finished: int, assigned: int, *, is_live: bool) -> bool:
    """Return whether training may not be in time: nobody was asked, or the wave is live and too few have finished."""
    return not assigned or (is_live and finished / assigned < TRAINED_WHEN_DUE)


def training_reason(
    go_live_on: date, due_on: date, on: date, *, is_live: bool, people: int, finished: int, assigned: int
) -> Reason | None:
    """Return why an open wave's training needs somebody, None if it is in time or not near.

    Of the wave's `people`, `assigned` were asked to learn something and `finished` have done so.
    """
    if is_live:
        return Reason.NONE_TRAINED if (people or assigned) and not finished else None
    if go_live_on < on:
        return Reason.GO_LIVE_PASSED
    if not assigned:
        return Reason.NO_TRAINING if is_near(go_live_on, on) else None
    return Reason.TRAINING_BEHIND if is_training_behind(due_on, on, finished, assigned) else None
