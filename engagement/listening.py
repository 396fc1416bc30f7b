"""The web server's own limits: how much it accepts before the application sees a request, and how long it waits.

A slow or silent client holds a connection but no thread. Each has to send its request in time, however slowly it
trickles in; if many wait, the one that has waited longest is closed for the next.
"""

import time
from collections.abc import Callable
from typing import Any, cast

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.utilities import RequestEntityTooLarge

#: The most simultaneous connections, and those of them without a complete request; each is a file handle.
MOST_CONNECTIONS, MOST_WAITING = 500, 300
#: Seconds within which the headers of a request have to arrive; also how long a connection may be quiet.
HEADERS_WITHIN = 10
#: A body may take longer: this many seconds, and one more for each of this many bytes received.
BODY_WITHIN, SLOWEST = 30, 16 * 1024
LONGEST_HEADERS = 32 * 1024

#: Returns how many bytes a request may have, from its path and its cookie header.
LimitOf = Callable[[str, str], int]


def listening_server(app: object, limit_of: LimitOf, *, most_bytes: int, **how: Any) -> Any:
    """Return waitress with these limits, bound to its address; raises OSError or ValueError if that fails."""
    sockets: dict[int, Any] = {}
    server = create_server(
        app,
        map=sockets,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=HEADERS_WITHIN,
        cleanup_interval=2,
        max_request_header_size=LONGEST_HEADERS,
        max_request_body_size=most_bytes,
        asyncore_use_poll=True,
        **how,
    )
    # One server for each address of the host's name.
    for listener in sockets.values():
        if isinstance(listener, BaseWSGIServer):
            listener.channel_class = _channel_class(limit_of)
    return server


def _channel_class(limit_of: LimitOf) -> type[HTTPChannel]:
    class Parser(HTTPRequestParser):
        """Rejects a body larger than its address allows: the application answers without it and the connection ends."""

        most = 0

        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            self.most = limit_of(self.path, self.headers.get("COOKIE", ""))
            if self.content_length > self.most:
                self.body_rcv, self.content_length, self.connection_close = None, 0, True
                self.expect_continue = False

        def received(self, data: bytes) -> int:
            taken = super().received(data)
            if self.chunked and not self.error and self.body_bytes_received > self.most:
                refused: Any = RequestEntityTooLarge(f"This address takes {self.most:,} bytes. Nothing was changed.")
                self.error = refused
                self.completed = True
            return cast(int, taken)

    class Channel(HTTPChannel):
        """Closes a connection whose request does not come in time."""

        parser_class = Parser

        def __init__(self, server: Any, *about: Any, **more: Any) -> None:
            self.began = time.monotonic()
            super().__init__(server, *about, **more)
            others = server.active_channels.values()
            waiting = [other for other in others if not other.requests and not other.total_outbufs_len]
            if len(waiting) > MOST_WAITING:
                min(waiting, key=lambda other: cast(float, other.began)).will_close = True

        def received(self, data: bytes) -> bool:
            now = time.monotonic()
            if self.request is None:
                self.began = now
            elif now - self.began > self._allowed(self.request):
                self.will_close = True
                return False
            return cast(bool, super().received(data))

        @staticmethod
        def _allowed(request: HTTPRequestParser) -> float:
            if not request.headers_finished:
                return HEADERS_WITHIN
            return BODY_WITHIN + request.body_bytes_received / SLOWEST

    return Channel
