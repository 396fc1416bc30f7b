"""What lies in deploy/ fits this repository: settings, commands, files and parts that it names are there, and it is closed."""

import ast
import re
import shlex
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from engagement import commands
from engagement.settings import PREFIX, Settings, read_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = ("migration", "web", "clock", "worker")


def test_the_example_names_every_setting_once_and_its_default() -> None:
    lines = (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines()
    said = dict(match.groups() for line in lines if (match := re.fullmatch(r"#?([A-Z_]+)=(.*)", line)))
    assert len(said) == sum(bool(re.fullmatch(r"#?[A-Z_]+=.*", line)) for line in lines)
    assert set(said) == {PREFIX + name.upper() for name in Settings.model_fields} | {"POSTGRES_PASSWORD"}
    commented = {match.group(1) for line in lines if (match := re.match(r"#([A-Z_]+)=", line))}
    for name in commented:
        default = Settings.model_fields[name.removeprefix(PREFIX).lower()].default
        words = {True: "true", False: "false"}.get(default) if isinstance(default, bool) else str(default)
        assert said[name] == words, name


def test_the_example_is_sound_once_key_and_password_are_filled_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (DEPLOY / "env.example").read_text(encoding="utf-8")
    key = "0123456789abcdefghijklmnopqrstuvwxyz"
    (tmp_path / "env").write_text(text.replace("SECRET_KEY=\n", f"SECRET_KEY={key}\n"), encoding="utf-8")
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    assert read_settings(_env_file=str(tmp_path / "env")).is_production


@pytest.fixture
def commanded(app: Flask) -> Flask:
    """The application with its commands."""
    commands.register(app)
    return app


def known_command(app: Flask, command: list[str]) -> bool:
    """Whether a `flask` command is one that this service has."""
    group: Any = app.cli
    for word in command:
        if word.startswith("-"):
            return any(word in parameter.opts for parameter in group.params)
        group = group.commands.get(word) if hasattr(group, "commands") else None
        if group is None:
            return False
    return True


@pytest.mark.parametrize("name", OURS)
def test_each_part_runs_a_command_that_is_there_closed_and_from_this_repository(commanded: Flask, name: str) -> None:
    part = COMPOSE["services"][name]
    assert (part["read_only"], part["cap_drop"], part["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert part["volumes"] == ["instance:/srv/engagement/instance"]
    build = part["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()
    commands = [part.get("command"), (part.get("healthcheck") or {}).get("test")]
    for command in filter(None, commands):
        words = [word for word in command if word != "CMD"]
        if words[0] == "flask":
            assert known_command(commanded, words[1:]), words
    assert set(part["environment"]) <= {PREFIX + each.upper() for each in Settings.model_fields}


def test_the_parts_wait_for_each_other_and_only_this_machine_reaches_the_port() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"database", *OURS}
    assert services["migration"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("web", "clock", "worker"):
        assert services[name]["depends_on"] == {"migration": {"condition": "service_completed_successfully"}}
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert [name for name, part in services.items() if "ports" in part] == ["web"]
    used = {volume.partition(":")[0] for part in services.values() for volume in part["volumes"]}
    assert used == set(COMPOSE["volumes"])


def test_the_image_copies_what_is_there_and_runs_as_an_ordinary_user() -> None:
    copied = [shlex.split(line)[1:-1] for line in CONTAINERFILE.splitlines() if line.startswith("COPY ")]
    names = [name for line in copied for name in line]
    assert all((ROOT / name).exists() for name in names), names
    assert {"engagement", "templates", "content", "migrations", "wsgi.py", "requirements.txt"} == set(names)
    steps = [line.split()[0] for line in CONTAINERFILE.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert steps.index("USER") < steps.index("CMD")
    assert "USER engagement" in CONTAINERFILE
    assert "root" not in CONTAINERFILE.partition("USER engagement")[2]


def test_what_the_code_imports_is_installed_in_the_image() -> None:
    needed = (ROOT / "requirements.txt").read_text(encoding="utf-8").partition("Needed to test")[0]
    installed = {canonical(line.partition("==")[0]) for line in needed.splitlines() if "==" in line}
    provided = packages_distributions()
    for file in [*(ROOT / "engagement").rglob("*.py"), ROOT / "wsgi.py", ROOT / "migrations" / "env.py"]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for package in {name.partition(".")[0] for name in names} & provided.keys():
                assert installed & {canonical(each) for each in provided[package]}, (package, file.name)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_unit_runs_a_command_that_is_there_as_an_ordinary_user(commanded: Flask, unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    [command] = re.findall(r"^ExecStart=/opt/engagement/\.venv/bin/(\S+) (.+)$", text, re.MULTILINE)
    if command[0] == "flask":
        assert known_command(commanded, command[1].split())
    else:
        # Preloaded: wrong settings end the service instead of one process after another.
        assert (command[0], command[1].split()[0], command[1].split()[-1]) == ("gunicorn", "--preload", "wsgi:app")
    for closed in ("User=engagement", "ProtectSystem=strict", "NoNewPrivileges=true", "CapabilityBoundingSet=\n"):
        assert closed in text, closed
    assert "ENGAGEMENT_INSTANCE_PATH=/var/lib/engagement" in text
    assert "StateDirectory=engagement\n" in text


def test_there_is_a_unit_for_each_part() -> None:
    assert [unit.stem for unit in UNITS] == [f"engagement-{part}" for part in ("alone", "clock", "web", "worker")]


@pytest.mark.parametrize(("ended", "told"), [(0, 0), (67, 67), (75, 75), (2, 75), (1, 75), (127, 75)])
def test_mail_is_refused_only_for_its_address(tmp_path: Path, ended: int, told: int) -> None:
    """Postfix gives a mail back for every code that it doesn't know, such as that of settings which make no sense."""
    flask = tmp_path / ".venv" / "bin" / "flask"
    flask.parent.mkdir(parents=True)
    flask.write_text(f'#!/bin/sh\necho "$FLASK_APP $@"; cat; exit {ended}\n', encoding="utf-8")
    flask.chmod(0o755)
    script = (DEPLOY / "mail-in").read_text(encoding="utf-8").replace("cd /opt/engagement", f"cd {tmp_path}")
    done = subprocess.run(
        ["/bin/sh", "-c", script, "mail-in", "--to", "engagement+abc@example.com"],
        input="Words", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == told
    assert done.stdout == "wsgi.py --env-file /etc/engagement/env mail-in --to engagement+abc@example.com\nWords"


def test_mail_is_handed_to_a_command_that_is_there(commanded: Flask) -> None:
    [command] = re.findall(r"flask --env-file \S+ (.+) \"\$@\"", (DEPLOY / "mail-in").read_text(encoding="utf-8"))
    assert known_command(commanded, [*command.split(), "--to"])
