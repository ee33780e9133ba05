#!/usr/bin/env python3
"""Goal: the examples of the SDKs do what they say. Method: each as a program of its own, beside a server of this build.

    deploy/dev/sdk python typescript && tests/sdk/examples_test.py
"""

import contextlib
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
sys.path.insert(0, str(ROOT / "tests/sdk"))
import mail_servers  # noqa: E402
from tandem_server import BIN, Server  # noqa: E402

SDK = ROOT / "build/sdk"
PYTHON = ROOT / "build/tools/sdk-python/bin/python"
EXAMPLES = ROOT / "deploy/sdk/examples"
LIMIT_SECONDS = 60


def setUpModule():
    global server
    server = Server()
    unittest.addModuleCleanup(server.stop)


def run(*command, stdin="", **options):
    """What the command printed; it has to succeed. Without a terminal, whose settings Maven would change."""
    ended = subprocess.run([str(word) for word in command], input=stdin, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, timeout=LIMIT_SECONDS, start_new_session=True, **options)
    assert ended.returncode == 0, f"{command}: {ended.stdout}"
    return ended.stdout


class Example(unittest.TestCase):
    """Each has a workspace of its own, with the floor of the walk."""

    def setUp(self):
        self.workspace = self.id().rsplit(".", 1)[-1].replace("_", "-")
        self.folder = ROOT / "build/sdk-tests" / self.__class__.__name__.lower()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        floor = self.folder / "floor.yaml"
        floor.write_text((ROOT / "tests/sdk/floor.json").read_text())  # JSON is YAML.
        self.ctl("apply", "--yes", "-f", floor)

    def ctl(self, *arguments, stdin=""):
        return run(BIN / "tandemctl", "--address", server.address, "--workspace", self.workspace, *arguments, stdin=stdin)

    def ingest(self, process_type, channel, subject):
        said = self.ctl("ingest", "--client", "acme", "--process-type", process_type, "--channel", channel, "--subject", subject)
        return re.search(r"[0-9a-f-]{36}", said).group()


class Crm(Example):

    def crm(self):
        return run(PYTHON, EXAMPLES / "crm/crm.py", "--address", server.address, "--workspace", self.workspace, "--once",
                   self.folder / "crm.sqlite", env={**os.environ, "PYTHONPATH": str(SDK / "python/src")})

    def cases(self):
        with contextlib.closing(sqlite3.connect(self.folder / "crm.sqlite")) as database:
            return database.execute("SELECT subject, status FROM cases ORDER BY id").fetchall()

    def open_case(self, process_type, subject):
        with contextlib.closing(sqlite3.connect(self.folder / "crm.sqlite")) as database, database:
            database.execute("INSERT INTO cases (client, process_type, subject) VALUES ('acme', ?, ?)", (process_type, subject))

    def test_keeps_cases_and_tickets_in_step(self):
        chat = self.ingest("support", "chat", "Charged twice")
        self.crm()
        self.assertEqual(self.cases(), [("Charged twice", "WAITING")])

        self.open_case("bookkeeping", "Refund 20 EUR")
        self.open_case("no.such.type", "Nobody can")
        said = self.crm()
        self.assertIn("PROCESS_TYPE_UNKNOWN", said)
        job = re.search(r"case 2 is ticket (\S+)", said).group(1)
        self.assertIn("Refund 20 EUR", self.ctl("get", "ticket", job, "-o", "json"))

        self.ctl("agent", "login", "ana", stdin="available\nwait\naccept\nfinish\ncomplete solved\nquit\n")
        self.crm()
        expected = [("Charged twice", "SOLVED"), ("Refund 20 EUR", "WAITING"), ("Nobody can", "REFUSED")]
        self.assertEqual(self.cases(), expected)
        self.assertIn("COMPLETED", self.ctl("get", "ticket", chat))
        self.assertEqual(len(json.loads(self.ctl("get", "tickets", "-o", "json"))["tickets"]), 2)


