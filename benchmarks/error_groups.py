"""How well errors are grouped, and what it costs: drain3 behind masks, against masks alone and difflib.

    python benchmarks/error_groups.py

Messages are made from templates as programs have them; those of one template and place belong together.
Each way is told by the share of messages that stand with exactly those they belong to, by how many of the
pairs that are together should be (precision), how many that should be are (recall), and by processor time a
message. First the messages of an example program; then those that the standard library of the running Python
raises, read from its source: every ``raise`` whose message is a text with something put into it.
"""

from __future__ import annotations

import ast
import os
import random
import resource
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from pathlib import Path

from drain3.drain import Drain

from lsp_server.memory.errors.grouping import Grouper
from lsp_server.memory.errors.masking import masked

WORDS = """alpha amber anchor basil birch cedar cobalt copper coral delta ember fern flint garnet hazel indigo
ivory jade juniper lark linen maple marble meadow nickel oak olive onyx opal pearl pine quartz raven river
rowan ruby sage slate spruce sterling tidal topaz umber velvet walnut willow zinc""".split()

COUNT = 2_000
ROUNDS = 5

# What {w} stands for has no form of its own: only comparing tells that it changes.
PLACES: dict[str, list[str]] = {
    "pay": [
        "No answer from {w} in {n} s",
        "Connection to {w} refused",
        "card {h} was declined by {w}",
        "currency {w} is not supported",
    ],
    "orders": [
        "order {n} not found",
        "order {n} is closed already",
        "customer {w} has no address",
        "stock of {w} is {n}, wanted {n}",
    ],
    "sql": [
        "relation {w} does not exist",
        "duplicate key value violates unique constraint {q}",
        "could not serialize access due to concurrent update",
        "deadlock detected: process {n} waits for process {n}",
        "column {w} of table {w} is ambiguous",
        "value too long for type character varying({n})",
    ],
    "http": [
        "404 Not Found for {u}",
        "503 Service Unavailable for {u}",
        "timed out after {n}.{n} seconds",
        "[Errno 111] Connection refused",
        "[Errno 104] Connection reset by peer",
        "HTTP {n}: upstream {w} said no",
    ],
    "files": [
        "[Errno 2] No such file or directory: {p}",
        "[Errno 13] Permission denied: {p}",
        "[Errno 28] No space left on device",
        "{p} is no valid archive",
        "checksum of {p} is {h}, expected {h}",
    ],
    "parse": [
        "Expecting value: line {n} column {n} (char {n})",
        "Extra data: line {n} column {n} (char {n})",
        "Unterminated string starting at: line {n} column {n} (char {n})",
        "unknown option {w}",
        "missing field {w}",
        "field {w} must be a number, not {q}",
    ],
    "attributes": [
        "{q} object has no attribute {q}",
        "unsupported operand type(s) for +: {q} and {q}",
        "list index out of range",
        "{q}",
    ],
    "workers": [
        "worker {w} died with signal {n}",
        "job {i} failed: {w} is not ready",
        "queue {w} is full",
        "lease of {w} expired {n} ms ago",
        "leader changed from {w} to {w}",
    ],
}


def filled(template: str, chance: random.Random) -> str:
    def one(kind: str) -> str:
        word = chance.choice(WORDS)
        return {
            "w": word,
            "n": str(chance.randrange(1, 100_000)),
            "q": f"'{word}_{chance.choice(WORDS)}'",
            "h": f"{chance.getrandbits(64):016x}",
            "p": f"'/srv/{word}/{chance.choice(WORDS)}.dat'",
            "u": f"https://{word}.example.org/{chance.randrange(1000)}",
            "i": f"{chance.getrandbits(32):08x}-1111-4222-8333-{chance.getrandbits(48):012x}",
        }[kind]

    parts = template.split("{")
    return parts[0] + "".join(one(part[0]) + part[2:] for part in parts[1:])


