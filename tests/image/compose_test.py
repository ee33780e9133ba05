#!/usr/bin/env python3
"""Goal: compose.yaml gives a server whose commits are on two PostgreSQLs. Method: its variables and limits are read,
and the scripts that it mounts run on real PostgreSQLs, as the image of PostgreSQL would run them.

    tests/image/compose_test.py
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import yaml

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/kubernetes"), str(ROOT / "tests/support")]
import policy  # noqa: E402
from private_postgres import BIN, PrivatePostgres, as_postgres, for_postgres, free_port, give_to_postgres  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("TANDEM_BIN", ROOT / "build/release/bin")).resolve()
PASSWORD = "it's a word"
PATIENCE_SECONDS = 60


def services():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def run_program(name, *arguments, **environment):
    return subprocess.run([PROGRAMS / name, *arguments], env=environment, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class File(unittest.TestCase):

    def test_images_are_pinned(self):
        for name, service in services().items():
            self.assertRegex(service["image"], r":\d+\.\d+[\w.-]*$", name)

    def test_what_runs_on_is_asked_how_it_is(self):
        for name, service in services().items():
            self.assertEqual("healthcheck" in service, "restart" in service, name)

    def test_the_server_has_no_rights_and_takes_its_variables(self):
        options = policy.options_in(run_program("tandemd", "--help").stdout)
        for name in ("tandem", "migrate"):
            service = services()[name]
            self.assertTrue(service["read_only"])
            self.assertEqual(service["cap_drop"], ["ALL"])
            variables = service["environment"]
            self.assertLessEqual(set(variables), {policy.variable_of(option) for option in options})
            result = run_program("tandemd", "version", **variables)
            self.assertEqual(result.returncode, 0, result.stdout)

    def test_a_refused_call_is_in_its_log_which_does_not_grow_for_ever(self):
        self.assertEqual(services()["tandem"]["environment"]["TANDEM_ACCESS_LOG"], "errors")
        self.assertEqual(services()["tandem"]["logging"], {"driver": "local"})

    def test_others_reach_it_from_this_machine_alone(self):
        published = [port for service in services().values() for port in service.get("ports", [])]
        self.assertEqual(published, ["127.0.0.1:9400:9400", "127.0.0.1:9401:9401"])


class Databases(unittest.TestCase):
    """The primary and the standby as their containers would be."""

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="tandem-compose-", dir="/var/tmp")
        self.addCleanup(shutil.rmtree, folder)
        self.folder = pathlib.Path(folder)
        give_to_postgres(folder)
        # Read by the user postgres, who may not be able to read this repository.
        for name in ("primary.sh", "standby.sh"):
            shutil.copy(ROOT / "deploy/compose" / name, self.folder)
        self.primary = PrivatePostgres()
        self.addCleanup(self.primary.stop)
        hba = self.primary.data / "pg_hba.conf"
        hba.write_text(re.sub(r"^(host .*)trust$", r"\1scram-sha-256", hba.read_text(), flags=re.MULTILINE))
        self.standby_port = free_port()

    def environment(self, **more):
        return {"PATH": f"{BIN}:{os.environ['PATH']}", "TANDEM_DATABASE_PASSWORD": PASSWORD, **more}

    def start_primary(self):
        """The image's first start: a server for the scripts, then the real one."""
        self.primary.start()
        as_postgres("bash", self.folder / "primary.sh", env=self.environment(
            PGHOST=str(self.primary.folder), PGPORT=str(self.primary.port), PGDATA=str(self.primary.data)))
        as_postgres(BIN / "pg_ctl", "restart", "--pgdata", self.primary.data, "--wait", "--log",
                    self.primary.folder / "log", stdout=subprocess.DEVNULL)

    def start_standby(self):
        data = self.folder / "data"
        # The port is the primary's for pg_basebackup, which the test's standby can't have, too.
        script = (self.folder / "standby.sh").read_text()
        (self.folder / "run.sh").write_text(script.replace("exec postgres", f"exec postgres -p {self.standby_port}"))
        process = subprocess.Popen(
            for_postgres("bash", self.folder / "run.sh"), cwd="/",
            env=self.environment(PRIMARY_HOST="localhost", PGPORT=str(self.primary.port), PGDATA=str(data)),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.folder / "standby.log", "a"))
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        return process

    def sql(self, statement):
        return subprocess.run(["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--host", self.primary.folder,
                               "--port", str(self.primary.port), "--username=postgres", "--dbname=postgres",
                               "--command", statement], check=True, text=True, stdout=subprocess.PIPE).stdout.strip()

    def wait_until(self, what, expected):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (value := what()) != expected and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(value, expected, (self.folder / "standby.log").read_text()[-2000:])

    def test_a_commit_is_on_both_or_is_not_acknowledged(self):
        self.start_primary()
        standby = self.start_standby()
        state = "SELECT string_agg(application_name || ' ' || state || ' ' || sync_state, ',') FROM pg_stat_replication"
        self.wait_until(lambda: self.sql(state), "standby streaming sync")

        url = f"postgresql://tandem:it%27s%20a%20word@localhost:{self.primary.port}/tandem"
        self.assertIn("up to date", run_program("tandemd", "migrate", TANDEM_DATABASE_URL=url).stdout)
        address = f"127.0.0.1:{free_port()}"
        server = subprocess.Popen([PROGRAMS / "tandemd", "--listen", address, "--http-listen", ""],
                                  env={"TANDEM_DATABASE_URL": url}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)

        def is_ready():
            return run_program("tandemctl", "--address", address, "wait", "--seconds", "0").returncode == 0

        self.wait_until(is_ready, True)
        standby.terminate()
        standby.wait(timeout=PATIENCE_SECONDS)
        apply = ("--address", address, "--timeout", "5s", "apply", "--yes", "-f", str(ROOT / "deploy/starter"))
        self.assertEqual(run_program("tandemctl", *apply).returncode, 3, "expected no answer without a standby")
        self.start_standby()
        self.wait_until(is_ready, True)
        result = run_program("tandemctl", *apply)
        self.assertEqual(result.returncode, 0, result.stdout)


if __name__ == "__main__":
    unittest.main()
