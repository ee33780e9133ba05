#!/usr/bin/env python3
"""Goal: every command and every block of code in the documents is run, or says why not. Method: one server of this
build; each page has a workspace of its own and a folder with the repository's files, in which its blocks are taken in
their order, each by what its fence says that it is:

  sh       run by bash; it has to end with 0. What would go on for ever is interrupted, which is a good end.
  yaml     applied, as a part of floor.yaml beside this file; or loaded as a scenario, or checked by promtool
  text     compared with what the block before printed, but for ids, times and ports, and `…`; or calls in short form,
           whose rpcs and fields are looked up in proto/; or words for `tandemctl agent login`, which it has to know
  sql      run by psql on the server's database
  json     read; together with contacts, see FILES

A block that can't be run says so on the line before its fence: <!-- not run: REASON -->. Commands that are meant to fail have
<!-- exit code N --> there. Blocks that another test runs are in RUN_ELSEWHERE.

    tests/docs/run_pages_test.py [Pages.test_...]
"""

import copy
import datetime
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import yaml

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/docs")]
import reference  # noqa: E402
from certificates import Authority  # noqa: E402
from docs_test import documents  # noqa: E402
from private_postgres import PrivatePostgres  # noqa: E402
from tandem_server import BIN, Server  # noqa: E402

LIMIT_SECONDS = 60
KINDS = ("sh", "yaml", "text", "sql", "json")  # Methods of PageRun.
LOAD_TEST = "tests/ctl/loadtest_test.py"
KUBERNETES = "tests/kubernetes/kubernetes_test.py"
SDK = "tests/sdk/examples_test.py"
SDK_BLOCKS = "tests/sdk/page_blocks_test.py"

# Which test runs which blocks of a page instead: those of a kind, or those of them that begin so. The test names the page by
# its path; or it has the words that are said here, and the block has them, too.
RUN_ELSEWHERE = {
    "README.md": dict.fromkeys(("sh", "text"), "tests/e2e/readme_test.py"),
    "docs/explanation/checked-against-theory.md": {"sh": ("tests/theory/CMakeLists.txt", "theory_test")},
    "docs/how-to/back-up-and-restore.md": {"sh": "tests/e2e/restore_test.py", "console": KUBERNETES},
    "docs/how-to/change-many-at-once.md": {"text 1204 tickets match": "tests/ctl/bulk_command_test.py"},
    "docs/how-to/configure-a-workspace.md": {"text ~ queue": "tests/ctl/apply_command_test.py"},
    "docs/how-to/deploy-on-kubernetes.md": {"console": KUBERNETES},
    "docs/how-to/generate-an-sdk.md": {"sh deploy/dev/buf": ("tests/sdk/buf_test.py", "deploy/dev/buf")},
    "docs/how-to/load-test.md": {"text call": LOAD_TEST, "sh deploy/loadtest/run": LOAD_TEST, "sh protoc": LOAD_TEST,
                                 "text 127.0.0.1": "tests/ctl/tandemctl_load_test.py"},
    "docs/how-to/say-who-gets-a-ticket.md": {"text ana: OFFERED": "tests/ctl/ticket_command_test.py"},
    "docs/how-to/share-agents-between-clients.md": {"text $ tandemctl explain": "tests/ctl/fair_share_command_test.py"},
    "docs/how-to/upgrade.md": {"console": KUBERNETES},
    **{f"docs/how-to/{name}.md": {"py": SDK_BLOCKS} for name in (
        "follow-events", "let-conversations-go-on", "send-many-contacts", "watch-queues-and-agents")},
    "docs/how-to/receive-webhooks.md": dict.fromkeys(("python", "text POST"), "tests/docs/docs_test.py"),
    "docs/tutorials/agent-desktop.md": {"sh": SDK, "text": SDK, "ts": SDK},
    "docs/tutorials/email-to-ticket.md": {"sh": SDK, "text": SDK, "py": SDK},
    **{f"deploy/sdk/{language}/README.md": dict.fromkeys(("sh", *kinds), "tests/sdk/languages.py")
       for language, kinds in (("go", ["go"]), ("java", ["java"]), ("python", ["python", "py"]), ("typescript", ["js", "ts"]))},
    **{f"docs/how-to/model-my-routing-from-{system}.md": {"yaml": "tests/ctl/tandemctl_test.py",
                                                          "json": "tests/ctl/tandemctl_test.py"}
       for system in ("amazon-connect", "genesys", "job-router", "omni-channel", "taskrouter", "zendesk")},
}

