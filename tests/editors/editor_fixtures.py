"""What every test gets: a fresh repository, and VS Code with a fresh profile where it asks for one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import shop as shops
from code_window import PICTURES, CodeWindow
from playwright.sync_api import Browser, sync_playwright
from vscode_server import VSCodeServer


@pytest.fixture
def shop(tmp_path: Path) -> shops.Shop:
    """A repository with a memory."""
    return shops.make(tmp_path)


@pytest.fixture
def plain_shop(tmp_path: Path) -> shops.Shop:
    """The same repository, without a memory."""
    return shops.make(tmp_path, memory=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ["GIT_MEMORY_CHROMIUM"],
            args=[*flags.split(), "--disable-component-update", "--disable-sync"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_code(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., CodeWindow]]:
    """``open_code(shop, file=None, **options of VSCodeServer)``: a window with the packaged extension."""
    with ExitStack() as stack:

        def open_window(shop: shops.Shop, file: Path | None = None, **options: object) -> CodeWindow:
            server = stack.enter_context(VSCodeServer(tmp_path / "vscode", shop.environment, **options))  # type: ignore[arg-type]  # passed on as given
            context = browser.new_context(viewport={"width": 1000, "height": 620})
            stack.callback(context.close)
            window = CodeWindow(context.new_page(), server)
            stack.callback(window.keep_picture, f"last-{request.node.name}")
            window.open(shop.root, file)
            return window

        yield open_window


def pytest_sessionfinish(exitstatus: int) -> None:
    """On request, the pictures of a run without faults become the documents' pictures."""
    if exitstatus == 0 and os.environ.get("UPDATE_SCREENSHOTS") == "1":
        images = Path(__file__).parents[2] / "docs" / "images"
        images.mkdir(parents=True, exist_ok=True)
        for name in ("hover", "code-actions", "draft", "search", "conflict", "notice"):
            if (PICTURES / f"{name}.png").exists():
                shutil.copy(PICTURES / f"{name}.png", images)
