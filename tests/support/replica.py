"""A PostgreSQL and its streaming replica, of the tests' own, which they may stop."""

import os
import pwd
import shutil
import socket
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from tests.support.needs import needs

HOST = "127.0.0.1"
USER = "postgres"


class Server:
    """A cluster in a folder, on a free port; it listens on this machine only."""

    def __init__(self, folder):
        self.programs = Path(needs("postgresql"))
        self.folder = folder
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"postgres://{USER}@{HOST}:{self.port}/attest"

    def run(self, program, *words):
        """A program of PostgreSQL, which refuses to run as root."""
        command = [str(self.programs / program), *map(str, words)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", USER, "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder.parent)

    def make(self):
        """Become a cluster with an empty database."""
        self.run("initdb", "-D", self.folder, "-U", USER, "-A", "trust", "-N")
        self.start()
        name = f"postgres://{USER}@{HOST}:{self.port}/postgres"
        with closing(psycopg.connect(name, autocommit=True)) as connection:
            connection.execute("CREATE DATABASE attest")
        return self

    def begin_as(self, folder):
        """Become what a cluster was that lies in a folder, and start."""
        shutil.copytree(folder, self.folder)
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)
        self.start()
        return self

    def copy(self, primary):
        """Become its replica: it follows from here on."""
        near = ["-h", HOST, "-p", primary.port, "-U", USER]
        self.run("pg_basebackup", "-D", self.folder, "-R", "-c", "fast", *near)
        self.start()
        return self

    def start(self):
        words = f"-p {self.port} -h {HOST} -k '' -c fsync=off"
        log = self.folder / "log"
        self.run("pg_ctl", "-D", self.folder, "-o", words, "-l", log, "-w", "start")

    def promote(self):
        """Become a primary, on a line of the log of its own."""
        self.run("pg_ctl", "-D", self.folder, "-w", "promote")

    def stop(self, how="immediate"):
        if (self.folder / "postmaster.pid").exists():
            self.run("pg_ctl", "-D", self.folder, "-m", how, "stop")


@contextmanager
def servers(*names):
    """So many servers, not made yet, which are stopped in the end.

    They lie outside of the folders of pytest, which are root's alone where root runs it.
    """
    needs("postgresql")
    with TemporaryDirectory(prefix="attest-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam(USER).pw_uid, -1)
        made = [Server(folder / name) for name in names]
        try:
            yield made
        finally:
            for server in reversed(made):
                server.stop()


def keep_cluster(folder, migrate):
    """Fill a folder with a cluster whose database has all tables and no rows."""
    with servers("one") as (server,):
        migrate(server.make().url)
        server.stop("fast")
        shutil.copytree(server.folder, folder, dirs_exist_ok=True)
        folder.chmod(0o700)


@pytest.fixture(scope="module")
def pair(migrated_cluster):
    """A primary with all tables and no rows, and a replica that follows it."""
    with servers("one", "two") as (primary, replica):
        primary.begin_as(migrated_cluster)
        yield primary, replica.copy(primary)


@pytest.fixture(scope="module")
def lines(migrated_cluster):
    """A primary and two replicas."""
    with servers("one", "two", "three") as (primary, *replicas):
        primary.begin_as(migrated_cluster)
        yield primary, *(one.copy(primary) for one in replicas)
