"""A PostgreSQL of its own for tests that are scripts: a new cluster in a folder of its own, on a free port of loopback.

Scripts find it by `sys.path.insert(0, …/tests/support)`. PostgreSQL does not run as root: for root its programs run as the
user postgres, whom Debian's package makes.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
USER = "postgres"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def for_postgres(*command):
    """The command line that runs a program as somebody whom PostgreSQL accepts."""
    change = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--init-groups"] if os.geteuid() == 0 else []
    return [*change, *map(str, command)]


def as_postgres(*command, **options):
    return subprocess.run(for_postgres(*command), check=True, cwd="/", stdin=subprocess.DEVNULL, **options)


def give_to_postgres(path):
    if os.geteuid() == 0:
        shutil.chown(path, USER, USER)


class PrivatePostgres:
    """Runs from its making until stop(). `settings` are lines for postgresql.conf."""

    def __init__(self, *settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tandem-postgres-", dir="/var/tmp"))
        give_to_postgres(self.folder)
        self.data = self.folder / "data"
        self.port = free_port()
        as_postgres(BIN / "initdb", "--pgdata", self.data, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
                    "--username=postgres", "--no-sync", stdout=subprocess.DEVNULL)
        with open(self.data / "postgresql.conf", "a") as file:
            file.write("\n".join([f"port = {self.port}", "listen_addresses = 'localhost'",
                                  f"unix_socket_directories = '{self.folder}'", *settings, ""]))

    def start(self):
        as_postgres(BIN / "pg_ctl", "start", "--pgdata", self.data, "--wait", "--log", self.folder / "log",
                    stdout=subprocess.DEVNULL)

    def stop(self):
        if (self.data / "postmaster.pid").exists():
            as_postgres(BIN / "pg_ctl", "stop", "--pgdata", self.data, "--mode=fast", "--wait", stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder)

    def url(self, database="tandem", user="tandem", host="127.0.0.1"):
        return f"postgresql://{user}@{host}:{self.port}/{database}"

    def sql(self, statement, database="postgres"):
        """What psql prints of a statement: rows as lines, fields with | between them."""
        environment = dict(os.environ, PGCONNECT_TIMEOUT="5")
        result = subprocess.run(["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
                                 "--set=ON_ERROR_STOP=1", "--dbname", self.url(database, "postgres"),
                                 "--command", statement], check=True, text=True, stdout=subprocess.PIPE, env=environment)
        return result.stdout.strip()

    def make_database(self):
        """As docs/how-to/run-with-your-own-postgresql.md says."""
        self.sql("CREATE ROLE tandem LOGIN")
        self.sql("CREATE DATABASE tandem OWNER tandem ENCODING 'UTF8' TEMPLATE template0")
