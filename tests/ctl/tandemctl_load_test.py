#!/usr/bin/env python3
"""Goal: `tandemctl load` puts the load of a scenario on a server, measures it from where it was intended, and tells every
failure and every lost contact; docs/how-to/load-test.md shows what it prints. Method: the program of this build against a
server of this build, which is also held up, killed, and made to forget tickets.

    tests/ctl/tandemctl_load_test.py
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
from tandem_server import BIN, Server  # noqa: E402

SCENARIOS = ROOT / "deploy/loadtest"
PAGE = ROOT / "docs/how-to/load-test.md"
LIMIT_SECONDS = 120
# Chats that take no time, of which the agents can take all.
SCENARIO = """
floor:
  clients: [{id: acme}]
  queues: [{id: chats, office: OFFICE_FRONT, urgency: URGENCY_LIVE, offer_timeout: 20s}]
  process_types: [{id: support, defaults: [{queue: chats, wrap_up_limit: 0s}]}]
  routing_profiles: [{id: chats, queues: [{queue: chats}]}]
agents:
  - id: chat
    count: AGENTS
    agent:
      routing_profile: chats
      clients: [acme]
      process_types: [support]
      capacity: {groups: [{group: CAPACITY_GROUP_MESSAGING, max: 5}]}
contacts:
  - {name: support, contact: {channel: chat, client: acme, process_type: PROCESS_TYPE}}
arrivals:
  - {for: SECONDS, per_second: 50}
