"""Backups that are broken, or newer than the service."""

import json
import zipfile
from pathlib import Path

import pytest
from commands.shell import Shell


def broken(file: Path, how: str) -> None:
    whole = file.read_bytes()
    if how == "cut off":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "one byte":
        with zipfile.ZipFile(file) as archive:
            member = archive.getinfo("tables/person.jsonl")
        middle = member.header_offset + 30 + len(member.filename) + member.compress_size // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
    elif how == "no zip":
        file.write_bytes(b"PK\x03\x04 is no backup")
    elif how == "empty":
        file.write_bytes(b"")
    else:
        with zipfile.ZipFile(file) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(members["manifest.json"])
        if how == "a row less":
            rows = members["tables/person.jsonl"].splitlines(keepends=True)
            members["tables/person.jsonl"] = b"".join(rows[1:])
        elif how == "another value":
            members["tables/person.jsonl"] = members["tables/person.jsonl"].replace(b"a", b"b")
        elif how == "a table less":
            del members["tables/wave.jsonl"]
        elif how == "no manifest":
            del members["manifest.json"]
        elif how == "newer format":
            manifest["format"] = 99
        elif how == "newer migration":
            manifest["revision"] = "9999"
        if "manifest.json" in members:
            members["manifest.json"] = json.dumps(manifest).encode()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        *((how, "it is broken or cut off") for how in ("cut off", "one byte", "no zip", "empty", "a row less")),
        *((how, "it is broken or cut off") for how in ("another value", "a table less", "no manifest")),
        *((how, "was made by a newer version of the service") for how in ("newer format", "newer migration")),
    ],
)
def test_a_broken_or_newer_file_changes_nothing(file: Path, tmp_path: Path, how: str, says: str) -> None:
    broken(file, how)
    there = Shell(f"sqlite:///{tmp_path / 'there.db'}", tmp_path)
    assert says in there.flask("restore", file).refusal
    assert there.rows("SELECT count(*) FROM sqlite_master") == [(0,)]
    assert says in there.flask("restore", file, "--force").refusal
