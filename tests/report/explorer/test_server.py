"""The server answers this machine's own browser, at the address with the secret, and nobody else."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest

from evolaw.errors import ArgumentError
from evolaw.report.explorer.server import ExplorerServer


@pytest.fixture(scope="module")
def server() -> Iterator[ExplorerServer]:
    with ExplorerServer("<p>page</p>") as started:
        thread = threading.Thread(target=started.serve_forever, daemon=True)
        thread.start()
        yield started
        started.shutdown()


def ask(server: ExplorerServer, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    wire = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    wire.request(method, path, headers=headers)
    answer = wire.getresponse()
    body = answer.read()
    wire.close()
    return answer.status, body, dict(answer.getheaders())


def test_the_page_is_at_its_secret_address(server: ExplorerServer) -> None:
    status, body, headers = ask(server, f"/{server.token}/")
    assert (status, body) == (200, b"<p>page</p>")
    assert headers["Cache-Control"] == "no-store" and headers["X-Frame-Options"] == "DENY"
    assert len(server.token) >= 32
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/", "/index.html", "/x/", "/../etc/passwd", "/%2e%2e/"])
def test_without_the_secret_there_is_nothing(server: ExplorerServer, path: str) -> None:
    assert ask(server, path)[:2] == (404, b"")
    assert ask(server, f"/{server.token}{path[1:]}.")[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_host_is_refused_although_it_knows_the_secret(server: ExplorerServer, host: str) -> None:
    assert ask(server, f"/{server.token}/", Host=host)[:2] == (403, b"")


def test_a_page_of_another_origin_is_refused(server: ExplorerServer) -> None:
    here = server.hosts[0]
    assert ask(server, f"/{server.token}/", Origin="https://evil.example")[0] == 403
    assert ask(server, f"/{server.token}/", Origin="null")[0] == 403
    assert ask(server, f"/{server.token}/", Origin=f"http://{here}")[0] == 200
    assert ask(server, f"/{server.token}/", Host=f"localhost:{server.server_port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_nothing_but_reading_is_answered(server: ExplorerServer, method: str) -> None:
    assert ask(server, f"/{server.token}/", method)[0] == 501


def test_a_port_that_is_taken_is_a_sentence(server: ExplorerServer) -> None:
    with pytest.raises(ArgumentError, match=r"`port` must be free .* in use"):
        ExplorerServer("x", server.server_port)
    with pytest.raises(ArgumentError, match="port"):
        ExplorerServer("x", 70000)


def test_every_start_has_another_secret() -> None:
    with ExplorerServer("x") as one, ExplorerServer("x") as other:
        assert one.token != other.token
