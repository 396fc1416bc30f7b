"""What each table says about people, decided only here; a test fails for a table that is missing.

A column refers to a person, their account, or them as a stakeholder. Its row is about them, was written or done by
them, or is somebody else's matter in which they have a post. Rows about a stakeholder are about the person who is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Post:
    """A column that gives somebody a post in another's matter: the post, the thing, and the columns with its name."""

    word: str
    thing: str
    named_by: tuple[str, ...] = ("name",)
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Reach:
    """How one table refers to people.

    `about` are the columns of the person whom a row is about; such a row is shown whole except for `without`, which
    tells of somebody else or only protects. `by` maps a column of the author to the author's own columns: when, and
    their words. `posts` are posts in another's matter. `beside` refers to people and is shown nowhere.
    """

    about: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    posts: Mapping[str, Post] = field(default_factory=dict)
    beside: tuple[str, ...] = ()


NOBODY = Reach()
_QUESTION = ("question", "answers", "why")
_NAMED_AND_ENDED = {"named_by_id": ("named_at",), "ended_by_id": ("ended_at",)}

REACH: dict[str, Reach] = {
    # The directory and sign-ins.
    "person": Reach(about=("id",), without=("searched_by", "sorted_by"), beside=("manager_id",)),
    "person_role": Reach(about=("person_id",)),
    "hand_value": Reach(about=("person_id",), without=("given_by", "given_by_id")),
    "department": Reach(posts={"manager_id": Post("Manager", "department", ("path",))}),
    "account": Reach(about=("person_id",), without=("password_hash", "session_version")),
    "sign_in_day": Reach(about=("account_id",)),
    "role_grant": Reach(about=("account_id",), without=("granted_by",)),
    **dict.fromkeys(("used_link", "sign_in_attempt", "known_place"), NOBODY),
    # HR files. A staged row is found by the person it was matched to.
    "import_run": Reach(by={"started_by_account_id": ("id", "filename", "started_at", "status")}),
    "import_change": Reach(about=("person_id",)),
    "staged_match": Reach(about=("person_id",)),
    "staged_person": Reach(without=("searched_by", "sorted_by", "manager_email", "manager_employee_id")),
    **dict.fromkeys(("staged_reference", "saved_mapping", "skipped_setup"), NOBODY),
    "kept_form": Reach(by={"account_id": ("path", "fields", "kept_at")}),
    "kept_upload": Reach(by={"account_id": ("filename", "kept_at")}),
    # Mail. The built-in mailbox holds copies of deliveries.
    **dict.fromkeys(("mailing", "translation", "reminder", "enclosed_file"), NOBODY),
    "delivery": Reach(about=("person_id",), without=("claimed_by", "claimed_until")),
    "acknowledgement": Reach(about=("person_id",)),
    "mailbox_message": NOBODY,
    # What came back from somebody's address, or from one that nobody has.
    "bounce": Reach(about=("person_id",), without=("fingerprint",)),
    "suppression": Reach(about=("person_id",), without=("lifted_by",)),
    "bounce_mailbox": NOBODY,
    # Programmes and waves.
    "programme": Reach(posts={"sponsor_id": Post("Sponsor", "programme")}),
    **dict.fromkeys(("workflow", "workflow_version", "scope_statement"), NOBODY),
    "overseer": Reach(
        about=("person_id",),
        without=("deputy_id", "said_by"),
        posts={"deputy_id": Post("Deputy of who may stop it", "workflow", ("workflow_id",), "since_on", "until_on")},
    ),
    "ownership": Reach(about=("person_id",)),
    "wave": Reach(
        posts={
            "lead_id": Post("Wave lead", "wave", ("number", "name")),
            "sponsor_id": Post("Sponsor of the wave", "wave", ("number", "name")),
        }
    ),
    "worker_effect": Reach(by={"said_by_id": ("said_at", "why"), "ended_by_id": ("ended_at",)}),
    "notice": Reach(
        by={"written_by_id": ("written_at", "subject", "body"), "published_by_id": ("published_at", "subject")}
    ),
    "body": Reach(beside=("stakeholder_id",)),
    "body_member": Reach(("person_id",), ("named_by_id", "ended_by_id"), _NAMED_AND_ENDED),
    "consultation": Reach(by={"opened_by_id": ("opened_at", "basis")}),
    "handed_over": Reach(by={"said_by_id": ("said_at", "name", "version")}),
    "body_question": Reach(by={"asked_by_id": ("asked_at", "text")}),
    "body_answer": Reach(by={"answered_by_id": ("answered_at", "text")}),
    "position": Reach(by={"said_by_id": ("said_at", "kind", "words")}),
    "value_metric": Reach(posts={"owner_id": Post("Reads it", "metric", ("name",), "made_at", "ended_at")}),
    "metric_baseline": Reach(by={"said_by_id": ("said_at", "method", "reason")}),
    "metric_reading": Reach(by={"said_by_id": ("said_at", "note")}),
    "report_snapshot": Reach(by={"by_id": ("frozen_at", "sentence")}),
    "report_figure": NOBODY,
    "report_subscription": Reach(
        about=("account_id",),
        without=("made_by_id", "ended_by_id"),
        by={"made_by_id": ("made_at", "rhythm"), "ended_by_id": ("ended_at",)},
    ),
    "report_sending": NOBODY,
    # Numbers of use. A day's row and a span are somebody's own; counts of waves name nobody.
    "usage_door": Reach(by={"made_by_id": ("made_at", "name"), "ended_by_id": ("ended_at",)}),
    "usage_upload": Reach(by={"received_by_id": ("received_at", "name"), "taken_back_by_id": ("taken_back_at",)}),
    "usage": Reach(about=("person_id",), without=("upload_id",)),
    "team_usage": NOBODY,
    "usage_span": Reach(about=("person_id",), without=("recent",)),
    "adoption_count": NOBODY,
    "usage_mapping": Reach(by={"saved_by_id": ("saved_at",)}),
    **dict.fromkeys(("wave_department", "milestone", "anchor", "replan", "replan_row"), NOBODY),
    "blackout": Reach(by={"made_by_id": ("from_on", "until_on", "reason", "made_at")}),
    **dict.fromkeys(("wave_step", "wave_audience", "wave_lesson", "design_occasion"), NOBODY),
    "design_participant": Reach(about=("person_id",)),
    # What was raised belongs to an occasion, never to a person.
    "design_point": NOBODY,
    # What people say each alone refers to nobody; that somebody answered can be told by the service's secret alone.
    **dict.fromkeys(("impact_mark", "impact_voice", "impact_sentence"), NOBODY),
    # A sponsor's view is theirs, whoever wrote it down; its points are found by it, see `_further_ways`.
    "impact_assessment": Reach(about=("sponsor_id",), without=("said_by", "published_by")),
    "impact_aspect": NOBODY,
    **dict.fromkeys(("wave_fallback", "go_live_move"), NOBODY),
    "overruling": Reach(by={"by_id": ("at", "sentence", "reason")}),
    "criterion": Reach(by={"made_by_id": ("made_at", "kind")}),
    "criterion_terms": Reach(
        posts={"owner_id": Post("Sees to this criterion", "criterion", ("title",), "said_at", "superseded_at")},
        by={"said_by_id": ("said_at", "title", "left_out")},
    ),
    "gate_approver": Reach(("person_id",), ("named_by_id", "ended_by_id"), _NAMED_AND_ENDED),
    "gate_decision": Reach(
        about=("approver_id",), without=("decided_by_id",), by={"decided_by_id": ("decided_at", "choice", "reason")}
    ),
    "gate_value": NOBODY,
    "gate_condition": Reach(
        posts={"owner_id": Post("Does what a decision asks", "condition", ("text",), None, "settled_at")},
        by={"settled_by_id": ("settled_at", "settled_note")},
    ),
    "gate_asking": Reach(about=("person_id",)),
    "gate_reopening": NOBODY,
    "gate_override": Reach(by={"by_id": ("at", "reason"), "ended_by_id": ("ended_at",)}),
    "criterion_judgement": Reach(by={"judged_by_id": ("judged_at", "state", "evidence")}),
    "wave_workflow": NOBODY,
    "membership": Reach(about=("person_id",), without=("joined_by", "ended_by")),
    # Kept numbers repeat what memberships, roles and completions say.
    **dict.fromkeys(("tally", "tally_day"), NOBODY),
    "tally_share": Reach(beside=("person_id",)),
    **dict.fromkeys(("tally_mark", "reached_mark"), Reach(beside=("person_id",))),
    # Training.
    **dict.fromkeys(("module", "curriculum", "curriculum_item"), NOBODY),
    "assignment": Reach(about=("person_id",)),
    "own_due_day": Reach(
        about=("person_id",),
        without=("said_by", "said_by_id"),
        by={"said_by_id": ("said_at", "due_on", "reason")},
    ),
    "quiet_override": Reach(
        by={"said_by_id": ("said_at", "people", "until_on", "reason"), "ended_by_id": ("ended_at",)}
    ),
    "completion": Reach(about=("person_id",), without=("recorded_by",)),
    "quiz_attempt": Reach(about=("person_id",), without=("fingerprint",)),
    "scope_answer": Reach(about=("person_id",)),
    "leftover": Reach(
        about=("person_id",), without=("decided_by", "decided_by_id"), by={"decided_by_id": ("decided_at", "decision")}
    ),
    # Stakeholders. Their words about somebody else are shown without that person's name.
    "stakeholder": Reach(about=("person_id", "merged_into_id"), without=("sorted_by",)),
    "stakeholder_copy": Reach(about=("stakeholder_id",)),
    "stakeholder_distinction": Reach(
        about=("stakeholder_id",),
        without=("other_id", "said_by_id"),
        by={"said_by_id": ("said_at",)},
        beside=("other_id",),
    ),
    "stakeholder_profile": Reach(
        about=("stakeholder_id",),
        without=("owner_id", "said_by_id"),
        by={"said_by_id": ("said_at", "role", "represents")},
        posts={"owner_id": Post("Looks after", "stakeholder", ("stakeholder_id",), "said_at", "superseded_at")},
    ),
    "stakeholder_place": Reach(
        about=("stakeholder_id",),
        without=("added_by_id", "ended_by_id"),
        by={"added_by_id": ("added_at",), "ended_by_id": ("ended_at",)},
    ),
    "stakeholder_standing": Reach(
        about=("stakeholder_id",), without=("said_by_id",), by={"said_by_id": ("said_at", "reason")}
    ),
    "stakeholder_note": Reach(
        about=("stakeholder_id",),
        without=("author_id", "withdrawn_by_id"),
        by={"author_id": ("written_at", "text", "withdrawn_at"), "withdrawn_by_id": ("withdrawn_at",)},
    ),
    "stakeholder_removal": Reach(
        about=("stakeholder_id",),
        without=("removed_by_id", "undone_by_id"),
        by={"removed_by_id": ("removed_at", "reason"), "undone_by_id": ("undone_at",)},
    ),
    # An interaction is about everybody who took part, see `_further_ways`.
    "interaction": Reach(
        without=("logged_by_id", "withdrawn_by_id"),
        by={"logged_by_id": ("logged_at",), "withdrawn_by_id": ("withdrawn_at",)},
    ),
    "interaction_party": Reach(about=("stakeholder_id",)),
    "interaction_wording": Reach(
        without=("colleague_id", "said_by_id"),
        by={"said_by_id": ("said_at", "happened_on", "channel", "topics", "notes", "sentiment")},
        posts={"colleague_id": Post("Took part", "interaction", ("interaction_id",), "said_at", "superseded_at")},
    ),
    "programme_mailbox": Reach(by={"made_by_id": ("made_at",)}),
    # About whoever sent it, see `_further_ways`.
    "mail_in": Reach(without=("handled_by_id",), by={"handled_by_id": ("handled_at",)}),
    "contact_rhythm": Reach(
        about=("stakeholder_id",), without=("said_by_id",), by={"said_by_id": ("said_at", "every")}
    ),
    "health_judgement": Reach(
        about=("stakeholder_id",), without=("said_by_id",), by={"said_by_id": ("said_at", "figure", "reason")}
    ),
    "commitment": Reach(
        about=("stakeholder_id",),
        without=("owner_id", "made_by_id", "closed_by_id"),
        by={
            "made_by_id": ("made_at", "due_on", "text"),
            "closed_by_id": ("closed_at", "outcome", "outcome_words"),
        },
        posts={"owner_id": Post("Keeps it", "promise", ("id",), "made_at", "closed_at")},
    ),
    # About whom the promise is, see `_further_ways`.
    "commitment_move": Reach(
        without=("moved_by_id", "owner_id", "former_owner_id"),
        by={"moved_by_id": ("moved_at", "former_on", "due_on", "reason")},
        beside=("owner_id", "former_owner_id"),
    ),
    "champion": Reach(
        about=("person_id",),
        without=("appointed_by_id", "released_by_id"),
        by={"appointed_by_id": ("appointed_at",), "released_by_id": ("released_at",)},
    ),
    # Relations. The other one is somebody else, so only that there was one, and when.
    "stakeholder_relation": Reach(
        about=("from_id", "to_id"),
        without=("from_id", "to_id", "said_by_id", "ended_by_id"),
        by={"said_by_id": ("said_at", "kind"), "ended_by_id": ("ended_at", "kind")},
    ),
    # A sponsor's steps: the line is about whose step it is.
    "leadership_step": NOBODY,
    "leadership_line": Reach(
        about=("person_id",), without=("said_by_id",), by={"said_by_id": ("said_at", "what", "place", "words")}
    ),
    # Concerns. An anonymous one refers to nobody; one logged for somebody holds that person's words.
    "concern": Reach(
        about=("person_id",),
        without=("logged_by_id", "owner_id", "receipt_hash", "submission"),
        by={"logged_by_id": ("id", "received_on")},
        posts={"owner_id": Post("Owner", "concern", ("id",))},
    ),
    # The letterbox and the figures refer to nobody.
    **dict.fromkeys(("concern_letter", "letterbox_round", "concern_figures", "concern_period"), NOBODY),
    "concern_reply": Reach(by={"author_id": ("concern_id", "written_on", "text")}),
    "concern_step": Reach(by={"by_id": ("concern_id", "at", "status", "note")}),
    "concern_response": Reach(by={"by_id": ("concern_id", "tried_on", "title")}),
    # Communication.
    **dict.fromkeys(("audience", "role_rule"), NOBODY),
    "communication": Reach(
        posts={
            "owner_id": Post("Writer", "communication", since="made_at", until="ended_at"),
            "approver_id": Post("Approver", "communication", since="made_at", until="ended_at"),
        }
    ),
    "occurrence": Reach(by={"written_by_id": ("id", "written_at", "subject", "body", *_QUESTION)}),
    "occurrence_text": NOBODY,
    "text_version": Reach(by={"written_by_id": ("occurrence_id", "written_at", "subject", "body", *_QUESTION)}),
    "message_answer": Reach(about=("person_id",), without=("is_counted",)),
    "sent_back": Reach(by={"sent_back_by_id": ("occurrence_id", "sent_back_at", "comment")}),
    "approval": Reach(by={"approved_by_id": ("occurrence_id", "approved_at", "withdrawn_at")}),
    "set_aside": NOBODY,
    # The service itself. For acts towards others, audit entries show when, what, and the kind of thing.
    "audit_entry": Reach(
        about=("person_id",), without=("actor_id", "actor_name"), by={"actor_id": ("at", "verb", "subject_kind")}
    ),
    **dict.fromkeys(("job_line", "mail_pace", "mail_domain_pace", "mail_worker", "retention_rule"), NOBODY),
}

#: Tables that may tell of concerns, unsent forms among them: only for the person and for readers of the log.
OF_CONCERNS = frozenset(
    "concern concern_letter concern_reply concern_response concern_step impact_sentence impact_voice kept_form".split()
)
#: Of these, words that nobody may read yet.
NOT_READ_YET = frozenset({"concern_letter", "impact_voice"})
