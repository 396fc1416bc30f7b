"""Every verb of the audit log: the stored value, and its words on pages.

Stored values never change, because entries are never rewritten; the words may.
"""

from enum import StrEnum


class Verb(StrEnum):
    """What somebody did, in the past tense. Entries store the value; `words` is the value, or a clearer text."""

    words: str

    def __new__(cls, value: str, words: str = "") -> "Verb":
        """Return a member with this value; its words are the value unless given."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words or value
        return member

    MADE_SIGN_IN = "made sign-in"
    RENAMED_SIGN_IN = "renamed sign-in"
    SET_PASSWORD = "set password"  # noqa: S105 what was done, no secret
    SIGNED_IN = "signed in"
    #: For people without a role. The instant of such an entry means the whole day.
    SIGNED_IN_THAT_DAY = "signed in that day"
    DEACTIVATED_SIGN_IN = "deactivated sign-in"
    REACTIVATED_SIGN_IN = "reactivated sign-in"
    LEFT_SIGN_IN_ENDED = "left sign-in ended", "left sign-in ended after the person came back"
    KEPT_SIGN_IN_ENDED = "kept sign-in ended", "kept sign-in ended until an administrator decides"
    KEPT_SIGN_IN_ADDRESS = "kept sign-in address", "kept sign-in address until an administrator decides"
    CONFIRMED_SIGN_IN_ADDRESS = "confirmed sign-in address"
    TIED_SIGN_IN = "tied sign-in to the directory"
    GAVE_ROLE = "gave role"
    WITHDREW_ROLE = "withdrew role"
    MOVED_ROLE = "moved role", "moved role along with its department"

    ADDED_PERSON = "added person"
    CHANGED_PERSON = "changed person"
    CHANGED_PERSON_BACK = "changed person back"
    MOVED_PERSON = "moved person", "moved person to another department"
    MOVED_PERSON_BACK = "moved person back", "moved person back to their former department"
    GAVE_BACK_TO_FILE = "gave value back to file"
    MARKED_AS_LEFT = "marked as left", "marked person as left"
    TOOK_BACK_PERSON = "took back", "took back person who had left"
    CHANGED_TRAINING_ROLES = "changed training roles"
    CHANGED_DELIVERY_DETAILS = "changed delivery details", "changed when and how messages reach person"
    SAVED_ALL_ABOUT_PERSON = "exported everything about", "saved all data about person"
    ERASED_PERSON = "erased person"
    MADE_DEPARTMENT = "made department"
    RENAMED_DEPARTMENT = "renamed department"
    MERGED_DEPARTMENT = "merged department", "merged department into another one"
    CLOSED_DEPARTMENT = "closed department"
    NAMED_DEPARTMENT_MANAGER = "named department manager"

    IMPORTED_PEOPLE = "imported people"
    UNDID_IMPORT = "undid import"
    DISCARDED_IMPORT = "discarded import"
    LEFT_OUT_BAD_ROWS = "left out bad rows", "left rows with errors out of import"
    SAVED_COLUMN_MAPPING = "saved column mapping"

    SAVED_AUDIENCE = "saved audience"
    CHANGED_AUDIENCE = "changed audience"
    ARCHIVED_AUDIENCE = "archived audience"
    GAVE_TRAINING_ROLE_BY_RULE = "gave training role by rule"
    WITHDREW_ROLE_RULE = "withdrew role rule", "ended giving training role by rule"
    SETTLED_TRAINING_ROLES = "settled training roles", "gave and took back training roles by rule"

    MADE_PROGRAMME = "made programme"
    CHANGED_PROGRAMME = "changed programme"
    MADE_WORKFLOW = "made workflow"
    CHANGED_WORKFLOW = "changed workflow"
    ANNOUNCED_VERSION = "announced version", "announced another version of workflow"
    NAMED_HOLDER = "named holder", "said who answers for workflow"
    PLANNED_WAVE = "planned wave"
    CHANGED_WAVE = "changed wave"
    MOVED_GO_LIVE = "moved go-live"
    ADDED_MILESTONE = "added milestone"
    CHANGED_MILESTONE = "changed milestone"
    REMOVED_MILESTONE = "removed milestone"
    CHANGED_STATUS_OF_WAVE = "changed status of wave"
    WROTE_FALLBACK = "wrote fallback", "wrote down how to go back"
    KEPT_MESSAGE = "kept message", "prepared a message for a roll-back"
    RELEASED_KEPT = "released kept message", "let a kept message go out"
    OVERRULED_OBSTACLE = "overruled obstacle", "went on although something stood against it"
    CHOSE_WORKFLOWS = "chose workflows of wave"
    CHOSE_DEPARTMENTS = "chose departments of wave"
    MADE_METRIC = "made metric", "said that something is measured"
    CHANGED_METRIC = "changed metric", "changed what is measured"
    ENDED_METRIC = "ended metric", "stopped measuring something"
    SAID_BASELINE = "said baseline", "said how a metric stood before"
    ADDED_READING = "added reading", "entered a reading"
    CORRECTED_READING = "corrected reading", "corrected a reading"
    TOOK_BACK_READING = "took back reading", "took back a reading"
    IMPORTED_READINGS = "imported readings", "took in readings from a file"
    NOTED_LESSONS = "noted lessons", "noted lessons of wave"
    CHOSE_AUDIENCES = "chose audiences of wave"
    ADDED_MEMBER = "added member", "added person to wave"

    ADDED_MODULE = "added module from library"
    RENEWED_MODULE = "renewed module from library"
    WROTE_MODULE = "wrote module", "wrote new module"
    EDITED_MODULE = "edited module"
    CHANGED_CURRICULUM = "changed curriculum"
    RECORDED_COMPLETION = "recorded completion", "recorded training as finished"
    GAVE_DUE_DAY = "gave another due day"
    GAVE_WAVES_DUE_DAY = "gave the wave’s due day again"
    KEPT_OLD_TRAINING = "kept old training"
    LET_OLD_TRAINING_GO = "let old training go"
    TOOK_BACK_DECISION = "took back decision on old training"

    ADDED_STAKEHOLDER = "added stakeholder"
    CHANGED_STAKEHOLDER = "changed stakeholder"
    REMOVED_STAKEHOLDER = "removed stakeholder"
    PUT_BACK_STAKEHOLDER = "put back stakeholder"
    MERGED_STAKEHOLDERS = "merged stakeholders", "made one stakeholder of two entries"
    TOLD_APART = "told stakeholders apart", "said that two stakeholders are not the same"
    IMPORTED_STAKEHOLDERS = "imported stakeholders"
    SAID_CONTACT = "said contact", "said how stakeholder is reached"
    ERASED_STAKEHOLDER = "erased stakeholder"
    SAID_STANDING = "said standing", "said where stakeholder stands"
    FORGOT_LABELS = "forgot labels", "removed levels of a person whose post ended"
    WROTE_NOTE = "wrote stakeholder note"
    WITHDREW_NOTE = "withdrew stakeholder note"
    LOGGED_INTERACTION = "logged interaction", "logged what was said with stakeholder"
    CORRECTED_INTERACTION = "corrected interaction", "corrected what was said with stakeholder"
    WITHDREW_INTERACTION = "withdrew interaction", "withdrew what was said with stakeholder"
    MADE_PROMISE = "made promise", "made promise to stakeholder"
    MOVED_PROMISE = "moved promise", "gave promise to stakeholder another day or owner"
    CLOSED_PROMISE = "closed promise", "said what came of promise to stakeholder"
    SAID_RHYTHM = "said rhythm", "said how often to be in touch"
    JUDGED_HEALTH = "judged health", "judged how relationship with stakeholder stands"
    MADE_MAIL_ADDRESS = "made mail address", "gave programme a private mail address"
    DISCARDED_MAIL = "discarded mail", "threw away mail that came in"
    FORGOT_SENTIMENT = "forgot sentiment", "removed how somebody spoke whose post ended"
    APPOINTED_CHAMPION = "appointed champion"
    RELEASED_CHAMPION = "released champion"
    SAID_RELATION = "said relation", "said how a stakeholder stands to another"
    ENDED_RELATION = "ended relation", "said that a relation of stakeholders has ended"
    PLANNED_STEP = "planned leadership step", "planned a sponsor’s step"
    CHANGED_STEP = "changed leadership step", "changed a sponsor’s step"
    FINISHED_STEP = "finished leadership step", "said that a sponsor’s step is done"
    LEFT_OUT_STEP = "left out leadership step", "left out a sponsor’s step"
    TOOK_BACK_STEP = "took back leadership step", "took back what became of a sponsor’s step"

    SKIPPED_SETUP = "left out setup step"
    TOOK_UP_SETUP = "took up setup step"

    MADE_COMMUNICATION = "made communication"
    CHANGED_COMMUNICATION = "changed communication"
    ENDED_COMMUNICATION = "ended communication"
    TOOK_UP_COMMUNICATION = "took up communication", "took up a communication that had ended"
    PLANNED_MESSAGES = "planned messages", "planned coming messages"
    DATED_MESSAGE = "dated message", "added message on a date"
    WROTE_MESSAGE = "wrote message"
    WROTE_TRANSLATION = "wrote translation"
    REMOVED_TRANSLATION = "removed translation"
    ASKED_FOR_APPROVAL = "asked for approval"
    APPROVED_MESSAGE = "approved message"
    SENT_BACK_MESSAGE = "sent back message", "sent message back to be changed"
    WITHDREW_APPROVAL = "withdrew approval"
    MOVED_MESSAGE = "moved message", "gave message another time"
    SKIPPED_MESSAGE = "skipped message"
    TOOK_UP_MESSAGE = "took up message", "took up a message that was skipped"
    MISSED_MESSAGE = "missed message", "marked message as missed"
    HELD_MESSAGE = "held message"
    RELEASED_MESSAGE = "released held message"
    FOUND_NO_RECIPIENTS = "found no recipients"
    QUEUED_MESSAGE = "queued message", "began to send message"
    STOPPED_MESSAGE = "stopped message"
    SENT_TO_WAITING = "sent to people who waited", "sent message to people who waited"
    SENT_TO_MISSING = "sent to people who were missing", "sent message to people who were missing"
    SENT_REMINDERS = "sent reminders"
    SENT_TEST_COPY = "sent test copy"
    SENT_AGAIN = "sent again", "sent message again"
    LEFT_UNCERTAIN_DELIVERY = "left an uncertain delivery"
    CONFIRMED_READING = "confirmed reading"

    WORKED_ON_CONCERNS = "worked on concerns"
    COUNTED_FLOOD = "decided that a flood of concerns counts"
    LEFT_OUT_FLOOD = "decided that a flood of concerns is left out"

    EXPORTED_EVERYTHING = "exported everything"
    RESTORED_BACKUP = "restored backup"
    TOLD_ADMINISTRATORS = "told administrators", "wrote to the administrators"
    RAN_JOB = "ran job", "had job run"
    TRIED_AGAIN = "tried again", "had something tried again"
    SET_RETENTION = "set retention", "set how long records are kept"
    APPLIED_RETENTION = "applied retention", "removed records that were kept long enough"


_WORDS = {verb.value: verb.words for verb in Verb}
_STORED = {verb.words: verb.value for verb in Verb}


def verb_words(stored: str) -> str:
    """Return the words of a stored verb; one unknown to this version keeps its stored text."""
    return _WORDS.get(stored, stored)


def stored_verb(words: str) -> str:
    """Return the stored value of the verb with these words."""
    return _STORED.get(words, words)
