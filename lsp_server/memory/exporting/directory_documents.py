"""Documents as the files of a project directory: the log in one, the summary as JSON, others as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_server.errors import GitMemoryError
from lsp_server.memory.importing.files import text_of
from lsp_server.records.living.documents import month_of
from lsp_server.records.project_directory.beside import NAME, Beside, digest_of, whole
from lsp_server.records.project_directory.json_file import read_json, written_json
from lsp_server.records.project_directory.log import log_of, months
from lsp_server.records.project_directory.markdown import stands_alone
from lsp_server.records.project_directory.model import digest
from lsp_server.records.project_directory.project import project_summary, project_yaml

_MOST = 1 << 30


def documents(texts: Mapping[str, bytes], beside: Beside) -> dict[str, bytes]:
    """The files for the documents, by their names; what they do not say is noted in ``beside``."""
    files: dict[str, bytes] = {}
    months_of = {path: data for path, data in texts.items() if month_of(path) is not None}
    for path, data in texts.items():
        if path in months_of:
            continue
        if path == "project.yaml":
            written = _summary(data)
            if written is None:
                _held(beside, path, data)
                continue
            files["project_summary.json"] = written
            document, _ = read_json(written.decode("utf-8"))
            again = project_yaml(document or {}).encode("utf-8")
            _note(beside, path, data, "project_summary.json", written, is_same=again == data)
        elif (seen := text_of(data, _MOST)).broken:
            _held(beside, path, data)
        else:
            files[path] = data
            _note(beside, path, data, path, data, is_same=seen.text.encode("utf-8") == data)
    _log(months_of, beside, files)
    return files


def _note(beside: Beside, path: str, data: bytes, name: str, written: bytes, *, is_same: bool) -> None:
    held: Mapping[str, Any] = {} if is_same else whole(data)
    seen = digest(text_of(written, _MOST).text)
    beside.documents[path] = {"in": name, "digest": seen, "was": digest_of(data), **held}


def _held(beside: Beside, path: str, data: bytes) -> None:
    """A document that no file of the formats can hold."""
    beside.documents[path] = {"in": NAME, "was": digest_of(data), **whole(data)}


def _summary(data: bytes) -> bytes | None:
    try:
        text = data.decode("utf-8")
        written = written_json(project_summary(text))
        document, wrong = read_json(written)
        if not document or wrong:
            return None
        project_yaml(document)
    except (UnicodeDecodeError, GitMemoryError):
        return None
    return written.encode("utf-8")


def _log(texts: Mapping[str, bytes], beside: Beside, files: dict[str, bytes]) -> None:
    regular: dict[str, str] = {}
    for path, data in texts.items():
        text = text_of(data, _MOST).text if not text_of(data, _MOST).broken else ""
        found, above = months(log_of({path: text}))
        if list(found) == [path] and not above and stands_alone(text):
            regular[path] = text
        else:
            _held(beside, path, data)
    if not regular:
        return
    written = text_of(log_of(regular).encode("utf-8"), _MOST).text
    files["development_log.md"] = written.encode("utf-8")
    found, _ = months(written)
    for path in regular:
        is_same = found.get(path, "").encode("utf-8") == texts[path]
        _note(beside, path, texts[path], "development_log.md", written.encode("utf-8"), is_same=is_same)
