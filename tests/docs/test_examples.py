"""Every page of the documentation that says so is true: its examples are run (see ``pages.py``)."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs.pages import read_page
from docs.runner import run_page
from support import Repo

PROJECT = Path(__file__).resolve().parents[2]
PAGES = [path for path in [PROJECT / "README.md", *sorted(PROJECT.glob("docs/*.md"))] if read_page(path)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_examples_of_a_page_are_true(path: Path, repo: Repo, tmp_path: Path) -> None:
    page = read_page(path)
    assert page is not None
    assert page.examples, "a page that says that its examples are run has some"
    run_page(page, repo.root, tmp_path)
