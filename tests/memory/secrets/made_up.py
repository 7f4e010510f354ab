"""Made-up secrets, one of each kind that people paste, made at run time from random characters."""

from __future__ import annotations

import base64
import json
import random
import string

LETTERS_DIGITS = string.ascii_letters + string.digits
BASE64 = LETTERS_DIGITS + "+/"
HEX = "0123456789abcdef"


class Maker:
    """Deals random secrets; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def characters(self, length: int, alphabet: str = LETTERS_DIGITS) -> str:
        return "".join(self.dice.choice(alphabet) for _ in range(length))

    def password(self, length: int = 18) -> str:
        """Has a digit, a capital and a small letter, as generated passwords have."""
        return "4" + self.characters(length - 3) + "kQ"

    def private_key(self, kind: str = "RSA ") -> str:
        lines = "\n".join(self.characters(64, BASE64) for _ in range(12))
        dashes = "-" * 5
        return f"{dashes}BEGIN {kind}PRIVATE KEY{dashes}\n{lines}\n{dashes}END {kind}PRIVATE KEY{dashes}"

    def jwt(self) -> str:
        def part(value: dict[str, str]) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        head = part({"alg": "HS256", "typ": "JWT"})
        return f"{head}.{part({'sub': self.characters(10), 'name': 'x'})}.{self.characters(43)}"

    def all_kinds(self) -> dict[str, tuple[str, str]]:
        """By kind: a line (or lines) as people write it, and the secret in it."""
        aws = self.characters(40, BASE64)
        github, fine = "ghp_" + self.characters(36), f"github_pat_{self.characters(22)}_{self.characters(59)}"
        gitlab, stripe = "glpat-" + self.characters(20), "sk_live_" + self.characters(24)
        slack = (
            f"xoxb-{self.characters(12, HEX[1:10])}-{self.characters(12, HEX[1:10])}-{self.characters(24)}"
        )
        google, npm = "AIza" + self.characters(35), "npm_" + self.characters(36)
        key, jwt, url, short, long = (
            self.private_key(),
            self.jwt(),
            self.password(),
            self.password(9),
            self.password(24),
        )
        bearer = self.password(32)
        return {
            "AWS": (f'aws_secret_access_key = "{aws}"', aws),
            "GitHub": (f"The token {github} was in the log.", github),
            "GitHub, fine-grained": (f"GITHUB_TOKEN={fine}", fine),
            "GitLab": (f"use {gitlab} there", gitlab),
            "Slack": (f"the bot ({slack})", slack),
            "Stripe": (f"`{stripe}`", stripe),
            "Google": (f"key={google}", google),
            "npm": (f"//registry/:_authToken={npm}", npm),
            "private key": (key, key),
            "JWT": (f"Cookie: session={jwt}", jwt),
            "URL with a password": (f"postgres://app:{url}@db.corp.net:5432/app", url),
            "assigned password": (f'password = "{short}"', short),
            "environment file": (f"DB_PASSWORD={long}", long),
            "YAML": (f"  client_secret: {long}", long),
            "header": (f"Authorization: Bearer {bearer}", bearer),
        }  # fmt: skip