# What is there before the first command of a page: files, contacts, and agents with a session, who are AVAILABLE.
CONTACT = {"channel": "chat", "client": "acme", "processType": "support"}
FILES = {
    "change-demands-while-a-ticket-waits": {"asked.yaml": "all_of: [{any_of: [{skill: {skill: cards, level: 2}}, {team: north}]}]\n"},
    "import-a-day": {"monday.jsonl": "".join(json.dumps(CONTACT | other) + "\n" for other in (
        {}, {}, {}, {"channel": "fax"}, {}, {"requirement": {"allOf": [{"anyOf": [{"skill": {"skill": "cheques", "level": 9}}]}]}}))},
    "classify-contacts": {"contact.json": '{"channel": "chat", "client": "acme", "customerSegment": "gold"}'},
}
CALL = "--channel voice --client acme --process-type sales"
CHAT = "--channel chat --client acme --process-type support"
CONTACTS = {
    "classify-contacts": ["--channel chat --client acme --process-type care"],
    "change-demands-while-a-ticket-waits": [CHAT],
    "call-customers-back": [CALL],
    "chain-work": ["--channel task --client acme --process-type claim"],
    "let-conversations-go-on": [CHAT],
    "protect-what-can-still-be-on-time": ["--channel task --client acme --process-type claim"],
    "ring-several-agents": [CALL],
    "say-who-works-on-what": [CHAT],
    "set-work-aside": [CALL],
    "tune-routing": [CALL],
}
LOGGED_IN = {"say-who-works-on-what": ["bo"]}
# Its commands are for a PostgreSQL of its own.
WITH_POSTGRESQL = "run-with-your-own-postgresql"
# Its servers have certificates, which are there as files; each is for the commands behind it, as one elsewhere.
WITH_CERTIFICATES = "encrypt-connections"
ELSEWHERE = "router.example:9400"
# Its server has a clock of its own.
WITH_FAST_CLOCK = "import-a-day"
# Words of a command that a test can't wait for, or that are about a day that will have passed.
TOMORROW = (datetime.datetime.now() + datetime.timedelta(days=1)).strftime("%Y-%m-%d")
FOR_A_WHILE = "timeout --foreground --preserve-status --signal=INT 2"
INSTEAD = [
    (r"(?m)^(tandemd --database-url .*) --listen .*$", rf'{FOR_A_WHILE} \1 --listen 127.0.0.1:0 --http-listen ""'),
    (r"127\.0\.0\.1:9400", "$TANDEM_ADDRESS"),
    (r"--workspace \S+ ", ""),
    (r"(--ends-at) \d{4}-\d\d-\d\d", rf"\1 {TOMORROW}"),
    # What goes on for ever.
    (r"(?m)^(tandemctl (?:events .*--follow|watch ).*)$", rf"{FOR_A_WHILE} \1"),
    (r"(?m)^(tandemctl load .*)$", r"\1 --for 1s --drain 5s"),
    (r"(?m)^(tandemctl play .*)$", r"\1 --from 08:00 --to 08:10 --drain 15m"),
    # Who runs these has a terminal, and is asked.
    (r"(?m)^(tandemctl (?:--\S+ \S+ )?bulk .*)$", r"\1 --yes"),
    (r"(?m)^(tandemctl apply (?!.*--(?:yes|validate-only)).*)$", r"\1 --yes"),
]

# Commands that build, or change more than a folder of this test's own.
BUILDS = re.compile(r"^(?:make|cmake|sudo|docker|npm|deploy/dev/\w+|deploy/loadtest/run|build/\S+|tests/\S+) ?", re.MULTILINE)

