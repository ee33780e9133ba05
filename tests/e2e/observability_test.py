#!/usr/bin/env python3
"""Goal: what a server tells of itself can be relied on. Its page of metrics is what Prometheus reads and has every metric
that dashboards, alerts and the reference name; alerts fire when they should and lead to a page that helps; the log of a
whole run holds ids and nothing that belongs to a customer. Method: a server of this build, calls that carry personal
data, promtool, and the files in deploy/monitoring.

    tests/e2e/observability_test.py
"""

import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TANDEM_BIN", "build/release/bin")).resolve()
MONITORING = ROOT / "deploy/monitoring"
LIMIT_SECONDS = 60

FLOOR = """
time_zone: Europe/Lisbon
clients: [{id: acme}]
queues: [{id: chats, office: OFFICE_FRONT, urgency: URGENCY_LIVE, offer_timeout: 60s}]
process_types:
  - {id: support, defaults: [{queue: chats}]}
routing_profiles: [{id: everything, queues: [{queue: chats}]}]
agents: [{id: ana, routing_profile: everything, clients: [acme], process_types: [support]}]
"""

# What a customer could be known by. Every one of them is sent to the server below.
PERSONAL = ("Zebedee Quackenbush", "zebedee@quackenbush.example", "+351 912 345 678", "4111 1111 1111 1111",
            "17 Wisteria Lane", "my-secret-illness")
# What is written to tickets: a note, a message, its id at the channel, and what a survey asked.
WRITTEN = ("Asks to be called after the divorce", "I am bankrupt since Tuesday", "bankrupt-customer-letter-17",
           "trust-in-doctor-moreau")
RECORDS = ("AddNote", "AddMessage", "RecordSurvey")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A tandemd with a private PostgreSQL in a folder of its own, which logs all that it can."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tandem-observe-", dir="/tmp"))
        os.chmod(self.folder, 0o755)  # PostgreSQL's user has to reach it.
        self.http_port = free_port()
        port_file = self.folder / "port"
        self.log_path = self.folder / "log"
        self.log = open(self.log_path, "w")
        self.process = subprocess.Popen(
            [BIN / "tandemd", "--data-dir", self.folder / "data", "--listen", "127.0.0.1:0", "--port-file", port_file,
             "--http-listen", f"127.0.0.1:{self.http_port}", "--log-format", "json", "--log-level", "debug",
             "--access-log", "all"], stdout=subprocess.DEVNULL, stderr=self.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + LIMIT_SECONDS
        while not port_file.exists() or not port_file.read_text().strip():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.log_path.read_text())
            time.sleep(0.05)
        self.address = "127.0.0.1:" + port_file.read_text().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=LIMIT_SECONDS)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ctl(self, *arguments, stdin=""):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
        return subprocess.run([BIN / "tandemctl", *arguments], input=stdin, capture_output=True, text=True,
                              timeout=LIMIT_SECONDS,
                              env={**clean, "TANDEM_ADDRESS": self.address, "TANDEM_WORKSPACE": "floor"})

    def call(self, method, **fields):
        """The grpc-status of a call of TicketService that tandemctl does not make. Fields are in protobuf's text form."""
        text = "".join(f"{name}: {value}\n" for name, value in {"workspace": '"floor"', **fields}.items())
        message = subprocess.run(
            ["protoc", "-I", ROOT / "proto", f"--encode=tandem.v1.{method}Request", "tandem/v1/ticket_service.proto"],
            input=text.encode(), stdout=subprocess.PIPE, check=True, timeout=LIMIT_SECONDS).stdout
        # Not compressed, so long, and what is so long: gRPC's frame.
        ended = subprocess.run(
            ["curl", "--silent", "--show-error", "--http2-prior-knowledge", "--data-binary", "@-", "--dump-header", "-",
             "--output", "/dev/null", "--header", "content-type: application/grpc", "--header", "te: trailers",
             f"http://{self.address}/tandem.v1.TicketService/{method}"],
            input=b"\0" + len(message).to_bytes(4, "big") + message, stdout=subprocess.PIPE, check=True,
            timeout=LIMIT_SECONDS)
        return int(re.search(rb"^grpc-status: (\d+)", ended.stdout, re.MULTILINE).group(1))

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/metrics", timeout=LIMIT_SECONDS) as answer:
            return answer.read().decode()