class EmailToTicket(Example):
    """The e-mail connector, on folders as the tutorial has it, and on servers of IMAP and SMTP."""

    PAGE = "docs/tutorials/email-to-ticket.md"

    def setUp(self):
        super().setUp()
        self.ctl("apply", "--yes", "-f", EXAMPLES / "mail/floor.yaml")

    def mail(self, *arguments):
        return run(PYTHON, EXAMPLES / "mail/mail.py", "--address", server.address, "--workspace", self.workspace, "--once",
                   *arguments, self.folder / "state.sqlite",
                   env={**os.environ, "PYTHONPATH": str(SDK / "python/src"), "MAIL_PASSWORD": "secret"})

    def answer(self, text):
        return run(PYTHON, EXAMPLES / "mail/answer.py", "--address", server.address, "--workspace", self.workspace, "ana", text,
                   env={**os.environ, "PYTHONPATH": str(SDK / "python/src")})

    def test_does_what_the_tutorial_shows(self):
        """Runs the page's own commands, in another folder; what it says they print, with other ids, they print."""
        page = (ROOT / self.PAGE).read_text().split("## The first e-mail")[1]
        at = f"--address {server.address} --workspace {self.workspace}"
        ids = {}  # Of the page, and what they are here.
        printed = ""
        for kind, block in re.findall(r"^```(sh|text)\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
            if kind == "sh":
                script = block.replace("/tmp/mail/venv/bin/python", str(PYTHON)).replace("/tmp/mail", str(self.folder))
                script = re.sub(r"(mail|answer)\.py", rf"\1.py {at}", script)
                printed = run("bash", "-euc", script, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(SDK / "python/src")})
            elif "MAIL_PASSWORD" not in block:
                self.assertEqual(self.renamed(printed, block, ids), block)
        self.assertEqual(len(set(ids.values())), 2)
        states = [ticket["state"] for ticket in json.loads(self.ctl("get", "tickets", "-o", "json"))["tickets"]]
        self.assertEqual(sorted(states), ["TICKET_STATE_COMPLETED", "TICKET_STATE_QUEUED"])

    def test_is_the_program_that_the_tutorial_shows(self):
        parts = re.findall(r"^```py\n(.*?)^```", (ROOT / self.PAGE).read_text(), re.MULTILINE | re.DOTALL)
        self.assertEqual(len(parts), 1)
        self.assertIn(textwrap.indent(parts[0], "    "), (EXAMPLES / "mail/mail.py").read_text())

    @staticmethod
    def renamed(printed, block, ids):
        """What was printed, with the page's ids: tickets keep theirs, and the numbers of events are the page's."""
        of_ticket = r"[0-9a-f]{8}-[0-9a-f-]{27}"
        for shown, here in zip(re.findall(of_ticket, block), re.findall(of_ticket, printed)):
            assert ids.setdefault(shown, here) == here, f"expected {shown} to be {ids[shown]}, but it is {here}"
            printed = printed.replace(here, shown)
        numbers = iter(re.findall(r"\.(\d+)@acme", block))
        return re.sub(r"\.\d+@acme", lambda _: f".{next(numbers)}@acme", printed)

    def test_reads_imap_and_sends_by_smtp(self):
        def mail(number, **headers):
            lines = [f"Message-ID: <{number}@customer.example>", "From: eva@customer.example", f"Subject: Question {number}"]
            lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
            return ["\r\n".join([*lines, "", f"Text {number}", ""]).encode(), False]

        inbox, sent = [mail(1), mail(2, Auto_Submitted="auto-replied")], []
        with mail_servers.serving(mail_servers.Imap, inbox) as imap, mail_servers.serving(mail_servers.Smtp, sent) as smtp:
            mailbox = ["--imap", imap, "--user", "help", "--smtp", smtp]
            said = self.mail(*mailbox)
            self.assertRegex(said, r"<1@customer.example>: made ticket \S+\n<2@customer.example>: left out: nobody wrote it\n")
            self.assertEqual([seen for _, seen in inbox], [True, True])
            # Delivered again, and answered before anybody took it.
            inbox += [mail(1), mail(3, References="<0@customer.example> <1@customer.example>")]
            ticket = re.search("made ticket (.+)", said)[1]
            again = self.mail(*mailbox)
            self.assertEqual(again, f"<1@customer.example>: in before, ticket {ticket}\n"
                                    f"<3@customer.example>: added to ticket {ticket}\n")
            self.assertEqual(self.answer("Yes."), "Question 1 (customer unknown)\nText 1\ncustomer: Text 3\n")
            self.mail(*mailbox)
            self.mail(*mailbox)
        self.assertEqual(len(sent), 1)
        for line in ("To: eva@customer.example", "Subject: Re: Question 3", "In-Reply-To: <3@customer.example>", "Yes."):
            self.assertIn(f"{line}\n", sent[0] + "\n")

    def test_survives_refusals_and_servers_that_are_away(self):
        inbox = self.folder / "in"
        for name in ("new", "cur", "tmp"):
            (inbox / name).mkdir(parents=True)
        (inbox / "new/1").write_text("Message-ID: <1@x>\nFrom: eva@x\nSubject: Hello\n\nText\n")
        folders = ["--maildir", inbox, "--outbox", self.folder / "out"]
        self.assertRegex(self.mail("--entry-point", "nobody@acme.example", *folders), "<1@x>: refused: .*expected a client")
        self.assertEqual(list((inbox / "new").iterdir()), [])
        (inbox / "new/2").write_text("Message-ID: <2@x>\nFrom: eva@x\nSubject: Hello\n\nText\n")
        server.kill()
        restart = threading.Timer(1, server.start)
        restart.start()
        said = self.mail(*folders)
        restart.join()
        self.assertRegex(said + self.mail(*folders), r"<2@x>: made ticket \S+\n")

        # Without a mail server nothing is lost: the answer goes out later, from the same place in the stream.
        self.answer("Hello to you")
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as nobody:
            nowhere = "127.0.0.1:%d" % nobody.getsockname()[1]
        with self.assertRaisesRegex(AssertionError, "Connection refused"):
            self.mail("--maildir", inbox, "--smtp", nowhere)
        self.assertRegex(self.mail(*folders), r"\Asent <\S+@acme.example>\n\Z")

    def test_goes_on_until_it_is_ended(self):
        inbox = [[b"Message-ID: <1@x>\r\nFrom: eva@x\r\nSubject: Hello\r\n\r\nText\r\n", False]]
        with mail_servers.serving(mail_servers.Imap, inbox) as imap, \
                subprocess.Popen([PYTHON, EXAMPLES / "mail/mail.py", "--address", server.address, "--workspace", self.workspace,
                                  "--imap", imap, "--user", "help", "--outbox", self.folder / "out",
                                  self.folder / "state.sqlite"], stdout=subprocess.PIPE, text=True,
                                 env={**os.environ, "PYTHONPATH": str(SDK / "python/src"), "MAIL_PASSWORD": "secret"}) as mail:
            watchdog = threading.Timer(LIMIT_SECONDS, mail.kill)
            watchdog.start()
            try:
                self.assertRegex(mail.stdout.readline(), r"\A<1@x>: made ticket \S+\n\Z")
                self.answer("Hello to you")
                self.assertRegex(mail.stdout.readline(), r"\Asent <\S+@acme.example>\n\Z")
            finally:
                mail.kill()
                watchdog.cancel()


