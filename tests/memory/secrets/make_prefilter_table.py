"""Makes ``lsp_server/memory/secrets/prefilter_table.py`` from the installed scanner's rules.

    python tests/memory/secrets/make_prefilter_table.py > table.py

Run it when a new release of the scanner makes ``test_every_rule_of_the_scanner_is_covered`` fail.
"""

from __future__ import annotations

import random
import re
import sys

from kingfisher_sdk import Rules
from secret_rule_examples import example, literals, parse

SIGN = r"""(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}"""
"""What stands between a name and its value in the rules that are about named values."""

VALUE = re.compile(r"""[=>:|,](?=[\s'"`=]{0,6}?([^\s'"`<>{}]+))""")

COVERED_IN_CODE = frozenset({
    # prefilter.py knows these by their own shape
    "generic-credential-uri", "mongodb-connection-string", "private-key", "gcp-service-account", "jwt",
    "curl-auth-header", "curl-auth-user", "kubernetes-secret-yaml", "nuget-config-password",
    "gcp-application-default-credentials", "freemius-secret-key", "sidekiq-sensitive-url",
    "sidekiq-secret", "azure-storage-account-key", "azure-ad-client-secret", "facebook-access-token",
    "tableau-personal-access-token.1", "zai-api-key", "salesforce-access-token.1", "maxmind-license-key",
    "influxdb-api-token", "bitly-access-token", "cloudinary-api-secret", "couchbase-capella-api-key",
    "amplitude-secret-key", "aiven-auth-token", "twilio-api-key", "secrets/bitwardenoauth2access",
    "secrets/hcpclientcredentials", "flyio-access-token", "canadian-digital-service-notify-api-key",
    "secrets/codecatalystcredentials", "hashicorp-tf-password", "authress-service-client-access-key",
    # the extra names and prefixes below are theirs
    "aws-access-token", "aws-session-token", "buildkite-service-token", "dropbox-long-lived-api-token",
    "secrets/cloudflareapitoken", "secrets/bitbucketcredentials", "vault-service-token", "voyageai-api-key",
})  # fmt: skip
EXTRA_NAMES = {"aws": 40, "cf_": 32, "accountkey": 80, "dropbox": 15}
EXTRA_PREFIXES = {
    **{f"a{letters}": (16, True, True) for letters in ("kia", "sia", "bia", "cca", "3t")},
    **{f"bk{letters}_": (54, True, True) for letters in ("aa", "aj", "ar", "ct", "pt", "pat", "ps")},
    "hvs.": (90, True, True),
    "s.": (24, True, True),
    "pa-": (43, True, True),
    "al-": (43, True, True),
    # of our own rules.yml
    "discord.com/api/webhooks/": (60, False, False),
    "discordapp.com/api/webhooks/": (60, False, False),
    "key-": (32, True, True),
    "secret_": (43, True, True),
    "nrak-": (27, True, True),
    "gocspx-": (28, True, True),
    "atbb": (32, True, True),
    "nfp_": (36, True, True),
    **{f"pscale_{what}_": (32, False, True) for what in ("tkn", "pw", "oauth")},
    "sl.": (130, False, True),
    "whsec_": (32, False, True),
    "cfpat-": (43, True, True),
    **{f"{what}_": (40, True, True) for what in ("sqp", "squ", "sqa")},
    **{f"tskey-{what}-": (20, True, True) for what in ("auth", "api", "client", "scim", "webhook")},
    "aio_": (28, True, True),
    "tfp_": (40, False, True),
    "oy2": (43, True, True),
    "cmvmdgtuoj": (54, True, True),
}
SAMPLES = 60

Prefixes = dict[str, tuple[int, bool, bool]]


def main() -> None:
    prefixes: Prefixes = dict(EXTRA_PREFIXES)
    names: dict[str, int] = dict(EXTRA_NAMES)
    dice = random.Random(1)
    rules = Rules(confidence="medium")
    for rule in rules.metadata():
        if not rule["visible"] or rule["id"].split(".", 1)[1] in COVERED_IN_CODE:
            continue
        pattern: str = rules.detail(rule["id"])["detection_regex"]
        _read_rule(pattern, prefixes, names, dice)
    _print(prefixes, {n: length for n, length in names.items() if not _implied(n, names)})


def _implied(name: str, names: dict[str, int]) -> bool:
    """Whether a shorter name of the table is inside this one and asks for no more."""
    return any(other != name and other in name and names[other] <= names[name] for other in names)


def _read_rule(pattern: str, prefixes: Prefixes, names: dict[str, int], dice: random.Random) -> None:
    tree = parse(pattern)
    found = literals(tree)
    times = SAMPLES * (1 + len(found))
    samples = [example(tree, dice, shortest=n % 2 == 0).casefold() for n in range(times)]
    if SIGN in pattern:
        values = [max(VALUE.findall(sample), key=len, default="") for sample in samples]
        in_value = [any(word in value for word in found) for value in values]
        if not all(in_value):
            for word in {_stem(word) for word in found}:
                names[word] = min(*(len(v) for v in values), 80, names.get(word, 80))
            return
    word_character = r"(\(\?i\))?\(?(\\b|\(\?:\^\||\(\?:\(\?:\\A\|)"
    for literal in sorted(found):
        behind = [m for s in samples for m in [re.search(re.escape(literal) + r"(\S*)", s)] if m]
        plain = [re.match(r"[\w-]*", m[1], re.ASCII) for m in behind]
        rest = min(len(m[1]) for m in behind)
        rest_plain = min(len(m[0]) for m in plain if m)
        tight = rest_plain >= 15
        first = bool(re.match(word_character, pattern)) and all(
            not re.search(r"[a-z0-9_]$", m.string[: m.start()]) for m in behind
        )
        found_so_far = prefixes.get(literal, (999, True, True))
        prefixes[literal] = (
            min(rest_plain if tight else rest, found_so_far[0]),
            tight and found_so_far[1],
            first and found_so_far[2],
        )


def _stem(name: str) -> str:
    """The first word of a name, if it tells something: ``browserstack`` of ``browserstack_access_key``."""
    first = re.match(r"[a-z0-9]*", name)
    return first[0] if first and len(first[0]) >= 3 and first[0] not in {"new", "data", "app"} else name


def _print(prefixes: Prefixes, names: dict[str, int]) -> None:
    lines = [
        '"""What the scanner\'s rules look for. Made by tests/memory/secrets/make_prefilter_table.py."""',
        "",
        "from __future__ import annotations",
        "",
        "# fmt: off",
        "PREFIXES: dict[str, tuple[int, bool, bool]] = {",
        *(f"    {prefix!r}: {about!r}," for prefix, about in sorted(prefixes.items())),
        "}",
        "# fmt: on",
        '"""By prefix: how many characters follow it at least, whether they are letters, digits, "_" and "-"',
        'only, and whether the prefix begins a word."""',
        "",
        "NAMES: dict[str, int] = {",
        *(f'    "{name}": {length},' for name, length in sorted(names.items())),
        "}",
        '"""By a part of the name before a sign: the length of the shortest value behind the sign."""',
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
