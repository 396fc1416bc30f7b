"""Files in a message: names that no mail program stumbles over, and the MIME parts around the text.

Pictures of the HTML stand in a multipart/related part with it, attached files around both in a multipart/mixed one.
"""

import re
from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from anyascii import anyascii

from engagement.errors import BadInput, RuleBroken
from engagement.mail.rules import MediaType

LONGEST_NAME = 80
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_]+")
_CONTENT_ID = re.compile(r"[A-Za-z0-9.-]{1,60}@[A-Za-z0-9.-]{1,19}")


class File(Protocol):
    """A file as its row has it; `content` is None once it was let go."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> MediaType: ...
    @property
    def content_id(self) -> str: ...
    @property
    def content(self) -> bytes | None: ...


def file_name(name: str, media_type: MediaType) -> str:
    """Return a name in ASCII letters, digits and dashes, with its ending: every mail program and disk takes it as it is."""
    plain = _NOT_PLAIN.sub("-", anyascii(name)).strip("-")[:LONGEST_NAME].strip("-")
    return f"{plain or 'file'}.{media_type.word}"


def check_content_id(content_id: str) -> None:
    """Raise BadInput for a content id that could end its header; none at all is fine."""
    if content_id and not _CONTENT_ID.fullmatch(content_id):
        raise BadInput("The mark of a picture in a message has signs that a header can’t hold.")


@dataclass(frozen=True)
class Wrapping:
    """What stands around the text and HTML of a message: the type of the whole, and the bytes before and after."""

    content_type: str
    before: bytes = b""
    after: bytes = b""


def content_type_of(kind: str) -> str:
    """Return the value of Content-Type for a multipart part. "=_" is never in quoted-printable or base64, so nothing ends it early."""
    # RFC 2387 asks for the type of what a related part begins with.
    about = ' type="multipart/alternative";\r\n' if kind == "related" else ""
    return f'multipart/{kind};{about} boundary="=_engagement_{kind}"'


PLAIN = Wrapping(content_type_of("alternative"))


def wrapping_of(files: Sequence[File]) -> Wrapping:
    """Return what stands around the text of a message with these files. Raises RuleBroken if one was let go."""
    if not files:
        return PLAIN
    kinds = {
        "mixed": [each for each in files if not each.content_id],
        "related": [each for each in files if each.content_id],
    }
    used = [kind for kind, those in kinds.items() if those]
    before, after = "", b""
    for outer, inner in zip(used, [*used[1:], "alternative"], strict=True):
        before += f"--=_engagement_{outer}\r\nContent-Type: {content_type_of(inner)}\r\n\r\n"
    for kind in reversed(used):
        after += b"".join(_part(kind, each) for each in kinds[kind]) + f"--=_engagement_{kind}--\r\n".encode("ascii")
    return Wrapping(content_type_of(used[0]), before.encode("ascii"), after)


def _part(kind: str, file: File) -> bytes:
    if file.content is None:
        raise RuleBroken("The files of this message are not kept any more, so it can’t be sent again.")
    charset = "; charset=utf-8" if file.media_type.startswith("text/") else ""
    head = (
        f"--=_engagement_{kind}\r\n"
        f"Content-Type: {file.media_type.value}{charset}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: {'inline' if file.content_id else 'attachment'};\r\n"
        f' filename="{file.name}"\r\n'
    )
    mark = f"Content-ID: <{file.content_id}>\r\n" if file.content_id else ""
    return f"{head}{mark}\r\n".encode("ascii") + encodebytes(file.content).replace(b"\n", b"\r\n")
