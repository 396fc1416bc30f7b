"""Which columns of which tables hold words that may name somebody: free text, signatures, and what the service wrote."""

from collections.abc import Mapping

#: Columns, by table, in which people write freely, so that anybody may be named. Rows about or by the erased person are
#: found by their keys; the other passages are offered as a list to whoever erases them, to decide on.
FREE_TEXT: Mapping[str, tuple[str, ...]] = {
    "audience": ("name", "note"),
    "mailing": ("subject", "title", "text", "html"),
    "translation": ("subject", "text", "html"),
    "module": ("title", "summary", "body"),
    "programme": ("name", "purpose"),
    "workflow": (
        *("name", "summary", "system_does", "people_do", "who_decides"),
        *("signs_of_error", "then_do", "about_the_job"),
    ),
    "workflow_version": ("changes",),
    "wave": ("name", "aim", "exit_criteria"),
    "wave_fallback": ("steps", "who_decides"),
    "wave_lesson": ("text",),
    "milestone": ("name",),
    "wave_step": ("reason",),
    "go_live_move": ("reason",),
    "value_metric": ("name",),
    "metric_baseline": ("method", "reason"),
    "metric_reading": ("note",),
    "overruling": ("sentence", "reason"),
    "own_due_day": ("reason",),
    "stakeholder": ("name", "organisation"),
    "stakeholder_profile": ("role", "represents"),
    "stakeholder_standing": ("reason",),
    "stakeholder_removal": ("reason",),
    "stakeholder_note": ("text",),
    "interaction_wording": ("topics", "notes"),
    "health_judgement": ("reason",),
    "mail_in": ("sender", "subject", "text", "attachments"),
    "commitment": ("text", "outcome_words"),
    "commitment_move": ("reason",),
    "leadership_line": ("what", "place", "words"),
    "communication": ("name", "subject", "outline"),
    "occurrence": ("subject", "body", "reason"),
    "occurrence_text": ("subject", "body"),
    "text_version": ("subject", "body"),
    "sent_back": ("comment",),
    "concern": ("text",),
    "concern_reply": ("text",),
    "concern_step": ("note",),
    "concern_letter": ("text",),
}
#: Columns with the whole name of whoever did something, without a key: found where the name is equal.
SIGNED: Mapping[str, tuple[str, ...]] = {
    "membership": ("joined_by", "ended_by"),
    "role_grant": ("granted_by",),
    "completion": ("recorded_by",),
    "module": ("edited_by",),
    "saved_mapping": ("saved_by",),
    "wave_step": ("by",),
    "wave_fallback": ("said_by",),
    "wave_lesson": ("said_by",),
    "wave_audience": ("chosen_by",),
    "workflow_version": ("said_by",),
    "go_live_move": ("by",),
    "skipped_setup": ("by",),
    "import_run": ("started_by",),
    "leftover": ("decided_by",),
    "own_due_day": ("said_by",),
    "mailing": ("sender_name",),
}
#: Columns into which the service itself writes names: old and new values, and problems of files and jobs.
WRITTEN_DOWN: Mapping[str, tuple[str, ...]] = {
    "audit_entry": ("changes",),
    "import_run": ("filename", "problems", "new_departments"),
    "job_line": ("outcome", "error"),
    "mailing": ("reply_to",),
    "approval": ("acted_on",),
    "set_aside": ("name", "reason"),
    "mail_in": ("problem",),
}
