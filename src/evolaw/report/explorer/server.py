"""The explorer served on this machine alone: one page, one address with a secret in it, nothing to write and nothing to read but the page.

A request is answered only if it was sent to 127.0.0.1 or localhost under our port (a name that was bound to this machine from outside,
as in DNS rebinding, is another Host), does not come from a page of another origin, and knows the secret.
"""

from __future__ import annotations

import hmac
import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from evolaw import checks
from evolaw.errors import ArgumentError

__all__ = ["ExplorerServer"]

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PATIENCE = 10.0


class ExplorerServer(ThreadingHTTPServer):
    """A server of one page; use it in a ``with`` block, and end ``serve_forever`` with ``shutdown``.

    Args:
        page: the HTML.
        port: of 127.0.0.1; 0 takes a free one.

    Raises:
        ArgumentError: the port is taken or not allowed.

    Example:
        >>> with ExplorerServer("<p>hello</p>") as server:
        ...     server.address.startswith("http://127.0.0.1:")
        True
    """

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, page: str, port: int = 0) -> None:
        self.page = page.encode()
        self.token = secrets.token_urlsafe(24)
        port = checks.integer(port, "port", least=0, most=65535)
        try:
            super().__init__(("127.0.0.1", port), _Answer)
        except OSError as error:
            raise ArgumentError(
                f"Argument `port` must be free on this machine, but is {port}: {error.strerror}."
            ) from None

    @property
    def address(self) -> str:
        """Where a browser finds the page."""
        return f"http://127.0.0.1:{self.server_port}/{self.token}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """What may stand in a request as the host."""
        return tuple(f"{name}:{self.server_port}" for name in ("127.0.0.1", "localhost"))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that hung up."""


class _Answer(BaseHTTPRequestHandler):
    """One request."""

    server: ExplorerServer
    timeout = _PATIENCE
    server_version, sys_version = "evolaw", ""

    def do_GET(self) -> None:
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        if host not in self.server.hosts or origin not in (None, f"http://{host}"):
            self._say(HTTPStatus.FORBIDDEN)
        elif self.path == "/favicon.ico":
            self._say(HTTPStatus.NO_CONTENT)
        elif hmac.compare_digest(self.path.encode(), f"/{self.server.token}/".encode()):
            self._say(HTTPStatus.OK, self.server.page)
        else:
            self._say(HTTPStatus.NOT_FOUND)

    def _say(self, status: HTTPStatus, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep no record of requests."""
