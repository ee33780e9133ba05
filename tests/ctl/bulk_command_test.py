#!/usr/bin/env python3
"""Goal: `tandemctl bulk` changes what its filter names, once that is meant, and says what became of it, as
docs/how-to/change-many-at-once.md shows. Method: as in tandemctl_test.py, the program of this build against a server of this
build.

    tests/ctl/bulk_command_test.py
"""

import json
import os
import pathlib
import pty
import re
import subprocess
import unittest

from tandemctl_test import LIMIT_SECONDS, TANDEMCTL, CtlTest, environment, setUpModule  # noqa: F401

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/how-to/change-many-at-once.md"


class Bulk(CtlTest):

    def bulk(self, *arguments, code=0):
        return self.done("bulk", *arguments, "--as", "sue", code=code)

    def priorities(self):
        tickets = json.loads(self.done("get", "tickets", "-o", "json"))["tickets"]
        return {ticket["id"]: ticket.get("priority", 0) for ticket in tickets}

    def test_changes_what_matches_once_it_is_meant(self):
        for _ in range(5):
            self.chat()
        self.chat(client="globex")
        change = ("priority", "7", "--queue", "chats", "--client", "acme")
        self.assertEqual(self.bulk(*change, "--validate-only"), "5 tickets match\n5 of 5 tickets would be changed\n")
        unasked = self.ctl("bulk", *change, "--as", "sue")
        self.assertEqual(unasked.returncode, 2)
        self.assertIn("expected --yes", unasked.stderr)
        self.assertEqual(set(self.priorities().values()), {0})
        self.assertEqual(self.bulk(*change, "--yes", "--max", "3"),
                         "3 tickets match, and there are more: --max takes more at once\n3 of 3 tickets changed\n")
        self.assertEqual(self.bulk(*change, "--yes"), "2 tickets match\n2 of 2 tickets changed\n")
        self.assertEqual(sorted(self.priorities().values()), [0, 7, 7, 7, 7, 7])
        self.assertIn("0 tickets match", self.bulk(*change, "--yes"))

    def test_tells_programs_of_each_in_a_line(self):
        tickets = {self.chat() for _ in range(3)}
        ended = self.ctl("bulk", "cancel", "--reason", "storm", "--client", "acme", "-y", "-o", "json", "--as", "sue")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        *results, last = [json.loads(line) for line in ended.stdout.splitlines()]
        self.assertEqual({result["ticketId"] for result in results}, tickets)
        self.assertEqual(last, {"progress": {"matched": 3, "done": 3, "failed": 0, "more": False}})
        self.assertIn("storm", self.done("history", "ticket", tickets.pop()))

    def at_a_terminal(self, answer, *arguments):
        """How the command ends when somebody answers its question."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        os.write(ours, f"{answer}\n".encode())
        ended = subprocess.run([TANDEMCTL, *arguments], stdin=theirs, capture_output=True, text=True, timeout=LIMIT_SECONDS,
                               env=environment(TANDEM_WORKSPACE=self.workspace))
        os.close(theirs)
        return ended

    def test_asks_at_a_terminal(self):
        ticket = self.chat()
        for answer, code in (("n", 1), ("y", 0)):
            ended = self.at_a_terminal(answer, "bulk", "move", "jobs", "--queue", "chats", "--as", "sue")
            self.assertEqual(ended.returncode, code, ended.stdout + ended.stderr)
            self.assertIn("1 ticket matches\nChange them? [y/N]", ended.stdout)
        self.assertEqual(json.loads(self.done("get", "ticket", ticket, "-o", "json"))["queue"], "jobs")

    def test_says_what_the_page_shows_when_a_queue_is_full(self):
        [shown] = re.findall(r"^```text\n(\d+ tickets match\n.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        asked, answer = re.search(r"^(.*\? \[y/N\] )(\w)\n", shown, re.MULTILINE).groups()
        floor = self.folder / "floor.yaml"
        floor.write_text(floor.read_text().replace("{id: jobs, ", "{id: jobs, max_waiting: 2, "))
        self.done("apply", "-f", str(floor))
        for _ in range(3):
            self.chat()
        ended = self.at_a_terminal(answer, "bulk", "move", "jobs", "--queue", "chats", "--as", "sue")
        self.assertIn(asked, ended.stdout)
        said, expected = (re.sub(r"\d+", "N", re.sub("[0-9a-f]{8}-[0-9a-f-]{27}", "ID", text))
                          for text in (ended.stdout.replace(asked, "", 1) + ended.stderr, shown.replace(asked + answer + "\n", "")))
        self.assertEqual(sorted(said.splitlines()), sorted(expected.replace("claims.night", "jobs").splitlines()))

    def test_says_what_was_refused_and_why(self):
        self.chat()
        nowhere = self.ctl("bulk", "move", "nowhere", "--queue", "chats", "--as", "sue", "-y")
        self.assertEqual(nowhere.returncode, 1)
        self.assertIn("QUEUE_NOT_FOUND", nowhere.stderr)
        unnamed = self.ctl("bulk", "cancel", "--as", "sue", "-y")
        self.assertEqual(unnamed.returncode, 1)
        self.assertRegex(unnamed.stderr, r"FIELD_REQUIRED.*\n +filter: ")
        with self.logged_in("ana", "available", "wait", "accept"):
            self.assertIn("1 of 1 ticket changed", self.bulk("requeue", "--agent", "ana", "-y"))
        unknown = self.ctl("bulk", "skills", "--client", "acme", "--set", "juggling=3", "-y")
        self.assertEqual(unknown.returncode, 1)
        self.assertRegex(unknown.stderr, r"ana: REFERENCE_BROKEN: ")
        self.assertIn("0 of 1 agent would be changed; 1 refused: REFERENCE_BROKEN 1", unknown.stdout)

    def test_has_rules_say_anew_where_tickets_belong(self):
        tickets = {self.chat() for _ in range(3)}
        floor = self.folder / "floor.yaml"
        rule = "{id: chats, conditions: [{field: CONTACT_FIELD_CHANNEL, values: [chat]}], queues: [{queue: jobs}], priority: 3}"
        floor.write_text(floor.read_text().replace("classification_rules:\n", f"classification_rules:\n  - {rule}\n"))
        self.done("apply", "-f", str(floor))
        self.assertEqual(self.bulk("reclassify", "--queue", "chats", "--yes"), "3 tickets match\n3 of 3 tickets changed\n")
        self.assertEqual(self.priorities(), dict.fromkeys(tickets, 3))
        queues = {ticket["queue"] for ticket in json.loads(self.done("get", "tickets", "-o", "json"))["tickets"]}
        self.assertEqual(queues, {"jobs"})

    def test_gives_agents_skills_and_takes_them_away(self):
        self.assertEqual(self.done("bulk", "skills", "--process-type", "support", "--set", "billing=4", "-y"),
                         "2 agents match\n2 of 2 agents changed\n")
        agent = json.loads(self.done("get", "agent", "ana", "-o", "json"))
        self.assertEqual(agent["skills"], [{"skill": "billing", "level": 4}])
        self.done("bulk", "skills", "--skill", "billing", "--remove", "billing", "-y")
        self.assertNotIn("skills", json.loads(self.done("get", "agent", "bob", "-o", "json")))

    def test_explains_mistakes(self):
        malformed = self.ctl("bulk", "skills", "--client", "acme", "--set", "cards")
        self.assertEqual(malformed.returncode, 2)
        self.assertIn("expected SKILL=LEVEL", malformed.stderr)
        self.assertEqual(self.ctl("bulk", "cancel", "--queue", "chats").returncode, 2, "who acts is not said")
        away = self.ctl("--address", "127.0.0.1:1", "--timeout", "300ms", "bulk", "cancel", "--queue", "chats", "--as", "sue")
        self.assertEqual(away.returncode, 3)


if __name__ == "__main__":
    unittest.main()
