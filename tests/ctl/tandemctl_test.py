#!/usr/bin/env python3
"""Goal: tandemctl as an engineer meets it: what it prints, its exit codes, its hints. Method: the program of this build
against a server of this build, on a data folder of its own.

    tests/ctl/tandemctl_test.py
"""

import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
from tandem_server import BIN, Server  # noqa: E402

TANDEMCTL = str(BIN / "tandemctl")
LIMIT_SECONDS = 60

FLOOR = """
time_zone: Europe/Lisbon
clients: [{id: acme}, {id: globex}]
skills: [{id: billing}]
dispositions: [{id: solved, resolved: true}]
parking_reasons: [{id: customer, stops_clock: true}]
not_ready_reasons: [{id: lunch}]
entry_points:
  - {id: widget, channel: chat, address: "acme.com/help", client: acme, process_type: support, priority: 2}
languages: [{id: french, tag: fr, level: CEFR_LEVEL_B2}]
classification_rules:
  - {id: vip, order: 10, conditions: [{field: CONTACT_FIELD_CUSTOMER_SEGMENT, values: [gold]}], priority: 7}
  - {id: desk, order: 20, conditions: [{field: CONTACT_FIELD_ENTRY_POINT, values: [desk]}], process_type: support}
queues:
  - {id: chats, office: OFFICE_FRONT, urgency: URGENCY_LIVE, offer_timeout: 60s}
  - {id: jobs, office: OFFICE_BACK, urgency: URGENCY_DEFERRABLE}
process_types:
  - {id: support, defaults: [{queue: chats}]}
  - {id: bookkeeping, defaults: [{queue: jobs}]}
routing_profiles:
  - id: everything
    queues: [{queue: chats}, {queue: jobs, pull: true, no_push: true}]
agents:
  - {id: ana, routing_profile: everything, clients: [acme], process_types: [support, bookkeeping], attributes: {ring: "1"}}
  - {id: bob, routing_profile: everything, clients: [globex], process_types: [support, bookkeeping]}
"""


def setUpModule():
    global server
    server = Server()
    unittest.addModuleCleanup(server.stop)
    assert ctl("wait").returncode == 0


def environment(**variables):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}
    return {**clean, "TANDEM_ADDRESS": server.address, "TANDEM_WORKSPACE": "test", **variables}


def completed():
    """The words that completion offers, by the command and whether they are sub-commands or its first word, 0."""
    script = subprocess.check_output([TANDEMCTL, "completion", "bash"], text=True)
    return {(command, what): words.split() for command, what, words in re.findall(
        r"^ +'(\S*) (subcommands|0)'\) echo '(.*)' ;;$", script, re.MULTILINE)}


def commands():
    """All of them, as /bulk and /bulk/move."""
    return [f"{command}/{name}" for (command, what), names in completed().items() if what == "subcommands" for name in names]


def ctl(*arguments, stdin="", **variables):
    return subprocess.run([TANDEMCTL, *arguments], input=stdin, capture_output=True, text=True, timeout=LIMIT_SECONDS,
                          env=environment(**variables))


