#!/usr/bin/env python3
"""Goal: deploy/loadtest/run fails when what it was to measure did not happen. Method: the program itself, with a ghz that
reports what each test says, in ghz's own form, and a tandemctl that does nothing.

    tests/ctl/loadtest_test.py
"""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 60
LATENCIES = [{"percentage": percentage, "latency": percentage * 100_000} for percentage in (10, 25, 50, 75, 90, 95, 99)]
NO_CALL = {"count": 0, "rps": 0, "errorDistribution": {}, "statusCodeDistribution": {}, "latencyDistribution": None}
GOOD = {"count": 200, "rps": 20.4, "errorDistribution": {}, "statusCodeDistribution": {"OK": 200},
        "latencyDistribution": LATENCIES}
SOME_FAILED = {**GOOD, "errorDistribution": {"rpc error: …": 3}, "statusCodeDistribution": {"OK": 197, "Unavailable": 3}}
ALL_FAILED = {**NO_CALL, "count": 7, "rps": 1, "errorDistribution": {"rpc error: …": 7},
              "statusCodeDistribution": {"Unavailable": 7}}

PROGRAMS = {
    "tandemctl": """
echo '{"tickets": [{"id": "01890a5d"}]}'
""",
    # Its data are in a file that is called as the call is, and so is the report beside this program.
    "ghz": """
while [ "$1" != --data-file ]; do shift; done
report=${0%/*}/${2##*/}
[ -e "$report" ] || report=${0%/*}/good.json
cat "$report"
""",
}


def load(*calls, **reports):
    """How the program ends when ghz gives these reports, by call; otherwise it gives good ones."""
    with tempfile.TemporaryDirectory(prefix="tandem-loadtest-") as name:
        folder = pathlib.Path(name)
        for call, report in reports.items():
            (folder / f"{call}.json").write_text(json.dumps(report))
        (folder / "good.json").write_text(json.dumps(GOOD))
        for program, text in PROGRAMS.items():
            (folder / program).write_text("#!/bin/sh" + text)
            (folder / program).chmod(0o755)
        return subprocess.run([ROOT / "deploy/loadtest/run", *calls], capture_output=True, text=True,
                              timeout=LIMIT_SECONDS,
                              env={**os.environ, "GHZ": str(folder / "ghz"), "TANDEM_BIN": str(folder)})


def line_of(call, output):
    return next(line.split() for line in output.splitlines() if line.startswith(f"{call} "))


class LoadTest(unittest.TestCase):

    def test_shows_what_was_measured(self):
        ended = load("get_ticket", "heartbeat")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        for call in ("get_ticket", "heartbeat"):
            self.assertEqual(line_of(call, ended.stdout), [call, "200", "0", "20", "5.0", "9.5", "9.9"])

    def test_fails_when_a_call_was_not_made(self):
        ended = load("get_ticket", "list_tickets", get_ticket=NO_CALL)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("get_ticket: expected calls, but ghz made none", ended.stderr)
        self.assertIn("expected every call to be made and to succeed, but 1 did not", ended.stderr)
        self.assertEqual(line_of("get_ticket", ended.stdout), ["get_ticket", "0", "0", "0", "-", "-", "-"])
        self.assertEqual(line_of("list_tickets", ended.stdout)[1], "200")

    def test_fails_when_a_call_failed(self):
        ended = load("get_ticket", get_ticket=SOME_FAILED)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("get_ticket: 3 of 200 calls failed", ended.stderr)
        self.assertIn("but 3 did not", ended.stderr)

    def test_fails_when_no_call_succeeded(self):
        ended = load("get_ticket", get_ticket=ALL_FAILED)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("get_ticket: 7 of 7 calls failed", ended.stderr)
        self.assertEqual(line_of("get_ticket", ended.stdout), ["get_ticket", "7", "7", "1", "-", "-", "-"])

    def test_fails_when_no_session_was_opened_for_heartbeats(self):
        ended = load("heartbeat", open_session=NO_CALL)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("open_session: expected calls, but ghz made none", ended.stderr)


if __name__ == "__main__":
    unittest.main()
