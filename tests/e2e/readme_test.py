#!/usr/bin/env python3
"""Goal: a stranger who does what the README says sees what it shows. Method: a copy of the repository without anything
that was built, the README's own commands in it, and a kill -9 of the server halfway, as the README invites to.

    tests/e2e/readme_test.py
"""

import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Building takes most of it, unless ccache knows the objects from the build that this test belongs to.
LIMIT_SECONDS = 1500


def commands_of_readme():
    """The lines of the README's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def what_is_not_in_a_clone(folder, names):
    built = {"build", ".git"} if pathlib.Path(folder) == ROOT else set()
    return {name for name in names if name in built or name == "__pycache__"}


class Readme(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tandem-readme-", dir="/var/tmp")
        self.addCleanup(folder.cleanup)
        # PostgreSQL's user has to reach the data folder below.
        os.chmod(folder.name, 0o755)
        self.folder = pathlib.Path(folder.name)
        self.copy = self.folder / "tandem"
        shutil.copytree(ROOT, self.copy, ignore=what_is_not_in_a_clone)
        # Of this run's build, which the copy should not know.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}

    def make_run(self):
        """The README's `make run` with its own arguments, and what keeps it from disturbing anything else here."""
        command = next(line for line in commands_of_readme() if line.startswith("make run"))
        words = shlex.split(command)
        arguments = next((word[len("ARGS="):] for word in words if word.startswith("ARGS=")), "")
        arguments += f" --exit --data-dir {self.folder / 'data'} --listen 127.0.0.1:{free_port()}"
        return ["make", "run", f"ARGS={arguments}"]

    def test_make_run_plays_the_day_through_a_kill(self):
        process = subprocess.Popen(self.make_run(), cwd=self.copy, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True)
        watchdog = threading.Timer(LIMIT_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        self.addCleanup(process.stdout.close)
        output = []
        server = None
        killed = False
        for line in process.stdout:
            output.append(line)
            if match := re.match(r"The server is process (\d+)\.", line):
                server = int(match.group(1))
            # The table of queues is shown once play is under way.
            if server and not killed and line.startswith("queue "):
                os.kill(server, signal.SIGKILL)
                killed = True
        text = "".join(output)
        self.assertEqual(process.wait(), 0, text[-6000:])
        self.assertTrue(killed, "expected a table of queues while the day is played:\n" + text[-6000:])
        self.assertIn("The server was killed (status 137); starting it again.", text)
        self.assertRegex(text, r"checked: acknowledged_tickets=[1-9]\d* lost=0 ")
        totals = re.findall(r"^totals: .*$", text, re.MULTILINE)
        self.assertEqual(len(totals), 2, text[-6000:])
        self.assertEqual(totals[0], totals[1], "what was played and what PostgreSQL holds differ")

    def test_make_test_is_a_command(self):
        # Running it here would run this test again.
        self.assertIn("make test", commands_of_readme())
        subprocess.run(["make", "--dry-run", "test"], cwd=self.copy, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    unittest.main()
