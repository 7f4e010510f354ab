"""A real PostgreSQL for the tests: one for a run, whatever the number of its workers, a database for each.

It refuses to run as root: then it runs as ``postgres`` or ``nobody``. Where there is none, what needs it is
skipped and says so. A guardian stops it and removes its files when the last worker is gone, a killed one too.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/bin",
)
# Waits until nobody holds the lock of the first argument; then stops the server and removes the folder.
GUARDIAN = """
import fcntl, os, shutil, signal, sys
lock, folder = sys.argv[1:]
signal.signal(signal.SIGINT, signal.SIG_IGN)
with open(lock) as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        with open(folder + "/data/postmaster.pid") as pid:
            server = int(pid.readline())
        os.kill(server, signal.SIGINT)
        while os.path.exists(folder + "/data/postmaster.pid"):
            signal.sigtimedwait([], 0.05)
    except (OSError, ValueError):
        pass
    shutil.rmtree(folder, ignore_errors=True)
"""


@dataclass
class Server:
    """A PostgreSQL in a folder of its own. ``user``: whom it runs as; None: as this process."""

    folder: Path
    port: int
    password: str
    programs: Path
    user: str | None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://memory:{self.password}@127.0.0.1:{self.port}/{database}"

    def make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self.user:
            for path in (self.folder, secret):
                shutil.chown(path, self.user)
        self._run(
            "initdb", "--no-sync", "-U", "memory", "-E", "UTF8", "--auth=scram-sha-256",
            f"--pwfile={secret}", "-D", str(self.folder / "data"), "--no-locale",
        )  # fmt: skip
        with (self.folder / "data/postgresql.conf").open("a") as settings:
            settings.write(
                f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
                "fsync = off\nfull_page_writes = off\nshared_buffers = 16MB\nmax_connections = 60\n"
                "deadlock_timeout = 100ms\nautovacuum = off\ndynamic_shared_memory_type = mmap\n"
            )

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        as_other: dict[str, Any] = {}
        if self.user:
            account = pwd.getpwnam(self.user)
            as_other = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        # Its output goes to a file: a server that is started would keep a pipe open.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                [self.programs / program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=said, stderr=said, check=False, start_new_session=True,
                env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
                **as_other,
            )  # fmt: skip
            if done.returncode:
                said.seek(0)
                raise OSError(f"{program}: {said.read()[-800:]}")


def programs() -> Path | None:
    """Where PostgreSQL's programs are; None: nowhere."""
    found = shutil.which("initdb")
    if found and (Path(found).parent / "pg_ctl").exists():
        return Path(found).resolve().parent
    places = [path for pattern in PLACES for path in sorted(Path("/").glob(pattern[1:]), reverse=True)]
    return next((path for path in places if (path / "initdb").exists()), None)


def why_there_is_none() -> str | None:
    """The reason why no PostgreSQL can be started here; None: it can."""
    try:
        import psycopg  # noqa: F401 - whether it is there
    except ImportError:
        return "psycopg is not installed"
    if programs() is None:
        return "PostgreSQL is not installed"
    if os.geteuid() == 0 and _unprivileged() is None:
        return "PostgreSQL refuses to run as root, and there is no user postgres or nobody"
    return None


def _unprivileged() -> str | None:
    if os.geteuid():
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


def new_server() -> Server:
    """A server of one's own, started; ``removed`` ends it."""
    # Not below pytest's folders: those are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="git-memory-postgresql-"))
    folder.chmod(0o755)
    where = programs()
    assert where
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(folder, port, f"pw-{secrets.token_hex(8)}", where, _unprivileged())
    try:
        server.make()
        server.start()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return server


@contextlib.contextmanager
def own_server() -> Iterator[Server]:
    server = new_server()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


@contextlib.contextmanager
def shared_server(shared: Path) -> Iterator[Server]:
    """The run's one server, started by whoever comes first. ``shared``: a folder that all workers know."""
    shared.mkdir(mode=0o700, exist_ok=True)
    note = shared / "server.json"
    with (shared / "turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        noted = json.loads(note.read_text()) if note.exists() else None
        in_use = None
        if noted:
            in_use = Path(noted["lock"]).open("a")  # noqa: SIM115 - held until the last test
            try:
                fcntl.flock(in_use, fcntl.LOCK_SH | fcntl.LOCK_NB)
                server = Server(
                    Path(noted["folder"]),
                    noted["port"],
                    noted["password"],
                    Path(noted["programs"]),
                    noted["user"],
                )
            except OSError:  # the last who used it are gone, and it is being stopped
                in_use.close()
                in_use = None
        if in_use is None:
            server = new_server()
            lock = shared / f"in-use-{server.port}"
            in_use = lock.open("a")
            fcntl.flock(in_use, fcntl.LOCK_SH)
            subprocess.Popen(
                [sys.executable, "-c", GUARDIAN, lock, server.folder], start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            note.write_text(
                json.dumps(
                    {
                        "lock": str(lock), "folder": str(server.folder), "port": server.port,
                        "password": server.password, "programs": str(server.programs), "user": server.user,
                    }
                )
            )  # fmt: skip
    try:
        yield server
    finally:
        in_use.close()


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The run's PostgreSQL."""
    if reason := why_there_is_none():
        pytest.skip(reason)
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with shared_server(shared / "postgresql") as server:
        yield server


@pytest.fixture(scope="session")
def _postgresql_database(postgresql_server: Server) -> str:
    """The URL of a database of this worker's own, in whose own order of texts "a" comes before "B"."""
    import psycopg

    name = f"worker_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql_server.url(), autocommit=True) as connection:
        make = f"CREATE DATABASE {name} TEMPLATE template0"
        try:
            connection.execute(f"{make} LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
        except psycopg.Error:  # one built without ICU
            connection.execute(make)
    return postgresql_server.url(name)


@pytest.fixture
def postgresql(_postgresql_database: str) -> str:
    """The URL of an empty PostgreSQL database (SQLAlchemy's form)."""
    import psycopg

    with psycopg.connect(_postgresql_database, autocommit=True) as connection:
        _end_others(connection)
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            connection.execute(f'DROP TABLE "{table}"')
    return _postgresql_database


@pytest.fixture
def postgresql_used_before(_postgresql_database: str) -> str:
    """The URL of a PostgreSQL database whose tables are there, and empty: much faster to have."""
    import psycopg

    with psycopg.connect(_postgresql_database, autocommit=True) as connection:
        _end_others(connection)
        if connection.execute("SELECT to_regclass('git_memory_values')").fetchone() != (None,):
            connection.execute("TRUNCATE git_memory_values")
    return _postgresql_database


def _end_others(connection: Any) -> None:
    """Whatever an earlier test has left open would keep its locks."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