class CtlTest(unittest.TestCase):
    """Each test has a workspace of its own, with the floor above."""

    def setUp(self):
        self.workspace = re.sub(r"[^a-z0-9]", "-", self.id().rsplit(".", 1)[-1].lower())[:60]
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        floor = self.folder / "floor.yaml"
        floor.write_text(FLOOR)
        self.assertRegex(self.done("apply", "-f", str(floor)), r"^New workspace \S+: 2 clients, 1 skill, .*\nApplied: 2 clients")

    def ctl(self, *arguments, stdin="", **variables):
        return ctl(*arguments, stdin=stdin, **{"TANDEM_WORKSPACE": self.workspace, **variables})

    def done(self, *arguments, stdin="", code=0):
        """What the command printed; it has to end with `code`."""
        ended = self.ctl(*arguments, stdin=stdin)
        self.assertEqual(ended.returncode, code, ended.stdout + ended.stderr)
        return ended.stdout

    @contextlib.contextmanager
    def running(self, *arguments):
        """The command, until the block ends; then it is interrupted, which is a good end."""
        with self.open(*arguments) as process:
            yield process
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=LIMIT_SECONDS)
            self.assertEqual(process.returncode, 0)

    @contextlib.contextmanager
    def logged_in(self, agent, *lines):
        """The agent, after what the lines say was done."""
        with self.open("agent", "login", agent) as process:
            print(*lines, "show", sep="\n", file=process.stdin, flush=True)
            # An offer may come before it is asked for what there is.
            shown = r"^ticket \S+ is [A-Z_]+$" if "accept" in lines else "^offer "
            next((line for line in process.stdout if re.search("no offers, no tickets|" + shown, line)), None)
            yield
            process.communicate("quit\n", timeout=LIMIT_SECONDS)

    @contextlib.contextmanager
    def open(self, *arguments):
        with subprocess.Popen([TANDEMCTL, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env=environment(TANDEM_WORKSPACE=self.workspace)) as process:
            try:
                yield process
            finally:
                process.kill()

    def chat(self, *arguments, client="acme"):
        result = self.done("ingest", "--channel", "chat", "--client", client, "--process-type", "support", *arguments,
                           "-o", "json")
        return json.loads(result)["ticketId"]


class Reading(CtlTest):

    # Kinds that are not of the configuration: other tests look at them.
    OTHERS = {"tickets", "queue-statistics", "configuration", "workspace-settings", "policies", "measures", "notes", "messages",
              "contacts", "workspaces", "webhooks", "scores", "transfer-targets"}
    # Besides the floor, so that there is something of each kind. A calendar tells an event when it is applied.
    MORE = """
sites: [{id: lisbon}]
teams: [{id: north}]
calendars: [{id: mondays, weekly: [{days: [DAY_OF_WEEK_MONDAY], opens: "09:00", closes: "17:00"}]}]
"""

    def test_lists_and_gets_every_kind(self):
        for kind in ("sites", "teams"):
            self.assertEqual(json.loads(self.done("list", kind, "-o", "json")), {kind: []})
        floor = self.folder / "more.yaml"
        floor.write_text(FLOOR + self.MORE)
        self.done("apply", "-f", str(floor))
        kinds = set(re.search("Kinds: ([^;]+);", self.done("get", "--help"))[1].split())
        self.assertLess(self.OTHERS, kinds)
        words = completed()["/get", "0"]
        for kind in sorted(kinds - self.OTHERS):
            with self.subTest(kind=kind):
                [items] = json.loads(self.done("list", kind, "-o", "json")).values()
                one = items[0]["id"]
                self.assertRegex(self.done("list", kind), rf"(?m)^{one}\b")
                self.assertEqual(json.loads(self.done("get", kind, one, "-o", "json"))["id"], one)
                self.assertIn(f"id: {one}", self.done("get", kind, "-o", "yaml"))
                self.assertIn(f"id: {one}", self.done("describe", words[words.index(kind) + 1], one))
        self.assertEqual(json.loads(self.done("get", "workspace-settings", "-o", "json"))["timeZone"], "Europe/Lisbon")
        self.assertIn("session grace  15s", self.done("get", "workspace-settings"))

    def test_reads_what_reports_are_made_by(self):
        self.done("policy", "put", "gold", "--threshold", "20s", "--abandons", "ignored", "--name", "Acme's")
        self.assertRegex(self.done("get", "policies"), r"gold +20s +IGNORED +0s +1 +Acme's")
        self.assertEqual(json.loads(self.done("get", "policy", "gold", "-o", "json"))["threshold"], "20s")
        self.assertIn("threshold: 20s", self.done("describe", "policy", "gold"))
        self.done("policy", "delete", "gold")
        self.assertEqual(json.loads(self.done("list", "policies", "-o", "json")), {"policies": []})
        self.assertRegex(self.done("get", "measures"), r"(?m)^service_level +SHARE +VISITS ")
        self.assertIn("id: service_level", self.done("describe", "measure", "service_level"))

    def test_fills_in_what_the_entry_point_says(self):
        said = ("ingest", "--channel", "chat", "--entry-point", "acme.com/help", "-o", "json")
        ticket = json.loads(self.done("get", "ticket", json.loads(self.done(*said))["ticketId"], "-o", "json"))
        self.assertEqual((ticket["client"], ticket["processType"], ticket["priority"]), ("acme", "support", 2))
        ended = self.ctl("ingest", "--channel", "chat", "--entry-point", "elsewhere")
        self.assertRegex(ended.stderr, r"^tandemctl: INVALID_ARGUMENT FIELD_REQUIRED: expected a client, or an entry point")
        self.assertRegex(self.done("get", "entry-points"), r"(?m)^widget +chat +acme\.com/help +acme +support +2 ")

    def test_classifies_a_contact_and_takes_none_in(self):
        file = self.folder / "contact.json"
        file.write_text('{\n  "channel": "chat", "client": "acme",\n  "entryPoint": "desk", "customerSegment": "gold"\n}\n')
        text = self.done("classify", "-f", str(file))
        self.assertRegex(text, r"(?m)^rule +matches +filled in$")
        self.assertRegex(text, r"(?m)^vip +yes +priority$")
        self.assertRegex(text, r"(?m)^priority +7$")
        self.assertRegex(text, r"(?m)^ +1 could take it$")
        said = ("classify", "--channel", "chat", "--client", "acme", "--entry-point", "desk", "--segment", "silver")
        told = json.loads(self.done(*said, "-o", "json"))
        self.assertEqual(told["rules"][0]["unmet"], 'customer segment = "gold"')
        self.assertEqual((told["ticket"]["queue"], told["ticket"]["classificationRules"]), ("chats", ["desk"]))
        self.assertIn("refused: FIELD_REQUIRED: expected a process type",
                      self.done("classify", "--channel", "chat", "--client", "acme", code=1))
        self.assertEqual(self.ctl("classify", "-f", str(file), "--client", "acme").returncode, 2)
        self.assertEqual(self.ctl("classify").returncode, 2)
        self.assertEqual(json.loads(self.done("get", "tickets", "-o", "json"))["tickets"], [])
        self.assertRegex(self.done("get", "classification-rules"), r"(?m)^vip +10 +CUSTOMER_SEGMENT +- +7\b")
        ticket = self.done("ingest", "--channel", "chat", "--client", "acme", "--entry-point", "desk").split()[1]
        self.assertRegex(self.done("describe", "ticket", ticket), r"(?m)^rules +desk$")
        self.assertIn("classified by desk\n", self.done("explain", "ticket", ticket))

    def test_gets_tickets_by_filter(self):
        first = self.chat("--external-id", "a-1", "--customer", "c-9")
        self.chat(client="globex")
        self.done("ingest", "--channel", "task", "--client", "acme", "--process-type", "bookkeeping")
        filters = {("--queue", "jobs"): 1, ("--client", "acme"): 2, ("--external-id", "a-1"): 1,
                   ("--customer", "c-9"): 1, ("--state", "queued"): 3, ("--state", "ACTIVE"): 0, ("--limit", "2"): 2,
                   ("--state", "QUEUED", "--state", "ACTIVE", "--process-type", "support"): 2, (): 3}
        for words, count in filters.items():
            with self.subTest(filter=words):
                tickets = json.loads(self.done("get", "tickets", *words, "-o", "json"))["tickets"]
                self.assertEqual(len(tickets), count)
        table = self.done("get", "ticket", first).splitlines()
        self.assertRegex(table[0], r"^id +state +queue +channel")
        self.assertRegex(table[1], rf"^{first}  QUEUED  chats  chat ")
        self.assertIn("there are more", self.ctl("list", "tickets", "--limit", "1").stderr)

    def test_tells_a_tickets_story(self):
        ticket = self.chat("--subject", "Charged twice")
        self.assertIn("TICKET_CREATED", self.done("history", "ticket", ticket))
        self.assertEqual(json.loads(self.done("history", "ticket", ticket, "-o", "json"))["events"][0]["type"],
                         "EVENT_TYPE_TICKET_CREATED")
        self.assertIn("1 OFFLINE", self.done("explain", "ticket", ticket))
        for part in ("Charged twice", "TICKET_CREATED", "1 OFFLINE"):
            self.assertIn(part, self.done("describe", "ticket", ticket))
        self.assertIn(self.workspace, self.done("get", "workspaces"))
        parts = json.loads(self.done("describe", "ticket", ticket, "-o", "json"))
        self.assertEqual(set(parts), {"ticket", "events", "contacts", "messages", "notes", "scores", "explanation"})
        self.assertEqual([len(parts[part]) for part in ("messages", "contacts", "notes", "scores")], [1, 1, 0, 0])
        for words, line in (("get", "messages"), r"CUSTOMER +INBOUND"), (("list", "contacts"), r"chat.* Charged twice"):
            self.assertRegex(self.done(*words, "--ticket", ticket), rf"^sequence +\w+ at .*\n +\d+ +\S+Z +{line}")
        self.assertEqual(json.loads(self.done("get", "notes", "--ticket", ticket, "-o", "json")), {"notes": []})
        targets = json.loads(self.done("get", "transfer-targets", "--ticket", ticket, "-o", "json"))["targets"]
        self.assertEqual([(target["queue"], target["waiting"]) for target in targets], [("jobs", 0)])

    def test_describes_queues_and_agents_with_their_work(self):
        ticket = self.chat()
        self.assertIn(ticket, self.done("describe", "queue", "chats"))
        queue = json.loads(self.done("describe", "queue", "chats", "-o", "json"))
        self.assertEqual(queue["statistics"][0]["waiting"], 1)
        now = json.loads(self.done("describe", "agent", "ana", "-o", "json"))["now"]
        self.assertEqual((now["status"], now["connected"], now["work"]), ("AGENT_STATUS_OFFLINE", False, []))
        with self.logged_in("ana", "available", "wait", "accept"):
            text = self.done("describe", "agent", "ana")
        self.assertRegex(text, r"status +AVAILABLE\nfor +\d+s, since ")
        self.assertRegex(text, rf"{ticket} +ACTIVE +chats +chat +acme +\d+s")
        self.assertIn("did you mean chats?", self.ctl("get", "queue-statistics", "chat").stderr)
        figures = json.loads(self.done("get", "queue-statistics", "chats", "-o", "json"))
        self.assertEqual((figures["waiting"], figures["answered"]), (0, 1))

    def test_prints_a_configuration_that_apply_takes(self):
        floor = self.folder / "printed.yaml"
        floor.write_text(self.done("get", "configuration", "-o", "yaml"))
        self.done("apply", "-f", str(floor))
        self.assertEqual(floor.read_text(), self.done("get", "configuration", "-o", "yaml"))
        self.assertIn("revision 2", self.done("get", "configuration"))

    def test_watches_queues(self):
        self.assertRegex(self.done("watch", "queues", "--times", "1"),
                         r"^\S+Z queue=chats waiting=0 .*\n\S+Z queue=jobs waiting=0 .*\n$")
        lines = self.done("watch", "queues", "--queue", "chats", "--times", "2", "-o", "json").splitlines()
        self.assertEqual([queue["queue"] for queue in json.loads(lines[0])["queues"]], ["chats"])
        self.assertEqual(len(lines), 1, "nothing changed")
        with self.running("watch", "queues", "--queue", "chats", "--interval", "100ms") as watch:
            self.assertIn("waiting=0", watch.stdout.readline())
            self.chat()
            self.assertRegex(watch.stdout.readline(), r"queue=chats waiting=1 offered=0 oldest=\d+s")

    def test_watches_agents(self):
        with self.running("watch", "agents", "--client", "acme", "--interval", "100ms") as watch:
            self.assertRegex(watch.stdout.readline(), r"^\S+Z agent=ana status=OFFLINE for=\d+s connected=no offers=0 owned=0\n$")
            with self.logged_in("ana", "not-ready lunch"):
                line = ""
                while "reason=lunch" not in line:
                    line = watch.stdout.readline()
                self.assertRegex(line, r"agent=ana status=NOT_READY reason=lunch for=\d+s connected=yes")

    def test_watches_in_place_on_a_terminal(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        subprocess.run([TANDEMCTL, "watch", "queues", "--times", "2"], stdin=subprocess.DEVNULL, stdout=theirs, check=True,
                       timeout=LIMIT_SECONDS, env=environment(TANDEM_WORKSPACE=self.workspace))
        os.close(theirs)
        shown = os.read(ours, 100_000).decode()
        self.assertEqual(shown.count("\x1b[H"), 2)
        self.assertRegex(shown, r"queue +waiting +offered")


class Mistakes(CtlTest):

    def test_ends_with_one_and_the_reason_when_the_server_refuses(self):
        ended = self.ctl("ingest", "--channel", "fax", "--client", "acme", "--process-type", "support")
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(ended.stderr, "tandemctl: FAILED_PRECONDITION CHANNEL_UNKNOWN: expected a configured channel, "
                                       "but there is no 'fax'\n")
        ended = self.ctl("ingest", "--channel=chat", "--client=acme", "--process-type=support", "--priority=12")
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stderr, r"^tandemctl: INVALID_ARGUMENT FIELD_OUT_OF_RANGE: [^\n]+\n +contact.priority: ")
        ended = self.ctl("get", "ticket", "01890a5d-ac96-774b-bcce-b302099a8057")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("NOT_FOUND TICKET_NOT_FOUND", ended.stderr)
        ended = self.ctl("get", "queue", "chat")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("did you mean chats?", ended.stderr)

    def test_ends_with_two_and_a_hint_when_the_command_line_is_wrong(self):
        hints = {("gte", "queues"): "did you mean get?", ("get", "quues"): "did you mean queues?",
                 ("get", "queues", "--otput", "json"): "did you mean --output?",
                 ("get", "queues", "-o", "jsno"): "did you mean json?", ("get",): "KIND is required",
                 ("ingest",): "expected --file", (): "required", ("apply", "-f", "/nowhere"): "/nowhere",
                 ("get", "tickets", "--state", "QUEUD"): "did you mean QUEUED?", ("--timeout", "soon", "wait"): "500ms",
                 ("ingest", "-f", "/nowhere.jsonl"): "/nowhere.jsonl", ("ingest", "-f", "/"): "it is a folder",
                 ("get", "queues", "--state", "QUEUED"): "is one of tickets", ("report", "-o", "xml"): "table, json, yaml",
                 ("report", "--by", "queu"): "mean queue?", ("report", "--time-zone", "Mars/Olympus"): "IANA name of a time zone"}
        for words, hint in hints.items():
            with self.subTest(words=words):
                ended = self.ctl(*words)
                self.assertEqual(ended.returncode, 2, ended.stderr)
                self.assertIn(hint, ended.stderr)
                self.assertEqual(ended.stdout, "")

    def test_ends_with_three_when_nobody_answers(self):
        for words in (("get", "queues"), ("wait", "--seconds", "0"), ("doctor",), ("version",), ("events",),
                      ("events", "-f"), ("agent", "login", "ana"), ("watch", "queues")):
            with self.subTest(words=words):
                begun = time.monotonic()
                ended = self.ctl("--address", "127.0.0.1:1", "--timeout", "300ms", *words)
                self.assertEqual(ended.returncode, 3, ended.stdout + ended.stderr)
                self.assertLess(time.monotonic() - begun, 5)

    def test_shows_examples_first(self):
        self.assertLess({"/load", "/webhook/create", "/bulk/skills"}, set(commands()))
        for command in ("", *commands()):
            with self.subTest(command=command):
                text = self.done(*command.split("/")[1:], "--help")
                self.assertLess(text.index("Examples:"), text.index("Usage:"))

    def test_takes_target_and_timeout_from_flags_before_the_environment(self):
        ended = ctl("get", "queues", "--workspace", self.workspace, TANDEM_WORKSPACE="nowhere")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        ended = ctl("get", "queues", "--address", server.address, TANDEM_ADDRESS="127.0.0.1:1",
                    TANDEM_WORKSPACE="nowhere")
        self.assertIn("WORKSPACE_NOT_FOUND", ended.stderr)
        self.assertEqual(ctl("get", "queues", TANDEM_TIMEOUT="soon").returncode, 2)


class Ingest(CtlTest):

    def lines(self, *more):
        good = [{"channel": "chat", "client": "acme", "processType": "support", "subject": f"no {i}"}
                for i in range(3)]
        return "\n".join([json.dumps(line) for line in good] + list(more)) + "\n"

    def count(self):
        return len(json.loads(self.done("get", "tickets", "-o", "json", "--limit", "0"))["tickets"])

    def test_takes_a_file_in_once_however_often_it_is_run(self):
        file = self.folder / "contacts.jsonl"
        file.write_text(self.lines())
        self.assertIn("Ingested 3 new contacts (0 joined a ticket, 0 unroutable); 0 were in before",
                      self.done("ingest", "-f", str(file)))
        # More lines than before, in another order: only what is new comes in.
        grown = self.lines().splitlines()[::-1] + [self.lines().splitlines()[0], "",
                                                  json.dumps({"channel": "chat", "client": "acme",
                                                              "process_type": "support", "externalId": "mine"})]
        file.write_text("\n".join(grown))
        self.assertIn("Ingested 2 new contacts (0 joined a ticket, 0 unroutable); 3 were in before",
                      self.done("ingest", "-f", str(file)))
        self.assertEqual(self.count(), 5)
        self.done("ingest", "-f", str(file), "--run", "again")
        self.assertEqual(self.count(), 5 + 4, "a line's own id holds in every run")

    def test_goes_on_after_bad_lines_and_names_them(self):
        bad = ["{", json.dumps({"channel": "fax", "client": "acme", "processType": "support"}),
               json.dumps({"chanel": "chat"}), "x" * 300_000, self.lines().splitlines()[0]]
        ended = self.ctl("ingest", "-f", "-", stdin=self.lines(*bad))
        self.assertEqual(ended.returncode, 1)
        self.assertIn("Ingested 4 new contacts", ended.stdout)
        self.assertIn("3 malformed lines, 1 refused", ended.stdout)
        for fault in ("line 4: expected a Contact in JSON", "line 5: CHANNEL_UNKNOWN", "line 6: expected a Contact",
                      "line 7: expected at most"):
            self.assertIn(fault, ended.stderr)

    def test_takes_more_than_one_batch(self):
        lines = "".join(json.dumps({"channel": "chat", "client": "acme", "processType": "support",
                                    "payloadJson": json.dumps({"n": i, "text": "x" * 3000})}) + "\n"
                        for i in range(1200))
        self.assertIn("Ingested 1200 new contacts", self.done("ingest", "-q", "-f", "-", stdin=lines))
        self.assertIn("Ingested 0 new", self.done("ingest", "-q", "-f", "-", stdin=lines))
        self.assertEqual(self.count(), 1200)

    def test_does_not_wait_for_a_full_batch_while_a_pipe_is_quiet(self):
        process = subprocess.Popen([TANDEMCTL, "ingest", "-f", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True, env=environment(TANDEM_WORKSPACE=self.workspace))
        process.stdin.write(self.lines())
        process.stdin.flush()
        deadline = time.monotonic() + LIMIT_SECONDS
        while self.count() < 3 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(self.count(), 3)
        self.assertIn("Ingested 3 new contacts", process.communicate(timeout=LIMIT_SECONDS)[0])

    def test_takes_the_sample_days_form(self):
        day = json.dumps({"external_id": "d-1", "received_s": 0, "client": "acme", "process_type": "support",
                          "channel": "chat"})
        self.assertIn("Ingested 1 new contacts", self.done("ingest", "--form", "day", "-f", "-", stdin=day))
        self.assertIn("1 were in before", self.done("ingest", "--form", "day", "-f", "-", stdin=day))

    def test_answers_a_request_id_once(self):
        words = ("ingest", "--channel", "chat", "--client", "acme", "--process-type", "support", "--request-id",
                 "0b0e5bd0-4c7c-4a3c-9f10-0d6e1f6a7b11")
        self.assertEqual(self.done(*words), self.done(*words))
        self.assertEqual(self.count(), 1)


class Events(CtlTest):

    def test_ends_at_the_newest_and_goes_on_from_its_token(self):
        ticket = self.chat()
        first = self.ctl("events", "-o", "json")
        self.assertEqual(first.returncode, 0, first.stderr)
        events = [json.loads(line) for line in first.stdout.splitlines()]
        self.assertEqual([event["sequence"] for event in events], ["1", "2"])
        token = re.search(r"resume token: (\S+)", first.stderr).group(1)
        self.assertEqual(self.done("events", "--since-token", token), "")
        second = self.chat()
        text = self.done("events", "--since-token", token)
        self.assertIn(second, text)
        self.assertNotIn(ticket, text)

    def test_filters(self):
        ticket = self.chat()
        self.chat(client="globex")
        for words in (("--client", "acme"), ("--ticket", ticket), ("--ticket", ticket, "--type", "TICKET_CREATED")):
            with self.subTest(words=words):
                self.assertEqual([json.loads(line)["ticketId"]
                                  for line in self.done("events", "-o", "json", *words).splitlines()], [ticket])
        self.assertEqual(self.done("events", "--type", "TICKET_COMPLETED"), "")

    def test_follows_until_it_is_interrupted(self):
        process = subprocess.Popen([TANDEMCTL, "events", "-f", "--oldest", "-o", "json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True,
                                   env=environment(TANDEM_WORKSPACE=self.workspace))
        self.assertEqual(json.loads(process.stdout.readline())["type"], "EVENT_TYPE_CONFIGURATION_APPLIED")
        ticket = self.chat()
        self.assertEqual(json.loads(process.stdout.readline())["ticketId"], ticket)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LIMIT_SECONDS)
        self.assertEqual((process.returncode, output), (0, ""), errors)
        self.assertRegex(errors, r"resume token: \S+")

    def test_names_the_oldest_token_when_one_is_wrong(self):
        ended = self.ctl("events", "--since-token", "nonsense")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("RESUME_TOKEN_INVALID", ended.stderr)


class Following(CtlTest):

    def test_connects_again_when_the_server_was_away(self):
        other = Server()
        self.addCleanup(lambda: other.process.poll() is None and other.stop())
        env = environment(TANDEM_WORKSPACE=self.workspace, TANDEM_ADDRESS=other.address)
        subprocess.run([TANDEMCTL, "wait"], check=True, env=env)
        subprocess.run([TANDEMCTL, "apply", "-f", str(self.folder / "floor.yaml")], check=True, env=env,
                       stdout=subprocess.DEVNULL)
        follower = subprocess.Popen([TANDEMCTL, "events", "-f", "--oldest", "-o", "json"], stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True, env=env)
        self.addCleanup(follower.kill)
        self.assertEqual(json.loads(follower.stdout.readline())["sequence"], "1")
        watch = subprocess.Popen([TANDEMCTL, "watch", "queues", "--queue", "chats"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True, env=env)
        self.addCleanup(watch.kill)
        self.assertIn("queue=chats waiting=0", watch.stdout.readline())
        other.process.terminate()
        other.process.wait(timeout=LIMIT_SECONDS)
        other.start()
        subprocess.run([TANDEMCTL, "wait"], check=True, env=env)
        subprocess.run([TANDEMCTL, "ingest", "--channel", "chat", "--client", "acme", "--process-type", "support"],
                       check=True, env=env, stdout=subprocess.DEVNULL)
        # The server's restart is an event, too.
        sequences, types = [1], []
        while "EVENT_TYPE_TICKET_CREATED" not in types:
            event = json.loads(follower.stdout.readline())
            sequences.append(int(event["sequence"]))
            types.append(event["type"])
        self.assertEqual(sequences, list(range(1, len(sequences) + 1)))
        self.assertIn("queue=chats waiting=1", watch.stdout.readline(), "only what changed meanwhile")
        watch.kill()
        watch.communicate()
        follower.send_signal(signal.SIGTERM)
        self.assertIn("connecting again", follower.communicate(timeout=LIMIT_SECONDS)[1])
        other.stop()


class Agent(CtlTest):

    def test_works_a_ticket_by_hand(self):
        ticket = self.chat()
        text = self.done("agent", "login", "ana",
                         stdin="available\nwait\nshow\naccept\nfinish\ncomplete solved\nshow\nquit\n")
        for part in ("logged in as ana", "you are OFFLINE", "not-ready reasons: ", "lunch", "dispositions: solved",
                     "status: done", f"ticket {ticket}, until", "accept: done, ACTIVE", "finish: done, WRAP_UP", f"{ticket} is yours no more",
                     "complete: done", "no offers, no tickets", "logged out"):
            self.assertIn(part, text)
        ended = json.loads(self.done("get", "ticket", ticket, "-o", "json"))
        self.assertEqual((ended["state"], ended["disposition"]), ("TICKET_STATE_COMPLETED", "solved"))
        self.assertEqual(self.done("supervise", "reopen", ticket), f"Ticket {ticket} is open again\n")
        self.assertRegex(self.done("describe", "ticket", ticket), r"reopened +1")

    def test_claims_and_gives_back(self):
        self.done("ingest", "--channel", "task", "--client", "acme", "--process-type", "bookkeeping")
        text = self.done("agent", "login", "ana", stdin="available\nclaim jobs\nstart\nrelease\nquit\n")
        for part in ("from queue jobs", "start: done", "release: done"):
            self.assertIn(part, text)

    def test_sets_a_ticket_aside(self):
        ticket = self.chat()
        text = self.done("agent", "login", "ana",
                         stdin="available\nwait\naccept\npark customer\nshow\nquit\n")
        for part in ("parking reasons: customer", "park: done", "no offers, no tickets"):
            self.assertIn(part, text)
        self.assertIn("PARKED by ana, customer: back in queue chats when the customer writes",
                      self.done("explain", "ticket", ticket))
        self.assertRegex(self.done("describe", "ticket", ticket), r"parking reason +customer")

    def test_declines_and_takes_a_break(self):
        ticket = self.chat()
        text = self.done("agent", "login", "ana", stdin="available\nwait 10\ndecline\nnot-ready lunch\n")
        self.assertIn("decline: done", text)
        self.assertIn("logged out", text, "the end of the input is a quit")
        self.assertIn("OFFER_DECLINED", self.done("history", "ticket", ticket))

    def test_says_what_was_refused_and_goes_on(self):
        ended = self.ctl("agent", "login", "ana", stdin="not-ready nap\naccept\navialable\nwait 0.1\nquit\n")
        self.assertEqual(ended.returncode, 1)
        for part in ("NOT_READY_REASON_UNKNOWN", "expected an offer", "did you mean available?", "no offer came",
                     "logged out"):
            self.assertIn(part, ended.stdout)
        ended = self.ctl("agent", "login", "nobody", stdin="")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("AGENT_NOT_FOUND", ended.stderr)

    def test_ends_when_another_session_takes_over(self):
        process = subprocess.Popen([TANDEMCTL, "agent", "login", "ana"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=environment(TANDEM_WORKSPACE=self.workspace))
        self.assertIn("logged in", process.stdout.readline())
        self.done("agent", "login", "ana", stdin="quit\n")
        self.assertEqual(process.wait(timeout=LIMIT_SECONDS), 1)
        self.assertIn("SESSION_FENCED", process.stderr.read())
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


class Doctor(CtlTest):

    def test_finds_nothing_where_all_is_well(self):
        text = self.done("doctor")
        for check in ("address", "health", "version", "readiness", "clock", "workspace", "queues"):
            self.assertRegex(text, rf"(?m)^ok +{check} ")

    def test_says_what_to_do(self):
        ended = ctl("doctor", TANDEM_WORKSPACE="nowhere")
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stdout, r"FAILED +workspace +NOT_FOUND WORKSPACE_NOT_FOUND")
        self.assertIn("--workspace nowhere apply -f FILE", ended.stdout)
        ended = ctl("--address", "127.0.0.1:1", "--timeout", "200ms", "doctor", "-o", "json")
        self.assertEqual(ended.returncode, 3)
        checks = json.loads(ended.stdout)["checks"]
        self.assertEqual([(check["check"], check["verdict"]) for check in checks], [("address", "FAILED")])
        self.assertIn("--listen", checks[0]["advice"])

    def test_warns_of_tickets_that_nobody_can_take(self):
        self.chat()
        self.assertRegex(self.done("doctor"), r"warning +queues +1 tickets wait; nobody who serves chats")

    def test_knows_its_version(self):
        self.assertRegex(self.done("version"), r"^tandemctl \d+\.\d+\.\d+\ntandemd +\d+\.\d+\.\d+ at ")
        self.assertEqual(ctl("version", "--client", TANDEM_ADDRESS="127.0.0.1:1").returncode, 0)


class HowToPages(unittest.TestCase):

    def test_what_they_show_to_users_of_other_systems_is_taken_and_finds_somebody(self):
        """Each page has one configuration, and contacts for it."""
        pages = sorted((ROOT / "docs/how-to").glob("model-my-routing-from-*.md"))
        self.assertEqual(len(pages), 6)
        for page in pages:
            with self.subTest(page=page.name):
                blocks = {kind: re.findall(rf"^```{kind}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
                          for kind in ("yaml", "json")}
                [floor] = blocks["yaml"]
                contacts = "".join(json.dumps(json.loads(block)) + "\n" for block in blocks["json"])
                self.assertTrue(contacts)
                workspace = {"TANDEM_WORKSPACE": page.stem}
                with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                    file.write(floor)
                    file.flush()
                    applied = ctl("apply", "-f", file.name, **workspace)
                self.assertEqual(applied.returncode, 0, applied.stdout + applied.stderr)
                ingested = ctl("ingest", "-f", "-", stdin=contacts, **workspace)
                self.assertEqual(ingested.returncode, 0, ingested.stdout + ingested.stderr)
                tickets = json.loads(ctl("get", "tickets", "-o", "json", **workspace).stdout)["tickets"]
                self.assertEqual(len(tickets), len(blocks["json"]))
                for ticket in tickets:
                    explained = json.loads(ctl("explain", "ticket", ticket["id"], "-o", "json", **workspace).stdout)
                    self.assertGreaterEqual(explained["qualifiedAgents"], 1, explained)


    def test_what_it_shows_about_classification_is_taken_and_means_what_it_says(self):
        page = (ROOT / "docs/how-to/classify-contacts.md").read_text()
        [floor] = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        workspace = {"TANDEM_WORKSPACE": "classify-contacts"}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(floor)
            file.flush()
            applied = ctl("apply", "-f", file.name, **workspace)
        self.assertEqual(applied.returncode, 0, applied.stdout + applied.stderr)

        def told(*words):
            return json.loads(ctl("classify", "--channel", "chat", "--client", "acme", *words, "-o", "json",
                                  **workspace).stdout)["ticket"]

        dispute = told("--segment", "gold", "--attribute", "topic=dispute", "--attribute", "amount=1200")
        self.assertEqual((dispute["classificationRules"], dispute["queue"], dispute["priority"]),
                         (["gold", "large-dispute"], "disputes", 7))
        managed = told("--attribute", "account_manager=ana")
        self.assertEqual((managed["requirement"]["agents"], len(managed["plan"]["steps"])), (["ana"], 1))
        queues = []
        for _ in range(10):
            ticket = ctl("ingest", "--channel", "chat", "--client", "acme", **workspace).stdout.split()[1]
            found = ctl("get", "ticket", ticket, "-o", "json", **workspace).stdout
            queues.append(json.loads(found)["queue"])
        self.assertEqual((queues.count("care.lisbon"), queues.count("care.manila")), (7, 3))


class Completion(unittest.TestCase):

    def complete(self, *words):
        """What bash offers after these words, the last of which is being typed."""
        script = ('source <("$0" completion bash)\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n'
                  '_tandemctl\nprintf "%s\\n" "${COMPREPLY[@]}"\n')
        said = subprocess.run(["bash", "-c", script, TANDEMCTL, "tandemctl", *words], check=True, text=True,
                              capture_output=True, timeout=LIMIT_SECONDS)
        self.assertEqual(said.stderr, "")
        return said.stdout.split()

    def test_bash_completes_commands_kinds_options_and_values(self):
        self.assertEqual(self.complete("expl"), ["explain"])
        self.assertIn("doctor", self.complete(""))
        self.assertEqual(self.complete("agent", ""), ["login"])
        self.assertEqual(self.complete("get", "not-"), ["not-ready-reasons", "not-ready-reason"])
        self.assertEqual(self.complete("describe", "entry"), ["entry-point"])
        self.assertEqual(self.complete("get", "queues", "--out"), ["--output"])
        self.assertEqual(self.complete("get", "-o", ""), ["table", "json", "yaml"])
        self.assertEqual(self.complete("--workspace", "get", "get", "-o", "json", "routing-profiles", ""), [])
        self.assertEqual(self.complete("get", "tickets", "--state", "QU"), ["QUEUED"])
        self.assertEqual(self.complete("events", "--type", "TICKET_AB"), ["TICKET_ABANDONED"])
        self.assertEqual(self.complete("completion", "b"), ["bash"])
        self.assertIn("--workspace", self.complete("ingest", "--"))

    def test_bash_completes_files(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "monday.jsonl").touch()
            self.assertEqual(self.complete("ingest", "-f", folder + "/mon"), [folder + "/monday.jsonl"])

    def test_bash_registers_it(self):
        said = subprocess.run(["bash", "-c", 'source <("$0" completion bash); complete -p tandemctl', TANDEMCTL],
                              check=True, capture_output=True, text=True)
        self.assertEqual(said.stdout, "complete -F _tandemctl tandemctl\n")

    def test_other_shells_read_their_scripts(self):
        for shell in ("zsh", "fish"):
            with self.subTest(shell=shell):
                script = subprocess.check_output([TANDEMCTL, "completion", shell], text=True)
                self.assertIn("not-ready-reasons", script)
                if shutil.which(shell):
                    subprocess.run([shell, "-n"], input=script, text=True, check=True)


if __name__ == "__main__":
    unittest.main()