def setUpModule():
    global server
    server = Server()
    unittest.addModuleCleanup(server.stop)
    assert server.ctl("wait").returncode == 0
    floor = server.folder / "floor.yaml"
    floor.write_text(FLOOR)
    assert server.ctl("apply", "-f", str(floor)).returncode == 0
    live_a_little()


def live_a_little():
    """Contacts full of personal data, work on them, and calls that fail."""
    name, mail, phone, card, street, illness = PERSONAL
    payload = json.dumps({"name": name, "card": card, "address": street})
    for words in (("--subject", f"{name} is unwell: {illness}"), ("--payload-json", payload),
                  ("--attribute", f"phone={phone}"), ("--entry-point", mail), ("--conversation-key", phone),
                  ("--customer", mail), ("--external-id", card)):
        ended = server.ctl("ingest", "--channel", "chat", "--client", "acme", "--process-type", "support", *words)
        assert ended.returncode == 0, ended.stderr
    # The same external id again; an unknown process type, a field that is too large, a ticket that is none.
    server.ctl("ingest", "--channel", "chat", "--client", "acme", "--process-type", "support", "--external-id", card)
    server.ctl("ingest", "--channel", "chat", "--client", "acme", "--process-type", "unheard-of")
    server.ctl("ingest", "--channel", "chat", "--client", "acme", "--process-type", name)
    server.ctl("ingest", "--channel", "chat", "--client", "acme", "--process-type", "support", "--subject", name * 1000)
    server.ctl("ingest", "--channel", name, "--client", mail, "--process-type", "support", "--language", street)
    server.ctl("explain", "ticket", phone)
    server.ctl("explain", "ticket", illness)
    server.ctl("get", "tickets", "--customer", mail)
    ended = server.ctl("agent", "login", "ana",
                       stdin=f"available\nwait 10\naccept\nfinish\ncomplete\nnot-ready {name}\nquit\n")
    assert "ana" in ended.stdout + ended.stderr
    write_to_a_ticket()


def write_to_a_ticket():
    """A note, a message and a survey that are taken, and some that are refused."""
    # The one that ana completed: who has not been served is asked for no survey.
    listed = server.ctl("get", "tickets", "--state", "COMPLETED", "-o", "json")
    ticket = json.loads(listed.stdout)["tickets"][0]["id"]
    note, message, external_id, measure = map(json.dumps, WRITTEN)
    ok, invalid_argument = 0, 3
    for method, expected, fields in (
            ("AddNote", ok, {"text": note}),
            ("AddNote", invalid_argument, {"text": json.dumps(WRITTEN[0] * 1000)}),
            ("AddMessage", ok, {"author": "PARTY_CUSTOMER", "text": message, "external_id": external_id}),
            ("AddMessage", invalid_argument, {"author": "PARTY_AGENT", "agent": message, "text": message}),
            ("RecordSurvey", ok, {"scores": f"{{measure: {measure} score: 2 highest: 10}}"}),
            ("RecordSurvey", invalid_argument, {"scores": f"{{measure: {note} score: 2 highest: 10}}"}),
            ("RecordSurvey", invalid_argument, {"scores": f"{{measure: {measure} score: 987 highest: 10}}"})):
        status = server.call(method, ticket_id=json.dumps(ticket), **fields)
        assert status == expected, (method, fields, status)


def samples(page):
    """The names of all samples; a histogram's are those of its parts, too."""
    return {match.group(1) for match in re.finditer(r"^([a-z_]+)(?:\{.*\})? \S+$", page, re.MULTILINE)}


def metrics_of(expression):
    """The metrics that a PromQL expression names, without functions, labels and what it is grouped by."""
    expression = re.sub(r'"[^"]*"', '""', expression)
    expression = re.sub(r"\b(?:by|on|ignoring|without)\s*\([^)]*\)", "", expression)
    expression = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", expression)
    return {word for word in re.findall(r"\b[a-z_]+\b(?!\s*\()", expression)
            if word.startswith(("tandem_", "process_"))}


def dashboards():
    return sorted((MONITORING / "grafana").glob("*.json"))


