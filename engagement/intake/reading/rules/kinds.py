"""Recognises files that are no list of people, by their first bytes or their header."""

from engagement.intake.reading.rules.columns import LONGEST_HEADER, MOST_COLUMNS
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile


def refuse_other_kinds(data: bytes) -> None:
    """Raise UnreadableFile for an empty file or one of another kind, which it names."""
    beginning = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFile(
            ProblemKind.EMPTY_FILE, "The file is empty. Choose a file with a header row and one row a person."
        )
    if data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        what = (
            "a workbook protected with a password"
            if locked
            else "a workbook in the old .xls form, or another Office file"
        )
    else:
        what = next((words for marks, words in _OTHER_KINDS if beginning.startswith(marks)), "")
    if what:
        raise UnreadableFile(ProblemKind.WRONG_FORMAT, f"This is {what}. Save the list as .xlsx or .csv and try again.")


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_KINDS: tuple[tuple[tuple[bytes, ...], str], ...] = (
    ((b"%pdf",), "a PDF"),
    ((b"\x89png", b"\xff\xd8\xff", b"gif8", b"ii*\0", b"mm\0*"), "an image"),
    ((b"<!doctype html", b"<html", b"<head", b"<body", b"<table"), "a web page"),
    ((b"<?xml",), "an XML file"),
    ((b"{\\rtf",), "a text document"),
    ((b"{", b"[{", b"[\n", b"[\r\n"), "a JSON file"),
    ((b"\x1f\x8b", b"7z\xbc\xaf", b"rar!", b"pk\x05\x06"), "an archive without a workbook in it"),
    ((b"\x7felf", b"mz\x90"), "a program"),
)


def refuse_endless(header: list[str], line: int) -> None:
    """Refuse a header too large for a list of people, before its names are compared with each other."""
    if len(header) > MOST_COLUMNS:
        sentence = (
            f"Line {line}: The file has {len(header):,} columns. Keep those that are needed, at most {MOST_COLUMNS}."
        )
        raise UnreadableFile(ProblemKind.TOO_MANY_COLUMNS, sentence, line)
    number = next((n for n, name in enumerate(header, 1) if len(name) > LONGEST_HEADER), None)
    if number is not None:
        sentence = f"Line {line}: The header of column {number} is longer than {LONGEST_HEADER} characters. Shorten it."
        raise UnreadableFile(ProblemKind.CELL_TOO_LONG, sentence, line)
