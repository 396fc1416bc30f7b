"""Mail servers that accept everything and keep nothing, each in a process of its own, and floors that send to them.

Debian's package `postfix` brings smtp-sink and smtp-source; where it is missing, a sink in Python takes its place.
"""

import selectors
import shutil
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
SOURCE = shutil.which("smtp-source", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
HERE = Path(__file__).resolve()


@contextmanager
def sink(*, pipelines: bool = True, away: float = 0.0) -> Iterator[int]:
    """Run a sink for the block, each of its answers `away` seconds late, and yield its port on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if SINK and not away:
        command = [SINK, *([] if pipelines else ["-p"]), "-u", "nobody", f"127.0.0.1:{port}", "1024"]
    else:
        command = [sys.executable, str(HERE), str(port), str(away), *([] if pipelines else ["plain"])]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def smtplib_loop(port: int, message: bytes, number: int) -> float:
    """Send one prebuilt message again and again over one connection; return how many a second."""
    with smtplib.SMTP("127.0.0.1", port) as connection:
        connection.ehlo()
        began = time.perf_counter()
        for n in range(number):
            connection.sendmail("engagement@example.com", [f"person{n}@example.com"], message)
        return number / (time.perf_counter() - began)


def round_trips(port: int, connections: int, seconds: float) -> float:
    """Return how many commands a second are answered over these connections, each asking anew when it was answered."""
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        for line in lines:
            line.recv(1024)
            line.sendall(b"NOOP\r\n")
            selector.register(line, selectors.EVENT_READ)
        number, began = 0, time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            for key, _ in selector.select(1.0):
                line = key.fileobj
                assert isinstance(line, socket.socket)
                line.recv(1024)
                line.sendall(b"NOOP\r\n")
                number += 1
    for line in lines:
        line.close()
    return number / passed


def smtp_source(port: int, size: int, number: int) -> float:
    """Return how many messages a second the C program makes at its best, 0 where it is missing."""
    if not SOURCE:
        return 0.0
    best = 0.0
    for sessions in (1, 2, 4, 8):
        began = time.perf_counter()
        fixed = [SOURCE, "-d", "-l", str(size), "-m", str(number), "-s", str(sessions), "-f", "a@example.com"]
        subprocess.run([*fixed, "-t", "b@example.com", f"127.0.0.1:{port}"], check=True, capture_output=True)
        best = max(best, number / (time.perf_counter() - began))
    return best


def _serve(port: int, pipelines: bool, away: float) -> None:
    import asyncio

    class Sink(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.out, self.kept, self.in_message = transport, b"", False
            transport.write(b"220 sink\r\n")

        def data_received(self, data: bytes) -> None:
            self.kept += data
            answers = []
            while True:
                end = b"\r\n.\r\n" if self.in_message else b"\r\n"
                part, found, rest = self.kept.partition(end)
                if not found:
                    break
                self.kept = rest
                if self.in_message:
                    self.in_message = False
                    answers.append(b"250 2.0.0 Ok\r\n")
                    continue
                word = part[:4].upper()
                self.in_message = word == b"DATA"
                hello = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n" if pipelines else b"250 sink\r\n"
                known = {b"EHLO": hello, b"DATA": b"354 Go on\r\n", b"QUIT": b"221 Bye\r\n"}
                answers.append(known.get(word, b"250 2.1.0 Ok\r\n"))
            if away:
                asyncio.get_running_loop().call_later(away, self.out.write, b"".join(answers))
            else:
                self.out.write(b"".join(answers))

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    _serve(int(sys.argv[1]), "plain" not in sys.argv[2:], float(sys.argv[2]))
