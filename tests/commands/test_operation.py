"""What an operator meets: figures over all processes, probes in production, one service a file, and the version."""

import re
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

from commands.shell import ROOT, Running, Shell, free_port, wait_until

from engagement import VERSION

PRODUCTION = {
    "env": "production",
    "secret_key": "0123456789abcdefghijklmnopqrstuvwxyz",
    "smtp_url": "smtp://127.0.0.1:9",
    "base_url": "https://engagement.example.com",
}
GUNICORN = (sys.executable, "-m", "gunicorn", "--preload")


def test_the_version_is_said_and_is_that_of_the_project(shell: Shell) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert shell.flask("version").out == f"{VERSION}\n"
    assert project["version"] == VERSION


def test_a_second_service_on_one_file_refuses_and_the_next_after_a_kill_starts(shell: Shell) -> None:
    with shell.serving() as service:
        refused = shell.flask("serve", "--port", str(free_port())).refusal
        assert refused.startswith("Another flask serve runs on ")
        assert refused.endswith("many processes need PostgreSQL.")
        service.kill()
    with shell.serving() as service:
        assert service.get("/healthz")[0] == 200


def test_two_services_on_one_postgresql_start(postgresql_shell: Shell) -> None:
    with postgresql_shell.serving() as first, postgresql_shell.serving() as second:
        assert (first.get("/healthz")[0], second.get("/healthz")[0]) == (200, 200)


def test_probes_and_figures_answer_the_machine_itself_in_production(shell: Shell) -> None:
    with shell.serving(**PRODUCTION) as service:
        wait_until(lambda: service.get("/readyz")[0] == 200)
        for host in ("127.0.0.1", "localhost"):
            for path in ("/healthz", "/readyz", "/metrics"):
                with urllib.request.urlopen(f"{service.url.replace('127.0.0.1', host)}{path}", timeout=20) as answer:
                    assert answer.status == 200, (host, path)


def test_figures_are_those_of_all_processes(shell: Shell) -> None:
    port = free_port()
    log = shell.folder / "gunicorn.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*GUNICORN, "-w", "3", "--bind", f"127.0.0.1:{port}", "wsgi:app"],
            cwd=ROOT,
            env=shell.environment(),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    service = Running(process, log)
    service.url = f"http://127.0.0.1:{port}"
    folder = Path(shell.folder / "instance" / "metrics")

    def several_have_counted() -> bool:
        return answers(service) and len({each.stem.rpartition("_")[2] for each in folder.glob("counter_*.db")}) >= 2

    try:
        # On a busy machine one worker answers for a while before the others have started.
        wait_until(several_have_counted, 60)
        before = counted(service)
        for _ in range(40):
            assert service.get("/login")[0] == 200
        for _ in range(5):
            assert counted(service) == before + 40
    finally:
        process.kill()
        process.wait()
        subprocess.run(["pkill", "-P", str(process.pid)], check=False)


def test_gunicorn_ends_with_a_sentence_where_settings_or_database_are_wrong(shell: Shell) -> None:
    def end(**settings: str) -> tuple[int, str]:
        command = [*GUNICORN, "--bind", f"127.0.0.1:{free_port()}", "wsgi:app"]
        environment = shell.environment(**PRODUCTION | settings)
        ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
        return ended.returncode, ended.stderr

    code, said = end(secret_key="short")
    assert (code, said.split(" is missing")[0].splitlines()[-1]) == (2, "ENGAGEMENT_SECRET_KEY")
    shell.flask(
        "user", "create", "ada@example.com", "--name", "Ada", "--role", "administrator", typed=b"four plain words here"
    )
    shell.write("UPDATE account SET is_demonstration = true")
    code, said = end()
    assert code == 2
    assert "This database holds the demonstration and its accounts, which are refused in production." in said


def answers(service: Running) -> bool:
    try:
        return service.get("/healthz")[0] == 200
    except OSError:
        return False


def counted(service: Running) -> float:
    figures = service.get("/metrics")[1]
    assert f'engagement_info{{version="{VERSION}"}} 1.0' in figures
    found = re.findall(r'engagement_requests_total\{endpoint="sign_in.sign_in",.*?status="200"\} (\S+)', figures)
    return sum(map(float, found))
