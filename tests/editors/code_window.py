"""A VS Code window as a person has it: what can be seen, clicked and typed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from vscode_server import VSCodeServer

PICTURES = Path(__file__).parent / "output" / "pictures"
# The first answer of a fresh VS Code can take a quarter of a minute on a busy machine.
FIRST = 60_000
LATER = 20_000
expect.set_options(timeout=LATER)


class CodeWindow:
    def __init__(self, page: Page, server: VSCodeServer) -> None:
        self.page = page
        self.server = server
        page.set_default_timeout(LATER)

    def open(self, folder: Path, file: Path | None = None) -> None:
        """Open a folder, and a file in it, and wait for the file's text."""
        address = f"http://127.0.0.1:{self.server.port}/?folder={quote(str(folder))}"
        if file is not None:
            uri = f"vscode-remote://127.0.0.1:{self.server.port}{file}"
            address += "&payload=" + quote(json.dumps([["openFile", uri]]))
        self.page.goto(address, wait_until="domcontentloaded", timeout=FIRST)
        self.page.wait_for_selector(".monaco-workbench", timeout=FIRST)
        if file is not None:
            self.page.wait_for_selector(".monaco-editor .view-line", timeout=FIRST)
            self._hide_side_bar()

    # what a person sees
    @property
    def tab(self) -> Locator:
        return self.page.locator(".tab.active .label-name")

    @property
    def hover(self) -> Locator:
        return self.page.locator(".monaco-hover:not(.hidden) .hover-contents").first

    @property
    def quick_input(self) -> Locator:
        return self.page.locator(".quick-input-widget input")

    def notification(self, words: str) -> Locator:
        """A message in the corner that holds these words."""
        shown = self.page.locator(".notifications-toasts .notification-list-item")
        return shown.filter(has_text=re.compile(re.escape(words), re.IGNORECASE))

    def text_of(self, line: str) -> Locator:
        """A line of the file, found by what is written in it (VS Code draws spaces as no-break spaces)."""
        return (
            self.page.locator(".monaco-editor .view-line")
            .filter(has_text=line.strip().replace(" ", "\xa0"))
            .first
        )

    def _first_entry(self, words: str) -> Locator:
        """The entry that Enter takes. Entries move while the list is made, so none is clicked."""
        return self.page.locator(".quick-input-list .monaco-list-row.focused").filter(has_text=words)

    # what a person does
    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=5)

    def run(self, command: str) -> None:
        """Run a command from the palette by its title."""
        for _ in range(FIRST // 1500):
            # A window that is still starting takes the focus and closes the palette; a key would then go
            # into the editor. So the entry is clicked, and the palette opened again where it went.
            if not self.quick_input.is_visible():
                self.press("F1")
            try:
                # The list is made once for what is typed: an extension that comes later is not in it.
                self.quick_input.fill(">", timeout=1500)
                self.quick_input.fill(f">{command}", timeout=1500)
                self._first_entry(command).click(timeout=1500)
            except PlaywrightTimeout:
                continue
            return
        raise AssertionError(f"the palette never had {command!r}")

    def switch_to(self, file: str) -> None:
        """Bring a file of the folder to the front by its name."""
        self.press("Control+p")
        self.pick(file, file)
        expect(self.tab).to_contain_text(Path(file).stem)

    def pick(self, words: str, entry: str, *, picture: str | None = None) -> None:
        """Type into the open quick pick, and take the first entry once it is the one expected."""
        expect(self.quick_input).to_be_visible()
        self.quick_input.fill(words)
        self._first_entry(entry).wait_for()
        if picture is not None:
            self.keep_picture(picture)
        self.press("Enter")

    def choose_code_action(self, title: str, *, picture: str | None = None) -> None:
        """Press Ctrl+. and click an entry; the server may need a moment, so the menu is asked for again."""
        self.page.mouse.move(700, 575)  # below the text: Ctrl over a name would underline it
        entry = self.page.locator(".action-widget .monaco-list-row").filter(has_text=title).first
        for _ in range(FIRST // 2000):
            self.press("Control+.")
            try:
                entry.wait_for(timeout=2000)
                break
            except PlaywrightTimeout:
                self.press("Escape")
        if picture is not None:
            expect(self.page.get_by_text("Activating Extensions")).to_have_count(0)
            self.keep_picture(picture)
        entry.click()

    def go_to(self, line: int) -> None:
        """Put the cursor on a line, 1-based."""
        self.page.locator(".monaco-editor .view-lines").first.click()
        self.press("Control+g")
        expect(self.quick_input).to_be_visible()
        self.quick_input.fill(f":{line}")
        self.press("Enter")
        expect(self.quick_input).to_be_hidden()

    def hover_over(self, line: str, word: str, *, says: str, timeout: int = LATER) -> None:
        """Rest the mouse on a word of a line until the hover says something. Moves away between tries."""
        for _ in range(max(1, timeout // 2000)):
            self._point_at(line, word)
            try:
                self.hover.filter(has_text=says).wait_for(timeout=2000)
            except PlaywrightTimeout:  # the last look below tells what was there instead
                self.page.mouse.move(5, 5)
            else:
                return
        self._point_at(line, word)
        expect(self.hover).to_contain_text(says)

    def _hide_side_bar(self) -> None:
        """More room for the text; there is no setting for it."""
        self.page.locator(".monaco-editor .view-lines").first.click()
        side_bar = self.page.locator(".part.sidebar")
        side_bar.wait_for()
        for _ in range(5):
            self.press("Control+b")
            try:
                side_bar.wait_for(state="hidden", timeout=2000)
                break
            except PlaywrightTimeout:  # the key came before VS Code listened to it
                continue

    def _point_at(self, line: str, word: str) -> None:
        """The mouse onto the middle of a word, wherever VS Code has drawn it."""
        box = self.text_of(line).evaluate(
            """(row, word) => {
                const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
                for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                    const at = node.data.indexOf(word);
                    if (at >= 0) {
                        const range = document.createRange();
                        range.setStart(node, at);
                        range.setEnd(node, at + word.length);
                        const box = range.getBoundingClientRect();
                        return [box.x + box.width / 2, box.y + box.height / 2];
                    }
                }
                throw new Error(`no ${word} in: ${row.textContent}`);
            }""",
            word,
        )
        self.page.mouse.move(box[0] - 2, box[1])
        self.page.mouse.move(box[0], box[1])

    def keep_picture(self, name: str) -> None:
        """A PNG of the window under tests/editors/output/pictures."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")
