#!/usr/bin/env python3
"""Goal: what docs/how-to/back-up-and-restore.md says brings every ticket back. Method: its own commands, on a real
PostgreSQL with a server that takes contacts in meanwhile, and into a second PostgreSQL; then the two servers are compared.

    tests/e2e/restore_test.py
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from private_postgres import PrivatePostgres, free_port  # noqa: E402

BIN = pathlib.Path(os.environ.get("TANDEM_BIN", ROOT / "build/release/bin")).resolve()
PAGE = ROOT / "docs/how-to/back-up-and-restore.md"
STOP_SECONDS = 60


def commands_below(heading):
    """The shell blocks of a section of the page, as one script."""
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE.read_text(),
                        re.MULTILINE | re.DOTALL).group(1)
    return "\n".join(re.findall(r"^ *```sh\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL))


def contacts(run, count):
    """Lines for `tandemctl ingest -f -`."""
    for number in range(count):
        yield json.dumps({"externalId": f"{run}-{number}", "channel": "email", "client": "acme-retail",
                          "processType": "billing.dispute", "subject": f"{run} {number}"}) + "\n"


class Restore(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tandem-restore-", dir="/var/tmp")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.old, self.new = self.postgres(), self.postgres()
        self.old.make_database()
        # The page begins with a database that is there, and restores into one that it makes.
        self.new.sql("CREATE ROLE tandem LOGIN")
        self.environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "TANDEM_DATABASE_URL": self.old.url(),
                            "ADMIN_URL": self.new.url("postgres", "postgres"),
                            "RESTORED_DATABASE_URL": self.new.url("tandem")}

    def postgres(self):
        server = PrivatePostgres()
        self.addCleanup(server.stop)
        server.start()
        return server

    def run_in(self, script, **environment):
        return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, text=True,
                              env=self.environment | environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)

    def succeed(self, script, **environment):
        result = self.run_in(script, **environment)
        self.assertEqual(result.returncode, 0, result.stdout)
        return result.stdout

    def serve(self, url):
        """(process, address) of a server on a database."""
        address = f"127.0.0.1:{free_port()}"
        process = subprocess.Popen([BIN / "tandemd", "--listen", address, "--http-listen", ""],
                                   env=self.environment | {"TANDEM_DATABASE_URL": url}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.ctl(address, "wait", "--seconds", "60")
        return process, address

    def ctl(self, address, *arguments, text=None):
        result = subprocess.run([BIN / "tandemctl", "--address", address, *arguments], cwd=ROOT, input=text, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def tickets(self, address):
        """What the API says of each ticket, by id, without what depends on the moment of asking."""
        answer = json.loads(self.ctl(address, "get", "tickets", "--limit", "0", "-o", "json"))
        return {ticket["id"]: ticket for ticket in answer["tickets"]}

    def test_what_was_acknowledged_before_the_backup_is_there_after_the_restore(self):
        self.succeed("tandemd migrate")
        server, address = self.serve(self.old.url())
        self.ctl(address, "apply", "--yes", "-f", "deploy/starter", "--agents", "deploy/starter/day/agents.jsonl")
        self.ctl(address, "ingest", "--quiet", "-f", "-", text="".join(contacts("before", 200)))
        before = self.tickets(address)
        self.assertEqual(len(before), 200)

        # The server works while the backup is taken, as the page says that it may.
        load = subprocess.Popen([BIN / "tandemctl", "--address", address, "ingest", "--quiet", "-f", "-"], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(load.kill)
        load.stdin.writelines(contacts("meanwhile", 500))
        load.stdin.flush()
        self.assertIn("TABLE DATA tandem ticket ", self.succeed(commands_below("Back up")))
        load.stdin.close()
        self.assertEqual(load.wait(timeout=STOP_SECONDS), 0)
        self.ctl(address, "ingest", "--quiet", "-f", "-", text="".join(contacts("after", 50)))
        token = self.run_in(f"tandemctl --address {address} events 2>&1 >/dev/null").stdout.split()[-1]
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(timeout=STOP_SECONDS), 0)

        self.succeed(commands_below("Restore"))
        _, restored = self.serve(self.new.url())
        after = self.tickets(restored)
        subjects = {ticket["subject"] for ticket in after.values()}
        self.assertTrue(set(before) <= set(after), "expected every ticket of before the backup")
        for ticket in before:
            self.assertEqual(self.stable(after[ticket]), self.stable(before[ticket]))
        self.assertFalse([subject for subject in subjects if subject.startswith("after")])
        # Who followed events is told that they are others now.
        set_back = self.run_in(f"tandemctl --address {restored} events --since-token {token}")
        self.assertIn("the database was set back", set_back.stdout)
        # It goes on: what is known is not taken in again, and what is new is.
        self.ctl(restored, "ingest", "--quiet", "-f", "-", text="".join(contacts("before", 200)))
        self.assertEqual(set(self.tickets(restored)), set(after))
        self.ctl(restored, "ingest", "--quiet", "-f", "-", text="".join(contacts("again", 10)))
        self.assertEqual(len(self.tickets(restored)), len(after) + 10)

    @staticmethod
    def stable(ticket):
        """Deadlines move by the time that the server was away, and so do changes that follow from them."""
        return {key: ticket[key] for key in ("id", "subject", "queue", "state", "client", "processType", "createTime")
                if key in ticket}

    def test_a_backup_that_was_cut_short_is_refused(self):
        self.succeed("tandemd migrate")
        self.succeed(commands_below("Back up"))
        backup = self.folder / "tandem.dump"
        backup.write_bytes(backup.read_bytes()[:-2000])
        self.assertNotEqual(self.run_in(commands_below("Restore")).returncode, 0)


if __name__ == "__main__":
    unittest.main()
