#!/usr/bin/env python3
"""Goal: deploy/loadtest/run fails when what it was to measure did not happen, its calls are calls of the API, and
docs/how-to/load-test.md shows it as it is. Method: the program itself, with a ghz that reports what each test says, in ghz's
own form, and a tandemctl that does nothing; protoc reads the data of the calls.

    tests/ctl/loadtest_test.py
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/load-test.md"
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
if [ "$1" = --config ]; then test -s "$2" && test "$3 $4" = "--insecure --protoset" && test -s "$5"; exit; fi
while [ "$1" != --data-file ]; do shift; done
report=${0%/*}/${2##*/}
[ -e "$report" ] || report=${0%/*}/good.json
cat "$report"
""",
}


def run(command, **reports):
    """How the command ends when ghz gives these reports, by call; otherwise it gives good ones."""
    with tempfile.TemporaryDirectory(prefix="tandem-loadtest-") as name:
        folder = pathlib.Path(name)
        for call, report in reports.items():
            (folder / f"{call}.json").write_text(json.dumps(report))
        (folder / "good.json").write_text(json.dumps(GOOD))
        for program, text in PROGRAMS.items():
            (folder / program).write_text("#!/bin/sh" + text)
            (folder / program).chmod(0o755)
        for part in ("proto", "deploy"):
            (folder / part).symlink_to(ROOT / part)
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_SECONDS,
                              env={**os.environ, "GHZ": str(folder / "ghz"), "TANDEM_BIN": str(folder),
                                   "PATH": f"{folder}:{os.environ['PATH']}"})


def load(*calls, **reports):
    return run([ROOT / "deploy/loadtest/run", *calls], **reports)


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


def text_format(data):
    """JSON as what protoc reads."""
    if isinstance(data, dict):
        return "".join(f"{name} {{ {text_format(value)} }}\n" if isinstance(value, dict) else f"{name}: {text_format(value)}\n"
                       for name, value in data.items())
    return json.dumps(data, ensure_ascii=False)


class Calls(unittest.TestCase):

    def test_are_rpcs_with_the_fields_of_their_requests(self):
        files = sorted((ROOT / "deploy/loadtest").glob("*.json"))
        self.assertGreater(len(files), 5)
        protos = sorted((ROOT / "proto/tandem/v1").glob("*_service.proto"))
        for file in files:
            with self.subTest(file=file.name):
                # ghz fills in what is in braces before it reads the data.
                settings = json.loads(re.sub(r"\{\{.*?\}\}", "1", file.read_text()))
                service, rpc = re.fullmatch(r"tandem\.v1\.(\w+)/(\w+)", settings["call"]).groups()
                requests = [found[1] for proto in protos if (found := re.search(
                    rf"^service {service} \{{.*?^  rpc {rpc}\((\w+)\)", proto.read_text(), re.MULTILINE | re.DOTALL))]
                self.assertEqual(len(requests), 1, f"expected an rpc, but there is no {settings['call']}")
                read = subprocess.run(["protoc", "-I", ROOT / "proto", f"--encode=tandem.v1.{requests[0]}", *protos],
                                      capture_output=True, input=text_format(settings["data"]).encode(), timeout=LIMIT_SECONDS)
                self.assertEqual((read.returncode, read.stderr.decode()), (0, ""))


class Page(unittest.TestCase):

    def test_shows_the_columns_and_the_calls(self):
        [shown] = re.findall(r"^```text\n(call .*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        ended = load(*(line.split()[0] for line in shown.splitlines()[1:]))
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertEqual(re.search(r"^call .*", ended.stdout, re.MULTILINE)[0].split(), shown.splitlines()[0].split())
        self.assertEqual(set(re.findall(r"^\w+(?= +\d+ )", ended.stdout, re.MULTILINE)),
                         {path.stem for path in (ROOT / "deploy/loadtest").glob("*.json")} - {"open_session"})

    def test_has_commands_that_run(self):
        blocks = re.findall(r"^```sh\n((?:deploy/loadtest/run|protoc) .*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            with self.subTest(block=block):
                ended = run(["bash", "-euc", block])
                self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)


if __name__ == "__main__":
    unittest.main()
