#!/usr/bin/env python3
"""A PostgreSQL of our own: made in a temporary folder, reached by a Unix socket only, removed afterwards.

As a program it runs a command beside one, with PGHOST, PGUSER and PGDATABASE set:
    benches/postgres/cluster.py psql -f benches/postgres/fastest.sql
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

USER = "postgres"
DATABASE = "community"
# Every setting is PostgreSQL's default (so fsync and synchronous_commit are on), but for these two:
# room for the clients, and no port.
SETTINGS = "-c max_connections=520 -c listen_addresses="


def programs() -> Path:
    """Where the newest installed PostgreSQL has its programs; version 15, the one of our figures, goes first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    folders.sort(key=lambda path: path.parts[-3] == "15")
    if folders:
        return folders[-1].parent
    found = shutil.which("initdb")
    if found is None:
        sys.exit("PostgreSQL is not installed here; benches/postgres/install installs it.")
    return Path(found).resolve().parent


class Cluster:
    """`with Cluster() as cluster:` makes it and removes it, also when the program is interrupted; it is started and
    stopped as needed."""

    def __enter__(self):
        # Short, because a socket's path may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.data = self.folder / "data"
        self.bin = programs()
        self.owner = {}
        self.environment = {**os.environ, "PGHOST": str(self.folder), "PGUSER": USER, "PGDATABASE": DATABASE}
        self.environment["LC_ALL"] = "C.UTF-8"
        try:
            if os.geteuid() == 0:
                # PostgreSQL refuses to run as root.
                account = pwd.getpwnam(USER)
                self.owner = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
                os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as_owner(
                "initdb", "--pgdata", self.data, "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--no-sync",
            )
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if (self.data / "postmaster.pid").exists():
            self._as_owner("pg_ctl", "stop", "--pgdata", self.data, "--mode", "immediate", must=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        log = self.folder / "log"
        options = f"{SETTINGS} -c unix_socket_directories={self.folder}"
        self._as_owner("pg_ctl", "start", "--pgdata", self.data, "--wait", "--log", log, "--options", options)

    def stop(self):
        self._as_owner("pg_ctl", "stop", "--pgdata", self.data, "--wait", "--mode", "fast")

    def fresh(self, design: Path):
        """An empty database with this design in it, its statistics gathered, everything on disk."""
        self.sql(f"DROP DATABASE IF EXISTS {DATABASE}", database="postgres")
        self.sql(f"CREATE DATABASE {DATABASE}", database="postgres")
        self.run("psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file", design)
        self.sql("VACUUM ANALYZE")
        self.sql("CHECKPOINT")

    def sql(self, statement: str, database: str = DATABASE) -> str:
        """What a statement answers, as text."""
        return self.run(
            "psql", "--quiet", "--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1",
            "--dbname", database, "--command", statement,
        ).strip()

    def run(self, program: str, *arguments) -> str:
        """What one of PostgreSQL's programs prints; an error if it fails."""
        command = [self.bin / program, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=self.folder, text=True, capture_output=True)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _as_owner(self, program: str, *arguments, must: bool = True):
        command = [self.bin / program, *arguments]
        # To a file, not to a pipe: the server inherits it and would hold a pipe open.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command, env=self.environment, cwd=self.folder, stdout=output, stderr=output, **self.owner
            )
            if must and done.returncode != 0:
                output.seek(0)
                raise RuntimeError(f"{program} failed:\n{output.read()}")


if __name__ == "__main__":
    with Cluster() as cluster:
        cluster.start()
        cluster.sql(f"CREATE DATABASE {DATABASE}", database="postgres")
        paths = f"{cluster.bin}:{os.environ['PATH']}"
        sys.exit(subprocess.run(sys.argv[1:], env={**cluster.environment, "PATH": paths}).returncode)