def standard_library() -> dict[str, list[str]]:
    """The messages with a changing part that each function of the standard library raises, by type."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(Path(os.__file__).parent.rglob("*.py")):
        if {"test", "tests", "site-packages", "idlelib", "lib2to3"} & set(path.parts):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                for one in ast.walk(function):
                    if isinstance(one, ast.Raise) and isinstance(one.exc, ast.Call) and one.exc.args:
                        template = template_of(one.exc.args[0])
                        place = f"{path}:{function.name}:{ast.unparse(one.exc.func)}"
                        if template and "{" in template and template not in found[place]:
                            found[place].append(template)
    return {place: templates for place, templates in found.items() if templates}


def template_of(node: ast.expr) -> str:
    """A text with ``{w}``, ``{n}`` and ``{q}`` for what is put into it; "" for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.replace("{", "(").replace("}", ")")
    if isinstance(node, ast.JoinedStr):
        parts = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                parts.append("{q}" if part.conversion == ord("r") else kind_of(ast.unparse(part.value)))
            else:
                parts.append(template_of(part))
        return "".join(parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        text = template_of(node.left)
        for mark, kind in (("%r", "{q}"), ("%d", "{n}"), ("%i", "{n}"), ("%x", "{n}"), ("%s", "{w}")):
            text = text.replace(mark, kind)
        return text
    return ""


def kind_of(expression: str) -> str:
    numbers = ("len(", "size", "count", "lineno", "num", "length", "index", "errno", "code")
    return "{n}" if any(word in expression for word in numbers) else "{w}"


def messages(places: dict[str, list[str]], seed: int, count: int) -> list[tuple[str, str, str]]:
    """Place, template and message; some templates far more often than others."""
    chance = random.Random(seed)
    kinds = [(place, template) for place, templates in places.items() for template in templates]
    weights = [1 / (number + 1) for number in range(len(kinds))]
    chance.shuffle(weights)
    chosen = chance.choices(kinds, weights, k=count)
    return [(place, template, filled(template, chance)) for place, template in chosen]


def by_masks(given: Iterable[tuple[str, str, str]]) -> list[object]:
    return [(place, masked(text)) for place, _, text in given]


def by_drain(similar: float, mask: Callable[[str], str], depth: int = 3) -> Callable[..., list[object]]:
    """``depth`` 4 is its default: only messages with the same first word are compared; 3: all of a length."""

    def group(given: Iterable[tuple[str, str, str]]) -> list[object]:
        trees: dict[str, Drain] = defaultdict(lambda: Drain(depth=depth, sim_th=similar))
        return [(p, trees[p].add_log_message(mask(text))[0].cluster_id) for p, _, text in given]

    return group


def by_ours(given: Iterable[tuple[str, str, str]]) -> list[object]:
    """As the product does it: depth 3, 0.65, and what both have masked is not counted."""
    grouper = Grouper()
    return [grouper.group_of("", place, text).id for place, _, text in given]


def by_difflib(similar: float) -> Callable[..., list[object]]:
    """The first group of the place whose first message is alike enough, word by word."""

    def group(given: Iterable[tuple[str, str, str]]) -> list[object]:
        firsts: dict[str, list[list[str]]] = defaultdict(list)
        found: list[object] = []
        for place, _, text in given:
            words = masked(text).split()
            for number, first in enumerate(firsts[place]):
                if SequenceMatcher(None, first, words, autojunk=False).ratio() >= similar:
                    found.append((place, number))
                    break
            else:
                firsts[place].append(words)
                found.append((place, len(firsts[place]) - 1))
        return found

    return group


def judged(given: list[tuple[str, str, str]], groups: list[object]) -> tuple[float, float, float, int]:
    """Share of messages in exactly the right group, precision and recall of pairs, number of groups."""
    right: dict[object, set[int]] = defaultdict(set)
    made: dict[object, set[int]] = defaultdict(set)
    for number, ((place, template, _), group) in enumerate(zip(given, groups, strict=True)):
        right[place, template].add(number)
        made[group].add(number)
    wanted = {frozenset(one) for one in right.values()}
    exact = sum(len(one) for one in made.values() if frozenset(one) in wanted)
    both = Counter((given[n][0], given[n][1], group) for group, one in made.items() for n in one)
    pairs = sum(n * (n - 1) for n in both.values())
    together = sum(len(one) * (len(one) - 1) for one in made.values())
    belong = sum(len(one) * (len(one) - 1) for one in right.values())
    return exact / len(given), pairs / together, pairs / belong, len(made)


def main() -> None:
    """Both tables."""
    compared("an example program", PLACES)
    compared("the standard library", standard_library())


def compared(name: str, places: dict[str, list[str]]) -> None:
    """One table."""
    ways: dict[str, Callable[..., list[object]]] = {"masks alone": by_masks}
    ways["drain3 as it comes"] = by_drain(0.4, str, depth=4)
    ways["masks, drain3 as it is"] = by_drain(0.4, masked, depth=4)
    for similar in (0.4, 0.65):
        ways[f"masks, depth 3, {similar}"] = by_drain(similar, masked)
    ways["ours"] = by_ours
    for similar in (0.6, 0.7):
        ways[f"masks, difflib at {similar}"] = by_difflib(similar)
    total = sum(map(len, places.values()))
    print(f"{name}: {total} templates in {len(places)} places, {COUNT:,} messages, {ROUNDS} times")
    print(f"{'':24} right  precision  recall  groups  µs")
    for way, group in ways.items():
        scores, cost = [], 0.0
        for seed in range(ROUNDS):
            given = messages(places, seed, COUNT)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            groups = group(given)
            cost += resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
            scores.append(judged(given, groups))
        right, precision, recall, count = (sum(column) / ROUNDS for column in zip(*scores, strict=True))
        micro = cost / COUNT / ROUNDS * 1e6
        print(f"{way:24} {right:5.2f}  {precision:9.3f}  {recall:6.3f}  {count:6.0f}  {micro:4.0f}")


if __name__ == "__main__":
    main()