def expressions(dashboard):
    """What each target of each panel asks Prometheus, by `file: panel: target`."""
    return {f"{dashboard.name}: {panel['title']}: {target['refId']}": target["expr"]
            for panel in json.loads(dashboard.read_text())["panels"] for target in panel["targets"]}


def with_values(expression, variables):
    """The expression as Grafana sends it, once somebody has chosen; a variable that the dashboard lacks stays."""
    values = {"__rate_interval": "1m", **{variable: "chosen" for variable in variables}}
    return re.sub(r"\$(\w+)|\$\{(\w+)\}", lambda match: values.get(match[1] or match[2], match[0]), expression)


def check_expressions(asked):
    """promtool's word on expressions by place: each is a recording rule, in a form that is YAML and JSON."""
    rules = [{"record": re.sub(r"\W+", "_", place), "expr": expression} for place, expression in asked.items()]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump({"groups": [{"name": "dashboards", "rules": rules}]}, file)
        file.flush()
        return subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True,
                              timeout=LIMIT_SECONDS)


def alerts():
    """(name, expression, runbook_url) of each alert. The file is ours, so its form is known."""
    text = (MONITORING / "prometheus/alerts.yaml").read_text()
    found = []
    for block in text.split("      - alert: ")[1:]:
        expression = re.search(r"expr: >-\n((?:          .*\n)+)", block).group(1)
        found.append((block.split("\n", 1)[0], " ".join(expression.split()),
                      re.search(r"runbook_url: (\S+)", block).group(1)))
    return found


