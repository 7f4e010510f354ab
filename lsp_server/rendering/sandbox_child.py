"""The process that renders templates nobody here has written. Started by ``sandbox``, never imported.

It reads requests from standard input and answers on standard output, each a line with a length and then that
many bytes of JSON. Before it reads the first one it gives up all that a template has no use for: it can open
no file and no socket, start no process, write no file, and has little memory and little time.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

MEMORY = 512 << 20  # bytes of address space; the interpreter with Jinja2 takes a tenth of it
CPU = 1  # seconds for one rendering
LONGEST = 1 << 20  # characters of one rendering


class _Blank(dict[str, str]):
    """A mapping in which every name is empty: the hints of a record that is no draft."""

    def __missing__(self, key: str) -> str:
        return ""


def give_up_rights() -> None:
    """From here on there is nothing to open, to start or to fill."""
    import resource

    def limit(name: str, value: int) -> None:
        if (which := getattr(resource, name, None)) is None:
            return
        with contextlib.suppress(ValueError, OSError):  # a system that does not know it; the others hold
            resource.setrlimit(which, (value, value))

    limit("RLIMIT_CORE", 0)
    limit("RLIMIT_FSIZE", 0)
    limit("RLIMIT_NPROC", 0)
    limit("RLIMIT_AS", MEMORY)
    limit("RLIMIT_NOFILE", 3)  # the three that are open


def allow_time() -> None:
    """Let the process have ``CPU`` more seconds; the system ends it when it takes longer."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + CPU, hard))


def environment(sources: dict[str, str]) -> Any:
    """A sandboxed environment in which ``sources`` are all the templates there are."""
    from jinja2 import DictLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from lsp_server.records.front_matter import flow, scalar

    made = ImmutableSandboxedEnvironment(
        loader=DictLoader(sources),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,  # Markdown and YAML, not HTML
    )
    made.filters.update(scalar=scalar, flow=flow)
    del made.globals["lipsum"]
    return made


def render(made: Any, name: str, values: dict[str, Any]) -> dict[str, str]:
    """``{"text": …}``, or ``{"error": …}`` with one line for a person."""
    if not values.get("hints", True):
        values["hints"] = _Blank()
    try:
        pieces: list[str] = []
        room = LONGEST
        for piece in made.get_template(name).generate(**values):
            room -= len(piece)
            if room < 0:
                return {"error": f"its text is longer than {LONGEST} characters"}
            pieces.append(piece)
        return {"text": "".join(pieces)}
    except MemoryError:
        return {"error": "it takes too much memory"}
    except RecursionError:
        return {"error": "it calls itself without end"}
    except Exception as error:
        number = getattr(error, "lineno", None)
        line = f"line {number}: " if isinstance(number, int) else ""
        return {"error": f"{line}{type(error).__name__}: {error}"[:300]}


def answer(value: object) -> None:
    data = json.dumps(value).encode()
    sys.stdout.buffer.write(b"%d\n" % len(data) + data)
    sys.stdout.buffer.flush()


def main() -> None:
    sys.path[:] = json.loads(sys.argv[1])
    # All that filters and error messages import when they are used: nothing can be opened then.
    import codecs
    import pprint  # noqa: F401
    import random  # noqa: F401
    import resource  # noqa: F401
    import textwrap  # noqa: F401

    import jinja2.debug  # noqa: F401

    for codec in ("ascii", "latin-1", "utf-8", "unicode-escape"):
        codecs.lookup(codec)
    environment({"": "{{ 'a' }}{% include 'none' ignore missing %}"}).get_template("").render()
    give_up_rights()
    answer("ready")
    made = None
    while line := sys.stdin.buffer.readline(32):
        request = json.loads(sys.stdin.buffer.read(int(line)))
        if "sources" in request:
            made = environment(request["sources"])
            continue
        allow_time()
        answer(render(made, request["name"], request["values"]))


if __name__ == "__main__":
    main()