"""


def setUpModule():
    global server
    server = Server()
    unittest.addModuleCleanup(server.stop)


def load(*arguments):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
    return subprocess.Popen([BIN / "tandemctl", "--address", server.address, "load", *map(str, arguments)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean)


class Load(unittest.TestCase):

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def scenario(self, agents=4, seconds="4s", process_type="support"):
        path = self.folder / "test.yaml"
        path.write_text(SCENARIO.replace("AGENTS", str(agents)).replace("SECONDS", seconds)
                        .replace("PROCESS_TYPE", process_type))
        return path

    def load(self, *arguments, code=0, while_running=None):
        """What it says in JSON; it has to end with `code`."""
        process = load(*arguments, "-o", "json")
        helper = threading.Thread(target=while_running or (lambda: None))
        helper.start()
        out, err = process.communicate(timeout=LIMIT_SECONDS)
        helper.join()
        self.assertEqual(process.returncode, code, out + err)
        self.said = err
        return json.loads(out)

    @staticmethod
    def step(report, name):
        return next(step for step in report["steps"] if step["name"] == name)

    def test_shipped_scenarios_lead_contacts_through_their_lives(self):
        for path in sorted(SCENARIOS.glob("*.yaml")):
            if path.name == "floor.yaml":
                continue
            with self.subTest(scenario=path.name):
                # The backlog takes most of a minute, at any scale: here some of it stays.
                is_backlog = path.name == "email_backlog.yaml"
                report = self.load(path, "--for", "4s", "--scale", "0.2", "--drain", "3s" if is_backlog else "1m")
                contacts = report["contacts"]
                self.assertGreater(contacts["acknowledged"], 4)
                self.assertEqual(contacts["sent"], contacts["planned"])
                self.assertEqual(contacts["acknowledged"], contacts["sent"])
                self.assertEqual(contacts["completed"] + contacts["abandoned"] + contacts["waiting"], contacts["acknowledged"])
                self.assertGreater(contacts["completed"], 4)
                self.assertEqual(contacts["waiting"] > 0, is_backlog)
                self.assertEqual((contacts["lost"], contacts["unroutable"], report["errors"]), (0, 0, []))
                self.assertEqual(self.step(report, "log in")["count"], report["agents"])
                # When the load ends before the work does, answers may be under way.
                answered = self.step(report, "complete")["count"]
                self.assertIn(contacts["completed"] - answered, range(report["agents"] if is_backlog else 1))
                for step in report["steps"]:
                    quantiles = [step[name] for name in ("p50Ms", "p90Ms", "p99Ms", "p999Ms", "maxMs")]
                    self.assertEqual(quantiles, sorted(quantiles))

    def test_prints_a_table_and_repeats_by_its_seed(self):
        tables = []
        for _ in range(2):
            process = load(self.scenario(seconds="1s"), "--seed", "7")
            out, err = process.communicate(timeout=LIMIT_SECONDS)
            self.assertEqual(process.returncode, 0, err)
            tables.append(out)
        self.assertRegex(tables[0], r"\A127\.0\.0\.1:\d+, workspace load-\S+: test, 4 agents, \d+ contacts, .* seed 7\n")
        self.assertRegex(tables[0], r"(?m)^step +count +failed +per second +p50 ms +p90 ms +p99 ms +p99\.9 ms +max ms$")
        contacts = [re.search("contacts: .*", table).group() for table in tables]
        self.assertEqual(*contacts)

    def test_prints_what_the_page_shows_but_for_the_figures(self):
        [shown] = re.findall(r"^```text\n(127\..*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        process = load(SCENARIOS / "steady.yaml", "--for", "2s", "--scale", "0.3")
        out, err = process.communicate(timeout=LIMIT_SECONDS)
        self.assertEqual(process.returncode, 0, err)
        said, expected = ([re.sub(r"[\d.:]*\d+(?:s|m|t[\d.]+)?\b", "N", re.sub(" +", " ", line)) for line in text.splitlines()]
                          for text in (out, shown))
        self.assertEqual(said, expected)

    def test_counts_what_a_server_that_stands_still_makes_people_wait(self):
        def hold_up():
            time.sleep(2.5)
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(0.7)
            server.process.send_signal(signal.SIGCONT)

        report = self.load(self.scenario(seconds="6s"), while_running=hold_up)
        # A ninth of the contacts arrived meanwhile; those who came first waited longest. What goes on sending when the
        # server does not answer is an open loop. After a second the server would say that its database is away.
        ingest = self.step(report, "ingest")
        self.assertGreater(ingest["maxMs"], 600)
        self.assertGreater(ingest["p99Ms"], 400)
        self.assertLess(ingest["p50Ms"], 300)
        self.assertLess(self.step(report, "sent late")["p90Ms"], 300)
        self.assertGreater(self.step(report, "arrival to offer")["p99Ms"], 400)

    def test_tells_failed_calls_by_reason_and_goes_on(self):
        report = self.load(self.scenario(process_type="nonsense", seconds="1s"), code=1)
        self.assertEqual([(error["step"], error["reason"]) for error in report["errors"]], [("ingest", "PROCESS_TYPE_UNKNOWN")])
        self.assertEqual(report["errors"][0]["count"], report["contacts"]["sent"])
        self.assertEqual(report["contacts"]["acknowledged"], 0)
        self.assertIn("failed and 0 are lost", self.said)

    def test_loses_nothing_over_a_kill_and_says_what_failed(self):
        def kill():
            time.sleep(2.5)
            server.kill()
            server.start()

        report = self.load(self.scenario(seconds="8s"), code=1, while_running=kill)
        reasons = {(error["step"], error["reason"]) for error in report["errors"]}
        self.assertIn(("log in", "UNAVAILABLE"), reasons)
        self.assertIn("ingest", {step for step, _ in reasons})
        contacts = report["contacts"]
        self.assertEqual(contacts["lost"], 0)
        self.assertGreater(contacts["completed"], 100)
        # Agents' sessions came back, and took what had come in.
        self.assertEqual(contacts["completed"] + contacts["waiting"], contacts["acknowledged"])

    def test_finds_a_contact_that_is_lost(self):
        """Lost as by a database that was restored from before: some that are completed are there no more."""
        def forget():
            time.sleep(3)
            ended = subprocess.run(
                [BIN / "tandemd", "psql", "--data-dir", server.folder / "data", "--", "-XAtc",
                 "WITH gone AS (SELECT ticket_id FROM tandem.ticket_state WHERE state = 'COMPLETED' "
                 "ORDER BY ticket_id DESC LIMIT 10) DELETE FROM tandem.ticket WHERE ticket_id IN (SELECT ticket_id FROM gone)"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT_SECONDS)
            assert "DELETE 10" in ended.stdout, ended.stdout

        report = self.load(self.scenario(seconds="6s"), code=1, while_running=forget)
        self.assertEqual(report["contacts"]["lost"], 10)
        self.assertEqual(report["errors"], [])
        self.assertIn("0 failed and 10 are lost", self.said)

    def test_leaves_waiting_what_nobody_takes_and_ends_in_time(self):
        begun = time.monotonic()
        report = self.load(self.scenario(agents=0, seconds="1s"), "--drain", "1s", "--limit", "20")
        self.assertLess(time.monotonic() - begun, 20)
        self.assertIn("more than 20 contacts", self.said)
        self.assertEqual(report["contacts"]["waiting"], 20)
        self.assertEqual(report["contacts"]["unroutable"], 20)

    def test_ends_early_when_it_is_interrupted(self):
        process = load(self.scenario(seconds="10m"), "-o", "json")
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_SECONDS)
        self.assertEqual(process.returncode, 0, err)
        contacts = json.loads(out)["contacts"]
        self.assertGreater(contacts["completed"], 20)
        self.assertEqual(contacts["completed"], contacts["sent"])
        self.assertIn("no more arrivals", err)

    def test_refuses_what_is_no_scenario_and_a_workspace_that_is_there(self):
        for arguments, code, message in (
                ((self.folder / "none.yaml",), 2, "expected to read"),
                ((ROOT / "deploy/loadtest/floor.yaml",), 2, "floor.yaml:2: expected a list called agents"),
                ((self.scenario(), "--scale", "0"), 2, "--scale"),
        ):
            process = load(*arguments)
            _, err = process.communicate(timeout=LIMIT_SECONDS)
            self.assertEqual(process.returncode, code, err)
            self.assertIn(message, err)
        self.load(self.scenario(seconds="1s"), "--run", "again")
        process = load(self.scenario(seconds="1s"), "--run", "again")
        _, err = process.communicate(timeout=LIMIT_SECONDS)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("REVISION_STALE", err)


if __name__ == "__main__":
    unittest.main()
