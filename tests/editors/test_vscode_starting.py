"""What VS Code tells a person when the server is not there, and how they get it going."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from code_window import FIRST, CodeWindow
from playwright.sync_api import expect
from shop import BIN, DECISION, KEY_LINE, Shop, eventually

Open = Callable[..., CodeWindow]


def path_with(folder: Path, **programs: Path | str) -> str:
    """A PATH of git, a shell and the given programs: a link to a path, or a script with a text."""
    folder.mkdir()
    for name, program in {"git": Path(shutil.which("git") or ""), "sh": Path("/bin/sh"), **programs}.items():
        if isinstance(program, Path):
            # Not a link: Python finds its libraries from the path it was started by.
            (folder / name).write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
        else:
            (folder / name).write_text(f"#!/bin/sh\n{program}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_without_python_it_says_that_python_is_needed(
    plain_shop: Shop, open_code: Open, tmp_path: Path
) -> None:
    window = open_code(plain_shop, plain_shop.payments, path=path_with(tmp_path / "bin"))
    message = window.notification("needs Python 3.10 or newer, and found no Python on this machine")
    expect(message).to_be_visible(timeout=FIRST)
    message.get_by_role("button", name="How to Install").click()
    expect(window.tab).to_contain_text("INSTALL")
    page = window.page.frame_locator("iframe.webview").frame_locator("iframe")
    expect(page.get_by_text("pipx install git-memory-lsp")).to_be_visible(timeout=FIRST)


def test_a_python_that_is_too_old_is_named_with_its_version(
    plain_shop: Shop, open_code: Open, tmp_path: Path
) -> None:
    path = path_with(tmp_path / "bin", python3="echo 3.8.10 0 0")
    window = open_code(plain_shop, plain_shop.payments, path=path)
    message = window.notification(f"needs Python 3.10 or newer; {path}/python3 is Python 3.8.10")
    expect(message).to_be_visible(timeout=FIRST)


def test_a_python_without_git_memory_is_named_and_another_can_be_chosen(
    shop: Shop, open_code: Open, tmp_path: Path
) -> None:
    bare = Path(sys.base_prefix) / "bin" / "python3"
    path = path_with(tmp_path / "bin", python3=bare)
    window = open_code(shop, shop.payments, path=path)
    message = window.notification(f"Git Memory is not installed in {path}/python3")
    expect(message).to_contain_text("pip install git-memory-lsp", timeout=FIRST)
    window.keep_picture("not-installed")

    message.get_by_role("button", name="Choose Interpreter…").click()
    choices = window.page.locator(".quick-input-list .monaco-list-row")
    expect(choices.filter(has_text="Git Memory is not installed here")).to_be_visible()
    choices.filter(has_text="Enter a path…").click()
    expect(window.page.locator(".quick-input-message")).to_contain_text("The full path of a Python program")
    window.quick_input.fill(str(BIN / "python"))
    window.press("Enter")

    # The choice is kept, the server starts with it at once, and the memory is there.
    assert eventually(lambda: window.server.setting("gitMemory.interpreter") == str(BIN / "python"))
    window.hover_over(KEY_LINE, "order-", says=DECISION, timeout=FIRST)


def test_a_wrong_setting_is_reported_and_not_skipped(plain_shop: Shop, open_code: Open) -> None:
    # git-memory-lsp is on this PATH: what a person has set still counts.
    wrong = {"gitMemory.interpreter": "/nowhere/python"}
    window = open_code(plain_shop, plain_shop.payments, settings=wrong, path=f"{BIN}:/usr/bin:/bin")
    message = window.notification("The setting gitMemory.interpreter says “/nowhere/python”")
    expect(message).to_contain_text("there is no program at that path", timeout=FIRST)


def test_a_server_that_ends_at_once_is_reported_once_with_its_last_words(
    plain_shop: Shop, open_code: Open, tmp_path: Path
) -> None:
    path = path_with(tmp_path / "bin", **{"git-memory-lsp": "echo no such luck >&2; exit 3"})
    window = open_code(plain_shop, plain_shop.payments, path=path)
    message = window.notification("Git Memory’s server did not start")
    expect(message).to_be_visible(timeout=FIRST)
    expect(window.page.locator(".notifications-toasts .notification-list-item")).to_have_count(1)
    expect(message).to_contain_text("ended and said “no such luck”")
    message.get_by_role("button", name="Show Output").click()
    expect(window.page.get_by_role("combobox", name="Output")).to_have_value("Git Memory")


def test_a_folder_without_a_repository_is_left_alone(
    plain_shop: Shop, open_code: Open, tmp_path: Path
) -> None:
    bare = Shop(tmp_path / "notes", plain_shop.environment)
    bare.root.mkdir()
    (bare.root / "todo.md").write_text("buy milk\n")
    window = open_code(bare, bare.root / "todo.md", path=path_with(tmp_path / "bin"))
    output = window.page.get_by_role("combobox", name="Output")
    for _ in range(3):
        # A window that is still arranging itself may drop the panel that a command has just opened.
        window.run("Git Memory: Show Output")
        with suppress(AssertionError):
            expect(output).to_have_value("Git Memory", timeout=8_000)
            break
    expect(output).to_have_value("Git Memory")
    expect(window.page.locator(".notifications-toasts .notification-list-item")).to_have_count(0)


def test_in_restricted_mode_nothing_runs_and_a_command_says_why(
    plain_shop: Shop, open_code: Open, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    (plain_shop.root / ".vscode").mkdir()
    trap = plain_shop.root / "trap"
    trap.write_text(f"#!/bin/sh\n: > {ran}\n")
    trap.chmod(0o755)
    (plain_shop.root / ".vscode" / "settings.json").write_text(f'{{"gitMemory.server.path": "{trap}"}}')
    path = path_with(tmp_path / "bin", **{"git-memory-lsp": f": > {ran}"})
    window = open_code(
        plain_shop,
        plain_shop.payments,
        path=path,
        trusted=False,
        settings={"security.workspace.trust.startupPrompt": "never"},
    )
    window.run("Git Memory: Record a Decision Here")
    message = window.notification("Git Memory is off in Restricted Mode")
    expect(message).to_be_visible(timeout=FIRST)
    assert not ran.exists()

    # Once trusted, the workspace's setting counts: the same trap shows that it would have run.
    message.get_by_role("button", name="Manage Workspace Trust").click()
    window.page.get_by_role("button", name="Trust", exact=True).first.click()
    assert eventually(ran.exists)