FENCE = re.compile(r"(?P<before>[^\n]*\n)?^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
NOT_RUN = re.compile(r" *<!-- not run: \w[^\n]* -->\n")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|0193…")


class Block:

    def __init__(self, match, paragraph):
        self.kind = match["kind"]
        self.paragraph = paragraph
        self.text = re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        self.not_run = bool(NOT_RUN.fullmatch(match["before"] or ""))
        code = re.fullmatch(r" *<!-- exit code (\d) -->\n", match["before"] or "")
        self.exit_code = int(code[1]) if code else 0
        saved = re.search(r"[Ss]ave (?:this|it) as\s+`([\w.-]+)`", paragraph)
        self.file = saved.group(1) if saved else None

    def begins(self, words):
        """Whether it is of this kind, and its text begins with these words if some follow the kind."""
        kind, _, text = words.partition(" ")
        return self.kind == kind and self.text.startswith(text)


def blocks_of(page):
    """Those that people wrote: a generated part is what its generator makes of it."""
    text = re.sub(rf"{re.escape(reference.BEGIN)}.*?{re.escape(reference.END)}", "", page.read_text(), flags=re.DOTALL)
    for match in FENCE.finditer(text):
        yield Block(match, text[:match.start() + len(match["before"] or "")].rstrip().rsplit("\n\n", 1)[-1])


class Protos:
    """The rpcs and the fields of proto/, by their names."""

    def __init__(self):
        self.text = "\n".join(path.read_text() for path in sorted((ROOT / "proto/tandem/v1").glob("*.proto")))
        self.requests = dict(re.findall(r"rpc (\w+)\((?:stream )?(\w+)\)", self.text))

    def fields(self, message):
        """Types by name; an empty dict for what is no message of ours."""
        body = re.search(rf"^ *message {message} \{{\n(.*?)^\}}", self.text, re.MULTILINE | re.DOTALL)
        return {name: kind.rsplit(".", 1)[-1] for kind, name in re.findall(
            r"^ *(?:optional |repeated )?([\w.]+) (\w+) = \d+", body.group(1), re.MULTILINE)} if body else {}

    def unknown(self, message, value):
        """Paths of fields that the message does not have; value is read from JSON or short form."""
        if isinstance(value, list):
            return [path for item in value for path in self.unknown(message, item)]
        found = []
        fields = self.fields(message)
        for name, below in value.items() if isinstance(value, dict) else []:
            snake = re.sub(r"(?=[A-Z])", "_", name).lower()
            if snake not in fields:
                found.append(f"{message}.{name}")
            else:
                found += self.unknown(fields[snake], below)
        return found


TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[{}\[\],]|[^\s{}\[\],"]+)')


def short_form(text, position):
    """(value, where it ends) of `{ field: value field other { … } }` at the position."""
    token = TOKEN.match(text, position)
    if token[1] == "[":
        values, position = [], token.end()
        while (token := TOKEN.match(text, position))[1] != "]":
            if token[1] == ",":
                position = token.end()
            else:
                value, position = short_form(text, position)
                values.append(value)
        return values, token.end()
    if token[1] != "{":
        return token[1], token.end()
    fields, position = {}, token.end()
    while (token := TOKEN.match(text, position))[1] != "}":
        name, position = token[1], token.end()
        fields[name.rstrip(":")] = None
        if name.endswith(":") or TOKEN.match(text, position)[1] == "{":
            fields[name.rstrip(":")], position = short_form(text, position)
    return fields, token.end()


def put_into(configuration, part):
    """A part of a configuration in its place: resources by their ids."""
    for kind, value in part.items():
        if isinstance(value, list):
            ids = [item["id"] for item in value]
            value = [item for item in configuration.get(kind, []) if item["id"] not in ids] + value
        configuration[kind] = value


def plain(text):
    """What is the same each time: without ids, times, ports, and what is typed where a terminal asks."""
    ids = {}
    text = UUID.sub(lambda match: f"ID{ids.setdefault(match[0], len(ids))}", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", "TIME", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "ADDRESS", text)
    return re.sub(r"^.*\[y/N\] y\n", "", text, flags=re.MULTILINE)


def pattern_of(text):
    """Of what a page shows: `…` alone on a line are any lines, else any text of its line."""
    lines = [r"(?:[^\n]*\n)*?" if line == "…\n" else re.escape(line).replace("…", "[^\n]*")
             for line in plain(text).splitlines(keepends=True)]
    return "".join(lines)


class PageRun:
    """The blocks of one page, in their order."""

    def __init__(self, test, page, server, folder):
        self.test, self.server, self.folder, self.name = test, server, folder, page.stem
        self.configuration = yaml.safe_load((ROOT / "tests/docs/floor.yaml").read_text())
        # The first tutorial begins with nothing, in the workspace that is meant unless one is named.
        self.prepared = self.name == "first-ticket"
        self.workspace = "starter" if self.prepared else self.name
        self.printed = None
        self.exports = ""
        self.ids = {}
        self.agents = []
        self.postgresql = PrivatePostgres() if self.name == WITH_POSTGRESQL else None
        self.elsewhere = None
        for entry in ROOT.iterdir():
            if entry.name not in (".git", "build"):
                (folder / entry.name).symlink_to(entry)
        if self.postgresql:
            test.addCleanup(self.postgresql.stop)
            self.postgresql.start()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")} | {
            "PATH": f"{BIN}:{os.environ['PATH']}", "TANDEM_ADDRESS": server.address, "TANDEM_WORKSPACE": self.workspace}

    def make_certificates(self):
        """The files that the page names."""
        authority = Authority(self.folder, "authority")
        for name, (certificate, key) in (("tls", authority.vouch_for("server")), ("desk-7", authority.vouch_for("desk"))):
            certificate.rename(self.folder / f"{name}.crt")
            key.rename(self.folder / f"{name}.key")
        for name in ("ca", "clients"):
            shutil.copy(authority.certificate, self.folder / f"{name}.crt")

    def serve(self, command):
        """Starts the server of a page in place of the one before, on loopback and in a folder of its own."""
        self.end_elsewhere()
        words = re.sub(r"--(?:listen|data-dir) \S+", "", command[0])
        self.elsewhere = Server(*(self.folder / word if (self.folder / word).is_file() else word
                                  for word in shlex.split(words)[1:]))
        if self.name == WITH_FAST_CLOCK:
            return f"export TANDEM_ADDRESS={self.elsewhere.address}\ntandemctl wait\n"
        ctl = f"tandemctl --address {self.elsewhere.address} --ca ca.crt --cert desk-7.crt --key desk-7.key"
        self.bash(f"{ctl} wait && {ctl} apply --yes -f floor.yaml")
        return ""

    def end_elsewhere(self):
        if self.elsewhere:
            self.elsewhere.stop()

    def bash(self, script, exit_code=0):
        command = ["timeout", "--kill-after=5", str(LIMIT_SECONDS), "bash", "-euo", "pipefail", "-c", script]
        ended = subprocess.run(command, cwd=self.folder, env=self.environment, text=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.test.assertEqual(ended.returncode, exit_code, f"{script}\n{ended.stdout}")
        return ended.stdout

    def apply(self):
        (self.folder / "floor.yaml").write_text(yaml.safe_dump(self.configuration))
        self.bash("tandemctl apply --yes -f floor.yaml")

    def prepare(self):
        if self.prepared:
            return
        self.prepared = True
        self.apply()
        if self.name == WITH_CERTIFICATES:
            self.make_certificates()
        for name, text in FILES.get(self.name, {}).items():
            (self.folder / name).write_text(text)
        for words in CONTACTS.get(self.name, []):
            self.bash(f"tandemctl ingest {words}")
        for agent in LOGGED_IN.get(self.name, []):
            process = subprocess.Popen([BIN / "tandemctl", "agent", "login", agent], env=self.environment, text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.agents.append(process)
            print("available", file=process.stdin, flush=True)
            state = ""
            deadline = time.monotonic() + LIMIT_SECONDS
            while "AVAILABLE" not in state and time.monotonic() < deadline:
                state = self.bash(f"tandemctl describe agent {agent}")

    def end(self):
        self.end_elsewhere()
        for process in self.agents:
            process.stdin.close()
            process.wait(timeout=LIMIT_SECONDS)

    def here(self, script):
        """The page's ids are those of the newest tickets here, the first one that of the newest."""
        for shown in UUID.findall(script):
            if shown not in self.ids:
                listed = json.loads(self.bash("tandemctl get tickets --limit 0 -o json")).get("tickets", [])
                left = sorted({ticket["id"] for ticket in listed} - set(self.ids.values()))
                self.test.assertTrue(left, f"expected a ticket for {shown}")
                self.ids[shown] = left[-1]
            script = script.replace(shown, self.ids[shown])
        return script

    def sh(self, block):
        script = block.text
        if script.startswith('make run ARGS="--server-only'):
            self.printed = re.search(r"tandemd \S+ serving.*\n", (self.server.folder / "log").read_text())[0]
            return
        self.test.assertIsNone(BUILDS.search(script), f"expected a reason why it is not run:\n{script}")
        self.prepare()
        if self.name in (WITH_CERTIFICATES, WITH_FAST_CLOCK):
            script = re.sub(r"(?m)^tandemd .*\n", self.serve, script.replace("/etc/tandem/", ""))
        if self.name == WITH_CERTIFICATES:
            script = script.replace(ELSEWHERE, self.elsewhere.address)
        for words, others in INSTEAD:
            script = re.sub(words, others, script)
        if self.postgresql:
            script = script.replace("db.example:5432", f"127.0.0.1:{self.postgresql.port}")
        self.printed = self.bash(self.exports + self.here(script), block.exit_code)
        self.exports += "".join(re.findall(r"^export .*\n", script, re.MULTILINE))

    def yaml(self, block):
        part = yaml.safe_load(block.text)
        if block.file:
            (self.folder / block.file).write_text(block.text)
        if isinstance(part, list):
            part = {"queues": [{"id": "billing.live", "office": "OFFICE_FRONT", "urgency": "URGENCY_LIVE",
                                "plan": {"steps": part}}]}
        elif set(part) <= {"requirement", "plan"}:
            part = {"process_types": [{"id": "support", "defaults": [{"queue": "chats", **part}]}]}
        if "scrape_configs" in part:
            (self.folder / "prometheus.yml").write_text(block.text)
            self.bash("promtool check config prometheus.yml")
        elif "floor" in part:
            (self.folder / "scenario.yaml").write_text(block.text)
            self.bash("tandemctl load scenario.yaml --for 1s --scale 0.05 --drain 5s")
        else:
            if {"queues", "routing_profiles", "agents"} <= set(part):
                (self.folder / "whole.yaml").write_text(block.text)
                self.bash("tandemctl --workspace whole apply --validate-only -f whole.yaml")
            put_into(self.configuration, copy.deepcopy(part))
            self.apply()

    def text(self, block):
        calls = re.sub(r"#.*", "", block.text)
        found = [match for match in re.finditer(r"^(\w+) +(?=\{)", calls, re.MULTILINE)]
        if found and found[0].start() == 0:
            for match in found:
                self.test.assertIn(match[1], protos.requests)
                value, _ = short_form(calls, match.end())
                self.test.assertEqual(protos.unknown(protos.requests[match[1]], value), [])
            return
        if block.paragraph.endswith("In `tandemctl agent login`:"):
            known = self.bash("tandemctl agent login --help")
            for name, *words in map(str.split, re.split(r" {2,}|\n", block.text.strip())):
                usage = re.search(rf"(?m)^  {re.escape(name)}((?: \[?[A-Z][A-Z_.]*\]*)*) ", known)
                self.test.assertIsNotNone(usage, f"expected {name} in\n{known}")
                self.test.assertLessEqual(len(words), len(usage[1].split()), f"expected no more words than {usage[0]}")
            return
        self.test.assertIsNotNone(self.printed, "expected a command before what it prints, or a reason")
        self.test.assertRegex(plain(self.printed), rf"\A{pattern_of(block.text)}")

    def sql(self, block):
        if self.postgresql:
            for statement in block.text.splitlines():
                self.postgresql.sql(statement)
            return
        self.prepare()
        (self.folder / "page.sql").write_text(block.text)
        data, file = self.server.folder / "data", self.folder / "page.sql"
        self.bash(f"tandemd psql --data-dir {data} -- -v ON_ERROR_STOP=1 --file {file}")

    def json(self, block):
        if block.file:
            (self.folder / block.file).write_text(block.text)
        if not block.file or not block.file.endswith(".jsonl"):
            json.loads(block.text)


def setUpModule():
    global server, protos
    protos = Protos()
    server = Server()
    unittest.addModuleCleanup(server.stop)
    subprocess.run([BIN / "tandemctl", "--address", server.address, "wait"], check=True, stdout=subprocess.DEVNULL)


class Pages(unittest.TestCase):

    def run_page(self, page):
        name = str(page.relative_to(ROOT))
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tandem-pages-")))
        os.chmod(folder, 0o755)  # psql runs as PostgreSQL's user.
        run = PageRun(self, page, server, folder)
        self.addCleanup(run.end)
        for number, block in enumerate(blocks_of(page), 1):
            with self.subTest(page=name, block=number, kind=block.kind):
                if block.not_run or any(block.begins(key) for key in RUN_ELSEWHERE.get(name, {})):
                    continue
                self.assertIn(block.kind, KINDS, f"expected a reason why it is not run:\n{block.text}")
                getattr(run, block.kind)(block)


def test_of(page):
    return lambda self: self.run_page(page)


for document in sorted(documents()):
    label = str(document.relative_to(ROOT))
    if next(blocks_of(document), None):
        setattr(Pages, "test_" + re.sub(r"\W", "_", label.removesuffix(".md")), test_of(document))


def names(test, page):
    """Whether the test has the path of the page, joined from parts or not. A part may be a name that the test has, too."""
    text = (ROOT / test).read_text()
    joined = text
    for written, part in ((r'\bROOT / f?"', "/"), (r'" / "|"\)\.glob\("', "/"), (r'" / [\w.]+ / "', "/{}/"), (r"\{\w+\}", "{}")):
        joined = re.sub(written, part, joined)
    for named in re.findall(r"[\w.-]*/[\w./*{}-]+\.md", joined):
        pattern = re.escape(named.removeprefix("/")).replace(r"\{\}", r"([\w.-]+)").replace(r"\*", r"[\w.-]+")
        match = re.fullmatch(pattern, page)
        if match and all(re.search(rf"\b{re.escape(part)}\b", text) for part in match.groups()):
            return True
    return False


class Lists(unittest.TestCase):

    def test_the_tests_that_run_pages_instead_name_them(self):
        for name, tests in RUN_ELSEWHERE.items():
            for key, test in tests.items():
                with self.subTest(page=name, blocks=key):
                    blocks = [block for block in blocks_of(ROOT / name) if block.begins(key)]
                    self.assertNotEqual(blocks, [])
                    if isinstance(test, tuple):
                        test, words = test
                        self.assertIn(words, (ROOT / test).read_text())
                        self.assertTrue(all(words in block.text for block in blocks))
                    else:
                        self.assertTrue(names(test, name), f"expected {test} to name the page by its path")

    def test_what_a_test_runs_is_not_marked_as_if_nothing_did(self):
        for document in documents():
            for block in blocks_of(document):
                keys = RUN_ELSEWHERE.get(str(document.relative_to(ROOT)), {})
                with self.subTest(page=document.name, block=block.text):
                    self.assertFalse(block.not_run and any(block.begins(key) for key in keys if " " in key))

    def test_what_is_prepared_is_for_pages_that_there_are(self):
        stems = {document.stem for document in documents()}
        self.assertLessEqual({*FILES, *CONTACTS, *LOGGED_IN}, stems)


if __name__ == "__main__":
    unittest.main()
