"""``git memory session``: begin and end a session, look at those before."""

from __future__ import annotations

from lsp_server.cli.lazy_group import LazyGroup

# In the order in which they are used.
session_group = LazyGroup(
    "session",
    {
        "start": "session_start:start",
        "end": "session_end:end",
        "list": "sessions:list_",
        "show": "sessions:show",
        "stats": "sessions:stats",
        "resume": "sessions:resume",
        "delete": "sessions:delete",
    },
    about="""Begin and end a session, look at those before.

    At its start you are told what there is to know now; at its end a summary is written everywhere it
    belongs.""",
    example='  git memory session start "Sign in with a token"\n'
    '  git memory session end "Signing in works" --next "Refresh the token"',
)