class Metrics(unittest.TestCase):

    def test_are_what_prometheus_reads_and_keep_its_rules(self):
        checked = subprocess.run(["promtool", "check", "metrics"], input=server.metrics(), capture_output=True,
                                 text=True, timeout=LIMIT_SECONDS)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))

    def test_tell_of_what_happened(self):
        page = server.metrics()
        for line in (r'tandem_ready 1', r'tandem_census_complete 1', r'tandem_build_info\{version="\d.*"\} 1',
                     r'tandem_open_tickets\{workspace="floor"\} \d+',
                     r'tandem_agents\{workspace="floor",status="offline"\} 1',
                     r'tandem_queue_waiting\{workspace="floor",queue="chats"\} [5-7]',
                     r'tandem_ingest_contacts_total\{outcome="new"\} 7',
                     r'tandem_ingest_contacts_total\{outcome="duplicate"\} 1',
                     r'tandem_offers_total\{outcome="made"\} [1-9]',
                     r'tandem_offers_total\{outcome="accepted"\} 1',
                     r'tandem_events_total\{type="TICKET_CREATED"\} 7',
                     r'tandem_commits_total\{result="committed"\} [1-9]\d*',
                     r'tandem_rpc_finished_total\{method="IngestService/IngestContact",code="OK"\} [1-9]\d*',
                     r'tandem_rpc_refusals_total\{reason="PROCESS_TYPE_UNKNOWN"\} 1',
                     r'tandem_postgres_connections [1-9]\d*'):
            self.assertRegex(page, re.compile(f"^{line}$", re.MULTILINE))

    def test_are_few_and_quick(self):
        began = time.monotonic()
        page = server.metrics()
        self.assertLess(time.monotonic() - began, 1)
        self.assertLess(len(page), 200_000)

    def test_are_all_in_the_reference_and_the_reference_has_no_others(self):
        reference = set(re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs/reference/metrics.md").read_text(), re.MULTILINE))
        exported = set(re.findall(r"^# TYPE (\S+) ", server.metrics(), re.MULTILINE))
        self.assertEqual(reference, exported)


class Monitoring(unittest.TestCase):

    def test_names_no_metric_that_a_running_server_lacks(self):
        exported = samples(server.metrics())
        named = collections.defaultdict(set)
        for path in dashboards():
            for place, expression in expressions(path).items():
                named[place] = metrics_of(expression)
        for name, expression, _ in alerts():
            named[name] = metrics_of(expression)
        self.assertGreater(len(named), 40)
        for place, names in named.items():
            self.assertLessEqual(names, exported, place)
        # And something is shown of whatever there is.
        shown = {re.sub("_bucket$", "", name) for names in named.values() for name in names}
        families = set(re.findall(r"^# TYPE (\S+) ", server.metrics(), re.MULTILINE))
        self.assertEqual(families - shown, set())

    def test_has_dashboards_whose_every_panel_prometheus_understands(self):
        asked = {}
        for path in dashboards():
            variables = [variable["name"] for variable in json.loads(path.read_text())["templating"]["list"]]
            for place, expression in expressions(path).items():
                asked[place] = with_values(expression, variables)
                self.assertNotIn("$", asked[place], place)
        self.assertGreater(len(asked), 50)
        checked = check_expressions(asked)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn(f"{len(asked)} rules found", checked.stdout)

    def test_would_find_a_panel_that_prometheus_does_not_understand(self):
        for broken in ("sum by (queue) (tandem_queue_waiting", "rate(tandem_ready)", "tandem_ready{instance=chosen}",
                       "rate(tandem_ready[$__rate_interval])", "topk(tandem_ready)"):
            checked = check_expressions({"floor: Waiting: A": "tandem_queue_waiting", "floor: Broken: B": broken})
            self.assertNotEqual(checked.returncode, 0, broken)
            self.assertIn("floor_Broken_B", checked.stdout + checked.stderr)

    def test_has_alerts_that_fire_when_they_should(self):
        for words in (("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")):
            ended = subprocess.run(["promtool", *words], cwd=MONITORING / "prometheus", capture_output=True, text=True,
                                   timeout=LIMIT_SECONDS)
            self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        tested = re.findall(r"alertname: (\w+)$", (MONITORING / "prometheus/alerts_test.yaml").read_text(), re.MULTILINE)
        self.assertEqual(sorted(tested), sorted(name for name, _, _ in alerts()))

    def test_has_a_heading_in_the_runbook_for_each_alert(self):
        headings = re.findall(r"^## (.+)$", (ROOT / "docs/how-to/runbook.md").read_text(), re.MULTILINE)
        for name, _, url in alerts():
            page, anchor = url.split("#")
            self.assertEqual((page, anchor), ("docs/how-to/runbook.md", name.lower()))
            self.assertIn(name, headings)
        self.assertEqual(len(headings), len(alerts()), "a heading without an alert")


class Log(unittest.TestCase):

    @staticmethod
    def lines():
        return [json.loads(line) for line in server.log_path.read_text().splitlines()]

    def test_is_an_object_a_line_with_ids(self):
        lines = self.lines()
        self.assertGreater(len(lines), 20)
        for line in lines:
            self.assertLessEqual({"time", "level", "message"}, set(line))
        ingested = [line for line in lines if line.get("rpc") == "IngestService/IngestContact"]
        self.assertEqual(ingested[0]["workspace"], "floor")
        self.assertRegex(ingested[0]["ticket_id"], r"^[0-9a-f-]{36}$")
        self.assertRegex(ingested[0]["request_id"], r"^[0-9a-f-]{36}$")
        self.assertIn("ana", {line.get("agent") for line in lines})
        self.assertIn("PROCESS_TYPE_UNKNOWN", {line.get("reason") for line in lines})

    def test_holds_nothing_that_belongs_to_a_customer(self):
        text = server.log_path.read_text()
        # The other words of the same lines are there, so it was worth looking.
        self.assertIn("IngestService/IngestContact", text)
        for record in RECORDS:
            self.assertIn(f"TicketService/{record}", text)
        for planted in PERSONAL + WRITTEN:
            for form in {planted, planted.replace(" ", ""), json.dumps(planted)[1:-1]}:
                self.assertNotIn(form.lower(), text.lower())

    def test_has_no_place_for_what_was_written_to_a_ticket(self):
        """A score is a number like others, so the names of the fields are looked at."""
        for record in RECORDS:
            lines = [line for line in self.lines() if line.get("rpc") == f"TicketService/{record}"]
            self.assertEqual({line["code"] for line in lines}, {"OK", "INVALID_ARGUMENT"}, record)
            for line in lines:
                self.assertLessEqual(set(line), {"time", "level", "message", "rpc", "code", "reason", "duration_ms", "address",
                                                 "workspace", "request_id", "ticket_id", "agent"})


if __name__ == "__main__":
    unittest.main()
