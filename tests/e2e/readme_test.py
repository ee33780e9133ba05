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


def processes_of(folder):
    """The commands of all processes that were told of the folder."""
    commands = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue
        if str(folder) in command:
            commands.append(command)
    return commands


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

    def start(self, arguments, data="data"):
        """`make run`, and what keeps it from disturbing anything else here. A process group of its own, as a terminal's."""
        arguments += f" --data-dir {self.folder / data} --listen 127.0.0.1:{free_port()}"
        process = subprocess.Popen(["make", "run", f"ARGS={arguments}"], cwd=self.copy, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   errors="replace", start_new_session=True,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        watchdog = threading.Timer(LIMIT_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        self.addCleanup(process.stdout.close)
        return process

    def test_make_run_plays_the_day_through_a_kill(self):
        command = next(line for line in commands_of_readme() if line.startswith("make run"))
        arguments = next((word[len("ARGS="):] for word in shlex.split(command) if word.startswith("ARGS=")), "")
        process = self.start(arguments + " --exit")
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
        self.stop_by_ctrl_c()

    def stop_by_ctrl_c(self):
        """In the copy that is built by now: a terminal's Ctrl-C ends the server and its PostgreSQL."""
        process = self.start("--server-only", data="service")
        output = []
        for line in process.stdout:
            output.append(line)
            if "serving on" in line:
                os.killpg(process.pid, signal.SIGINT)
        process.wait()
        text = "".join(output)
        self.assertIn("stopping PostgreSQL", text)
        self.assertNotIn("second signal; what", text)
        self.assertEqual(processes_of(self.folder / "service"), [], "expected nothing to be left running")

    def test_make_test_is_a_command(self):
        # Running it here would run this test again.
        self.assertIn("make test", commands_of_readme())
        subprocess.run(["make", "--dry-run", "test"], cwd=self.copy, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    unittest.main()
