"""The formats of the keys and tokens that services give out, each made up at run time.

No format is written whole: a scanner that looks through this repository finds nothing.
"""

from __future__ import annotations

import base64
import string
import uuid

from made_up import BASE64, HEX, LETTERS_DIGITS, Maker

CAPITALS = string.ascii_uppercase
DIGITS = string.digits
CAPITALS_DIGITS = CAPITALS + DIGITS
SMALL_DIGITS = string.ascii_lowercase + DIGITS
WORD = LETTERS_DIGITS + "_-"


def common_formats(maker: Maker) -> dict[str, str]:
    """By service: a text as people paste it, with one secret in it."""
    c = maker.characters
    return {
        "GitHub OAuth": "gho_" + c(36),
        "GitHub app": "ghs_" + c(36),
        "GitHub refresh": "ghr_" + c(36),
        "GitLab runner": "glrt-" + c(20),
        "GitLab deploy": "gldt-" + c(20),
        "GitLab trigger": "glptt-" + c(40, HEX),
        "OpenAI": "sk-proj-" + c(74, WORD) + "T3Blbk" + "FJ" + c(74, WORD),
        "OpenAI legacy": "sk-" + c(20) + "T3Blbk" + "FJ" + c(20),
        "Anthropic": "sk-ant-" + "api03-" + c(93, WORD) + "AA",
        "Hugging Face": "hf_" + c(34, string.ascii_letters),
        "Groq": "gsk_" + c(52),
        "xAI": "xai-" + c(80),
        "Perplexity": "pplx-" + c(48),
        "Replicate": "r8_" + c(37),
        "Slack webhook": "https://hooks.slack."
        + "com/services/T"
        + c(8, CAPITALS_DIGITS)
        + "/B"
        + c(8, CAPITALS_DIGITS)
        + "/"
        + c(24),
        "Slack user": "xoxp-" + c(12, DIGITS) + "-" + c(12, DIGITS) + "-" + c(12, DIGITS) + "-" + c(32, HEX),
        "Slack app": "xapp-1-A" + c(10, CAPITALS_DIGITS) + "-" + c(13, DIGITS) + "-" + c(64, HEX),
        "Discord bot": "discord_token = M" + c(25) + "." + c(6) + "." + c(38, WORD),
        "Discord webhook": "https://discord." + "com/api/webhooks/" + c(18, DIGITS) + "/" + c(68, WORD),
        "Telegram": "telegram bot " + c(10, "123456789") + ":AA" + c(33, WORD),
        "Twilio": "SK" + c(32, HEX),
        "Twilio account": "TWILIO_AUTH_TOKEN=" + c(32, HEX),
        "SendGrid": "SG." + c(22, WORD) + "." + c(43, WORD),
        "Mailgun": "key-" + c(32, HEX),
        "Mailchimp": c(32, HEX) + "-us12",
        "PyPI": "pypi-AgEIcHlwaS5vcmc" + c(90, WORD),
        "RubyGems": "rubygems_" + c(48, HEX),
        "Docker Hub": "dckr_pat_" + c(27, WORD),
        "DigitalOcean": "dop_v1_" + c(64, HEX),
        "Linear": "lin_api_" + c(40),
        "Notion": "ntn_" + c(11, DIGITS) + c(35),
        "Notion old": "secret_" + c(43),
        "Figma": "figd_" + c(40, WORD),
        "Shopify": "shpat_" + c(32, HEX),
        "Square": "sq0atp-" + c(22, WORD),
        "Square new": "EAAA" + c(60, WORD),
        "Datadog": "DD_API_KEY=" + c(32, HEX),
        "New Relic": "NRAK-" + c(27, CAPITALS_DIGITS),
        "Grafana": "glsa_" + c(32) + "_" + c(8, HEX),
        "Grafana cloud": "glc_" + base64.b64encode(('{"o":"1","n":"' + c(40) + '"}').encode()).decode(),
        "Sentry": "sntrys_"
        + base64.b64encode(
            b'{"iat":1700000000.0,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}'
        )
        .decode()
        .rstrip("=")
        + "_"
        + c(43),
        "Sentry user": "sntryu_" + c(64, HEX),
        "Databricks": "dapi" + c(32, HEX),
        "Terraform": c(14) + ".atlasv1." + c(67, WORD),
        "Vault": "hvs." + c(95, WORD),
        "Doppler": "dp.pt." + c(43),
        "age": "AGE-SECRET-KEY-1" + c(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
        "OpenSSH": maker.private_key("OPENSSH "),
        "EC": maker.private_key("EC "),
        "PKCS8": maker.private_key(""),
        "PGP": maker.private_key("PGP ").replace("PRIVATE KEY", "PRIVATE KEY BLOCK"),
        "GCP": '{"type": "service_account", "private_key": "'
        + maker.private_key("").replace("\n", "\\n")
        + '"}',
        "GCP OAuth": "GOCSPX-" + c(28, WORD),
        "Azure storage": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey="
        + c(86, BASE64)
        + "==;EndpointSuffix=core.windows.net",
        "Azure AD": "AZURE_CLIENT_SECRET=" + c(3) + "8Q~" + c(34),
        "AWS session": "aws_session_token = " + c(300, BASE64),
        "AWS pair": "AKIA" + c(16, CAPITALS + "234567") + " " + c(40, BASE64),
        "Bitbucket": "ATBB" + c(32),
        "Atlassian": "ATATT3xFfGF0" + c(171, WORD) + "=" + c(8, "0123456789ABCDEF"),
        "Cloudflare": "CLOUDFLARE_API_TOKEN=" + c(40, WORD),
        "Netlify": "nfp_" + c(36),
        "Supabase": "sbp_" + c(40, HEX),
        "PlanetScale": "pscale_tkn_" + c(43, WORD),
        "Postman": "PMAK-" + c(24, HEX) + "-" + c(34, HEX),
        "Airtable": "pat" + c(14) + "." + c(64, HEX),
        "Dropbox": "sl." + c(140, WORD),
        "MongoDB": "mongodb+srv://app:" + maker.password() + "@cluster0.ab1cd.mongodb.net/x",
        "Redis": "redis://:" + maker.password() + "@cache.corp.net:6379/0",
        "AMQP": "amqp://app:" + maker.password() + "@mq.corp.net/",
        "MySQL": "mysql://root:" + maker.password() + "@db.corp.net/x",
        "basic URL": "https://ci:" + maker.password() + "@git.corp.net/x.git",
        "netrc": "machine git.corp.net login ci password " + maker.password(),
        "curl": "curl -u ci:" + maker.password() + " https://x.corp.net",
        "Basic": "Authorization: Basic " + base64.b64encode(("ci:" + maker.password()).encode()).decode(),
        "ADO": "Server=db;Database=x;User Id=sa;Password=" + maker.password() + ";",
        "Stripe restricted": "rk_live_" + c(24),
        "Stripe webhook": "whsec_" + c(32),
        "Contentful": "CFPAT-" + c(43, WORD),
        "Pulumi": "pul-" + c(40, HEX),
        "Prefect": "pnu_" + c(36),
        "Buildkite": "bkua_" + c(40, HEX),
        "CircleCI": "CCIPAT_" + c(22) + "_" + c(40, HEX),
        "Sonar": "sqp_" + c(40, HEX),
        "Tailscale": "tskey-auth-" + c(16) + "-" + c(32),
        "Fly": "FlyV1 fm2_" + c(500, BASE64),
        "Adafruit": "aio_" + c(28),
        "Clojars": "CLOJARS_" + c(60, SMALL_DIGITS),
        "EasyPost": "EZAK" + c(54),
        "Dynatrace": "dt0c01." + c(24, CAPITALS_DIGITS) + "." + c(64, CAPITALS_DIGITS),
        "Flutterwave": "FLWSECK_TEST-" + c(32, "abcdef" + DIGITS) + "-X",
        "Typeform": "tfp_" + c(59, WORD),
        "Okta": "okta_api_token = 00" + c(40, WORD),
        "NuGet": "oy2" + c(43, SMALL_DIGITS),
        "JFrog": "cmVmdGtuOj" + c(54),
        "Snyk": "snyk_token=" + str(uuid.UUID(int=maker.dice.getrandbits(128))),
        "Heroku": "HEROKU_API_KEY=" + str(uuid.UUID(int=maker.dice.getrandbits(128))),
        "npm rc": "//registry.example.org/:_authToken=" + "npm_" + c(36),
        "kubeconfig": "    client-key-data: " + base64.b64encode(maker.private_key().encode()).decode(),
        "docker config": '{"auths": {"registry.example.org": {"auth": "'
        + base64.b64encode(("ci:" + maker.password()).encode()).decode()
        + '"}}}',
        "wireguard": "PrivateKey = " + c(43, BASE64) + "=",
        "Jenkins": "JENKINS_TOKEN=" + c(34, HEX),
        "k8s": "apiVersion: v1\nkind: Secret\ndata:\n  password: "
        + base64.b64encode(maker.password().encode()).decode(),
    }
