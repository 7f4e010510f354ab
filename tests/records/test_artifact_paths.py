"""Where artifacts stand, which names they can have, and what kind of file a name or a content is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.errors import UsageError
from lsp_server.records.artifact_paths import artifact_path
from lsp_server.records.media_types import HEAD, TEXT, UNKNOWN, type_of_content, type_of_name, usual_folder
from lsp_server.store.fast_import import require_safe_path


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("screenshots/login.png", "artifacts/screenshots/login.png"),
        ("artifacts/screenshots/login.png", "artifacts/screenshots/login.png"),
        ("notes", "artifacts/notes"),
        ("artifacts", "artifacts/artifacts"),
        (".hidden/a b.txt", "artifacts/.hidden/a b.txt"),
        ("cafe\u0301.png", "artifacts/caf\u00e9.png"),
        ("reports/2026/日本.pdf", "artifacts/reports/2026/日本.pdf"),
        ("console.png", "artifacts/console.png"),
    ],
)
def test_an_artifact_is_named_with_the_folder_of_all_or_without(said: str, path: str) -> None:
    assert artifact_path(said) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "a/../b",
        "..",
        "a//b",
        "./a",
        "a/",
        "-rf",
        "x/--output=a",
        "a\0b",
        "a\nb",
        "a\\b",
        "c:a",
        "a?.png",
        "a.png.",
        "a ",
        " a",
        "NUL",
        "aux.txt",
        "x/Com1.log",
        "LPT¹",
        ".git",
        ".GIT/config",
        "git~1/config",
        "x/.gitattributes",
        ".GitModules",
        "a\u202egnp.exe",
        ".gi\u200ct",
        "\udcff.png",
        "x" * 201,
        "/".join("abcdefghi"),
    ],
)
def test_a_name_that_not_every_system_can_have_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="is no name for an artifact"):
        artifact_path(path)


@given(st.text(max_size=30))
def test_whatever_is_accepted_stays_below_artifacts_and_is_accepted_again(said: str) -> None:
    try:
        path = artifact_path(said)
    except UsageError:
        return
    require_safe_path(path)
    assert path.startswith("artifacts/")
    assert artifact_path(path) == path


@pytest.mark.parametrize(
    ("name", "media_type", "folder"),
    [
        ("login.PNG", "image/png", "screenshots"),
        ("flow.svg", "image/svg+xml", "diagrams"),
        ("flow.puml", "text/x-plantuml", "diagrams"),
        ("demo.mov", "video/quicktime", "screenshots"),
        ("coverage.html", "text/html", "reports"),
        ("notes.md", "text/markdown", "reports"),
        ("figures.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "reports"),
        ("build.zip", "application/zip", "files"),
    ],
)
def test_a_name_tells_what_a_file_is_and_where_it_goes(name: str, media_type: str, folder: str) -> None:
    assert type_of_name(name) == media_type
    assert usual_folder(media_type) == folder


@pytest.mark.parametrize("name", ["Makefile", ".bashrc", "data.xyzzy", "png"])
def test_a_name_that_tells_nothing_leaves_it_to_the_content(name: str) -> None:
    assert type_of_name(name) is None


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (b"BM is no picture\n", TEXT),
        (b"", TEXT),
        (("a" + "é" * HEAD).encode()[:HEAD], TEXT),
        (b"caf\xe9", UNKNOWN),
        (b"a\0b", UNKNOWN),
    ],
)
def test_a_content_tells_what_it_is(content: bytes, media_type: str) -> None:
    assert type_of_content(content) == media_type
