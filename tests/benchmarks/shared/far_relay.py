"""A mail server some milliseconds away from workers that have a network of their own each, and who got what from it.

Needs root and `ip` (iproute2). Not every kernel can delay packets, so the server itself waits before each answer.
"""

import asyncio
import itertools
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve()
PORT = 2525
_numbers = itertools.count()


class NoNetworks(Exception):
    """This machine gives no networks to processes of this user; says why."""


@dataclass(frozen=True)
class FarRelay:
    """The server, and a network for each worker, by its number from 0."""

    name: str
    log: Path

    def url(self, worker: int) -> str:
        """Return the server's address in the network of a worker."""
        return f"smtp://10.213.{worker}.1:{PORT}"

    def inside(self, worker: int) -> list[str]:
        """Return the words before a command that put it into the network of a worker."""
        return ["ip", "netns", "exec", f"{self.name}-{worker}"]

    def accepted(self) -> Counter[str]:
        """Return how many messages each recipient was accepted for."""
        return Counter(line.split()[0] for line in self.log.read_text(encoding="utf-8").splitlines())

    def message_ids(self) -> set[str]:
        """Return the Message-IDs of what was accepted."""
        return {line.split()[1] for line in self.log.read_text(encoding="utf-8").splitlines()}


@contextmanager
def far_relay(workers: int, seconds: float) -> Iterator[FarRelay]:
    """Run the server, `seconds` away, with a network for each of so many workers. Raises NoNetworks."""
    name = f"far{os.getpid()}x{next(_numbers)}"
    with ExitStack() as leaving:
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="engagement-relay-")))
        relay = FarRelay(name, folder / "accepted")
        relay.log.touch()
        for space in (name, *(f"{name}-{n}" for n in range(workers))):
            _ip("netns", "add", space)
            # What leads into a network goes with it.
            leaving.callback(_ip, "netns", "delete", space)
        for n in range(workers):
            ends = [("a", name, f"10.213.{n}.1/30"), ("b", f"{name}-{n}", f"10.213.{n}.2/30")]
            (one, here, _), (other, there, _) = ends
            _ip("-n", here, "link", "add", f"{one}{n}", "type", "veth", "peer", f"{other}{n}", "netns", there)
            for end, space, address in ends:
                _ip("-n", space, "address", "add", address, "dev", f"{end}{n}")
                _ip("-n", space, "link", "set", f"{end}{n}", "up")
        serving = ["ip", "netns", "exec", name, sys.executable, str(HERE), str(seconds), str(relay.log)]
        process = subprocess.Popen(serving, stdout=subprocess.PIPE, text=True)
        leaving.callback(process.wait, 10)
        leaving.callback(process.terminate)
        assert process.stdout
        leaving.callback(process.stdout.close)
        assert process.stdout.readline() == "Listening\n", "the relay did not start"
        yield relay


def _ip(*words: str) -> None:
    try:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    except OSError as error:
        raise NoNetworks(f"ip: {error.strerror}") from None
    if done.returncode:
        raise NoNetworks(f"ip {' '.join(words)}: {done.stderr.strip()}")


class _Conversation(asyncio.Protocol):
    """One connection to the server; `away` seconds pass before each answer."""

    def __init__(self, away: float, log: Path) -> None:
        self._away, self._log = away, log
        self._kept, self._in_message, self._recipient = b"", False, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out = transport
        self._say(b"220 relay\r\n")

    def data_received(self, data: bytes) -> None:
        self._kept += data
        answers = []
        while True:
            part, found, rest = self._kept.partition(b"\r\n.\r\n" if self._in_message else b"\r\n")
            if not found:
                break
            self._kept = rest
            answers.append(self._accept(part) if self._in_message else self._answer(part))
        self._say(b"".join(answers))

    def _accept(self, message: bytes) -> bytes:
        self._in_message = False
        found = re.search(rb"(?im)^Message-ID:\s*(\S+)", message)
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{self._recipient} {found[1].decode() if found else '-'}\n")
        return b"250 2.0.0 Ok\r\n"

    def _answer(self, command: bytes) -> bytes:
        word = command[:4].upper()
        if word == b"RCPT":
            self._recipient = command.partition(b"<")[2].partition(b">")[0].decode()
        self._in_message = word == b"DATA"
        known = {
            b"EHLO": b"250-relay\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
            b"DATA": b"354 Go on\r\n",
            b"QUIT": b"221 Bye\r\n",
        }
        return known.get(word, b"250 2.1.0 Ok\r\n")

    def _say(self, answer: bytes) -> None:
        asyncio.get_running_loop().call_later(self._away, self._out.write, answer)


async def _serve(away: float, log: Path) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Conversation(away, log), "0.0.0.0", PORT)
    print("Listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), Path(sys.argv[2])))
