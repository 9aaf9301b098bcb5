"""A browser to look at pages with: Chromium, told what to do through a pipe by its DevTools protocol, with the standard library alone.

A page is opened at a width, in light or dark; whatever the browser complains of is kept. Where there is no Chromium the tests say so
and are skipped.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-extensions --mute-audio --remote-debugging-pipe "
    "--host-resolver-rules=MAP*~NOTFOUND,EXCLUDE127.0.0.1"
)
PATIENCE = 30.0


class Browser:
    """A running Chromium."""

    def __init__(self, profile: Path) -> None:
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (theirs_in, theirs_out)]
        options = OPTIONS.replace("MAP*~NOTFOUND,EXCLUDE127.0.0.1", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1").split(" --")
        words = [str(CHROMIUM), options[0], *(f"--{option}" for option in options[1:]), f"--user-data-dir={profile}"]
        silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1, 2)]
        wires = [(os.POSIX_SPAWN_DUP2, end, number) for end, number in zip(ends, (3, 4), strict=True)]
        self.process = os.posix_spawn(words[0], [*words, "about:blank"], os.environ, file_actions=[*silent, *wires])
        for end in (theirs_in, theirs_out, *ends):
            os.close(end)
        self._out, self._in = ours_out, ours_in
        self._rest, self._number = b"", 0
        self.events: deque[dict[str, Any]] = deque()

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": session} if session else {}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])
            self.events.append(answer)

    def wait(self, method: str, session: str) -> None:
        """Wait until the page says this."""
        while True:
            for event in self.events:
                if event.get("method") == method and event.get("sessionId") == session:
                    self.events.remove(event)
                    return
            self.events.append(self._read())

    def _read(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._in], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"Chromium said nothing for {PATIENCE:g} s"
            piece = os.read(self._in, 1 << 20)
            assert piece, "Chromium has gone"
            self._rest += piece
        first, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(first))

    def open(self, address: str, width: int, height: int, dark: bool) -> Page:
        """Open a page."""
        return Page(self, address, width, height, dark)

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError, AssertionError):
            self.call("Browser.close")
        end = time.monotonic() + 10
        while os.waitpid(self.process, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.kill(self.process, signal.SIGKILL)
            time.sleep(0.05)
        os.close(self._out)
        os.close(self._in)


class Page:
    """One page of it."""

    def __init__(self, browser: Browser, address: str, width: int, height: int, dark: bool) -> None:
        self.browser, self.width = browser, width
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Page"):
            self.tell(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.tell("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", features=[scheme])
        self.tell("Emulation.setFocusEmulationEnabled", enabled=True)
        self.tell("Page.navigate", url=address)
        browser.wait("Page.loadEventFired", self.session)

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command to this page."""
        return self.browser.call(method, self.session, **parameters)

    def run(self, script: str) -> Any:
        """Return the value of an expression, awaited."""
        answer = self.tell("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"].get("exception", answer["exceptionDetails"])
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        facts = {"key": key, "code": {" ": "Space"}.get(key, key), "windowsVirtualKeyCode": codes.get(key, 0)}
        text = {"text": {"Enter": "\r"}.get(key, key)} if key in ("Enter", " ") else {}
        self.tell("Input.dispatchKeyEvent", type="keyDown", **facts, **text)
        self.tell("Input.dispatchKeyEvent", type="keyUp", **facts)

    def complaints(self) -> list[str]:
        """What the browser said against the page: errors, warnings, exceptions."""
        self.run("1")
        found = []
        for event in [event for event in self.browser.events if event.get("sessionId") == self.session]:
            facts = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(json.dumps(facts["exceptionDetails"])[:600])
            elif event["method"] == "Runtime.consoleAPICalled" and facts["type"] in ("error", "warning", "assert"):
                found.append(json.dumps(facts["args"])[:600])
            elif event["method"] == "Log.entryAdded" and facts["entry"]["level"] in ("error", "warning"):
                found.append(facts["entry"]["text"])
        return found

    def picture(self, path: Path) -> Path:
        """Write what the whole page looks like, as PNG."""
        taken = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(taken["data"]))
        return path

    def close(self) -> None:
        """Close it."""
        self.browser.call("Target.closeTarget", targetId=self.target)
        self.browser.events.clear()


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all tests of a worker."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed, so no page can be looked at: apt-get install chromium")
    started = Browser(tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture
def look(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a file or an address: ``look(place, width=1280, dark=False)``; all is closed afterwards."""
    opened: list[Page] = []

    def see(place: Path | str, width: int = 1280, dark: bool = False, height: int = 900) -> Page:
        address = place.resolve().as_uri() if isinstance(place, Path) else place
        opened.append(browser.open(address, width, height, dark))
        return opened[-1]

    yield see
    for page in opened:
        page.close()