class Desktop(Example):

    @classmethod
    def setUpClass(cls):
        """Builds it by the tutorial's own commands, but in another folder and without those that only get ready."""
        cls.built = ROOT / "build/sdk-tests/desktop-program"
        shutil.rmtree(cls.built, ignore_errors=True)
        cls.built.parent.mkdir(parents=True, exist_ok=True)
        page = (ROOT / "docs/tutorials/agent-desktop.md").read_text()
        blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        lines = "".join(blocks).replace("\\\n", "").replace("/tmp/desktop", str(cls.built)).splitlines()
        for line in lines:
            words = shlex.split(line)
            if words[0] in ("cp", "npm"):
                run(*words, cwd=ROOT)
            elif words[0] == "node" and "--module" in words:
                (cls.built / "parts.ts").write_text(cls.with_its_parts(page))
                run(*words, cls.built / "parts.ts", cwd=ROOT)
        cls.tutorial = {" ".join(shlex.split(line)[:2]): shlex.split(line) for line in lines if line.startswith("tandemctl")}
        cls.agent = next(shlex.split(line)[2] for line in lines if line.startswith(f"node {cls.built}/desktop.js"))
        cls.shown = re.search(r"^```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL).group(1).splitlines()

    @staticmethod
    def with_its_parts(page):
        """A program of the parts of programs that the page shows; they have to compile."""
        first, *others = re.findall(r"^```ts\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        given = "change: { value: { ticketId: string } }, offerId: string, ticketId: string, queue: string"
        return "".join([first, f"export async function parts({given}) {{\n",
                        *("{\n%s}\n" % other.replace("…", "break;") for other in others), "}\n"])

    def test_does_what_the_tutorial_shows(self):
        self.workspace = "starter"
        self.ctl(*self.tutorial["tandemctl apply"][1:])
        with self.running(self.agent) as (sees, types):
            for line in self.shown:
                if line in ("available", "accept"):
                    types(line)
                    continue
                if line.startswith("OFFER"):
                    self.ctl(*self.tutorial["tandemctl ingest"][1:])
                sees(re.sub(r"[0-9a-f-]{36}", "[0-9a-f-]{36}", line))
            types("finish")
            sees(r"ticket [0-9a-f-]{36} is WRAP_UP")

    @contextlib.contextmanager
    def running(self, agent):
        """The program: what reads a line of it and expects it to match, and what types one."""
        with subprocess.Popen(["node", self.built / "desktop.js", agent, server.address, self.workspace],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as desktop:
            watchdog = threading.Timer(LIMIT_SECONDS, desktop.kill)
            watchdog.start()
            try:
                yield (lambda line: self.assertRegex(desktop.stdout.readline(), rf"\A{line}\n\Z"),
                       lambda line: print(line, file=desktop.stdin, flush=True))
                print("quit", file=desktop.stdin, flush=True)
                self.assertEqual(desktop.wait(), 0)
            finally:
                desktop.kill()
                watchdog.cancel()

    def test_works_through_a_chat_and_a_job_and_a_restart(self):
        chat = self.ingest("support", "chat", "Charged twice")
        with self.running("ana") as (sees, types):
            sees("you are OFFLINE")
            types("available")
            sees("you are AVAILABLE")
            sees("OFFER  chat for acme: Charged twice")
            server.kill()
            server.start()
            types("accept")
            sees(f"ticket {chat} is ACTIVE")
            types("finish")
            sees(f"ticket {chat} is WRAP_UP")
            types("complete solved")
            sees(f"ticket {chat} is no longer yours")
            types("accept")
            sees("refused: FAILED_PRECONDITION: expected an offer, but you have none")
            job = self.ingest("bookkeeping", "task", "Invoice 17")
            types("claim jobs")
            sees(f"ticket {job} is ASSIGNED")
            types("start")
            sees(f"ticket {job} is ACTIVE")
            types("complete solved")
            sees(f"ticket {job} is no longer yours")
        self.assertIn("COMPLETED", self.ctl("get", "ticket", chat))


if __name__ == "__main__":
    unittest.main()
