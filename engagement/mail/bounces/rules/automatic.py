"""Whether a mail is an automatic answer, such as "out of office", or a notice that mail arrived: both count as nothing."""

import re
from email.message import Message

#: Headers that answering programs set, with the values that say "no person"; "" for any. RFC 3834 and what came before it.
_HEADERS = (
    ("x-autoreply", ""),
    ("x-autorespond", ""),
    ("x-autoresponder", ""),
    ("x-auto-reply", ""),
    ("x-vacation", ""),
    ("x-mail-autoreply", ""),
    ("x-ms-exchange-inbox-rules-loop", ""),
    ("x-precedence", "auto_reply"),
    ("precedence", "auto_reply"),
    ("delivered-to", "autoresponder"),
)
#: How subjects of absence begin, in the languages of the offices that answer.
_SUBJECT = re.compile(
    r"^(?:re: ?|aw: ?|sv: ?)*(?:out of (?:the )?office|automatic(?:ally)? (?:reply|generated)|auto(?:matic)?[- ]?(?:reply|response|svar)"
    r"|on (?:annual |parental )?leave|on (?:vacation|holiday)|away from (?:the |my )?(?:office|desk|mail)"
    r"|abwesen|automatische (?:antwort|abwesenheit|e-mail)|urlaub|nicht im büro"
    r"|réponse automatique|absence|absent|message d.absence|en congés?"
    r"|respuesta autom|fuera de (?:la )?oficina|ausen|resposta autom|fora do escrit"
    r"|risposta automatica|fuori (?:sede|ufficio)|assenza"
    r"|automatisch antwoord|afwezig|niet aanwezig|frånvaro|fravær|automaattinen vastaus|poissa"
    r"|autoodpowied|odpowiedź automatyczna|nieobecno|automatická odpov|mimo kancel|自動応答|自动回复|автоответ|автоматический ответ)",
    re.IGNORECASE,
)


def is_marked_automatic(message: Message) -> bool:
    """Return whether headers that only answering programs set mark a mail; bounces have none of them."""
    for name, value in _HEADERS:
        said = str(message.get(name, "")).strip().lower()
        if said and value in said:
            return True
    said = str(message.get("auto-submitted", "")).lower()
    return "vacation" in said or "auto-notified" in said


def is_automatic(message: Message, subject: str) -> bool:
    """Return whether a mail that is no bounce was written by a program: by its headers, or by how its subject begins."""
    said = str(message.get("auto-submitted", "no")).strip().lower()
    return is_marked_automatic(message) or not said.startswith("no") or begins_like_absence(subject)


def begins_like_absence(subject: str) -> bool:
    """Return whether a subject begins like that of an out-of-office answer."""
    return _SUBJECT.match(subject[:200].strip()) is not None
