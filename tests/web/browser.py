"""A real Chromium without a window, driven by its own protocol over two pipes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 60.0


class Browser:
    """A browser, and the page that is looked at."""

    def __init__(self, to: int, answers: int) -> None:
        self._to = to
        self._answers = os.fdopen(answers, "rb", buffering=0)
        self._rest = b""
        self._number = 0
        self._passed = False
        self._session: str | None = None

    def new_page(self) -> None:
        """Look at a new page, that no other one has anything to do with."""
        self._session = None
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def open(self, url: str) -> None:
        """Go there; back when all of it is loaded."""
        self._ask("Page.navigate", url=url)
        until = time.monotonic() + PATIENCE
        while self.run(f"location.href === {json.dumps(url)} && document.readyState") != "complete":
            assert time.monotonic() < until, f"{url} does not load"
            time.sleep(0.02)

    def run(self, code: str) -> Any:
        """What JavaScript says in the page; a promise is waited for."""
        answer = self._ask("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, str(answer["exceptionDetails"])[:1_000]
        return answer["result"].get("value")

    def click(self, selector: str) -> None:
        """As a hand does, with the mouse."""
        place = "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        x, y = self.run(f"{place}(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")
        for what in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=what, x=x, y=y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Into whatever has the focus."""
        self._ask("Input.insertText", text=text)

    def pass_time(self, milliseconds: int) -> None:
        """Let so much time pass in the page, as quickly as it can."""
        self._passed = False
        self._ask(
            "Emulation.setVirtualTimePolicy", policy="pauseIfNetworkFetchesPending", budget=milliseconds
        )
        while not self._passed:
            self._next()

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        command = {"id": self._number, "method": method, "params": params}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._to, json.dumps(command).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                found: dict[str, Any] = answer["result"]
                return found

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            chunk = self._answers.read(1 << 16)
            assert chunk, "the browser is gone"
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        self._passed |= found.get("method") == "Emulation.virtualTimeBudgetExpired"
        return found


@contextlib.contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """A browser that nobody else uses."""
    assert PROGRAM is not None
    theirs, to = os.pipe()
    answers, back = os.pipe()

    browser = subprocess.Popen(
        [
            # It reads what it is asked from the third, and answers to the fourth.
            *("sh", "-c", 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null', PROGRAM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--remote-debugging-pipe",
            f"--user-data-dir={profile}",
        ],
        stdin=theirs,
        stdout=back,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    os.close(back)
    try:
        yield Browser(to, answers)
    finally:
        browser.terminate()
        browser.wait(PATIENCE)
        os.close(to)
