#!/usr/bin/env python3
"""Goal: `tandemctl apply` shows what it changes, value by value, deletes nothing that nobody was asked about, and names
a fault by its place in the files; docs/how-to/configure-a-workspace.md shows it. Method: as in tandemctl_test.py, the program
of this build against a server of this build.

    tests/ctl/apply_command_test.py
"""

import json
import os
import pathlib
import pty
import re
import subprocess
import unittest

import yaml
from tandemctl_test import FLOOR, LIMIT_SECONDS, TANDEMCTL, CtlTest, environment, setUpModule  # noqa: F401

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/how-to/configure-a-workspace.md"


class Apply(CtlTest):

    def apply(self, floor, *arguments):
        file = self.folder / "changed.yaml"
        file.write_text(floor)
        return self.ctl("apply", "-f", str(file), *arguments)

    def agents(self):
        return [agent["id"] for agent in json.loads(self.done("get", "agents", "-o", "json"))["agents"]]

    def test_deletes_without_a_terminal_only_what_was_said(self):
        without = FLOOR[:FLOOR.index("agents:")]
        refused = self.apply(without)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("- agent ana\n- agent bob\n0 created, 0 updated, 2 deleted\n", refused.stdout)
        self.assertEqual(refused.stderr, "tandemctl: expected --yes, as it would delete 2 agents, and there is no terminal "
                                         "to ask at\n")
        self.assertEqual(self.agents(), ["ana", "bob"])
        looked = self.apply(without, "--validate-only")
        self.assertEqual((looked.returncode, looked.stderr), (0, ""))
        done = self.apply(without, "--yes")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.agents(), [])
        # What adds and changes is not asked for.
        self.assertEqual(self.apply(FLOOR).returncode, 0)
        self.assertEqual(self.agents(), ["ana", "bob"])

    def test_asks_at_a_terminal(self):
        (self.folder / "changed.yaml").write_text(FLOOR[:FLOOR.index("agents:")])
        for answer, left in (("n", ["ana", "bob"]), ("y", [])):
            ours, theirs = pty.openpty()
            os.write(ours, (answer + "\n").encode())
            ended = subprocess.run([TANDEMCTL, "apply", "-f", str(self.folder / "changed.yaml")], stdin=theirs,
                                   capture_output=True, text=True, timeout=LIMIT_SECONDS,
                                   env=environment(TANDEM_WORKSPACE=self.workspace))
            os.close(theirs)
            os.close(ours)
            self.assertIn("Apply? [y/N]", ended.stdout)
            self.assertEqual(self.agents(), left)

    def test_shows_values_before_and_after(self):
        floor = yaml.safe_load(FLOOR)
        floor["cool_down"] = "7s"
        floor["queues"][0]["offer_timeout"] = "45s"
        floor["process_types"][0]["defaults"][0]["answer_target"] = "90s"
        floor["agents"][0].update(clients=["globex"], skills=[{"skill": "billing", "level": 4}], attributes={"ring": "2"})
        text = self.apply(yaml.safe_dump(floor), "--validate-only").stdout
        self.assertRegex(text, r"~ workspace-settings: cool_down\n    ~ cool_down: \d+s -> 7s\n")
        self.assertIn("~ queue chats: offer_timeout\n    ~ offer_timeout: 60s -> 45s\n", text)
        self.assertRegex(text, r"~ process-type support: defaults\n    ~ defaults\[.*\].answer_target: \S+ -> 90s\n")
        agent = text[text.index("~ agent ana"):]
        for line in ("- clients: acme", "+ clients: globex", '+ skills: {"skill":"billing","level":4}',
                     "~ attributes.ring: 1 -> 2"):
            self.assertIn(f"    {line}\n", agent)
        self.assertIn("0 created, 4 updated, 0 deleted\n", text)

    def test_shows_what_the_page_says_that_its_document_changes(self):
        document, = re.findall(r"^```yaml\n(time_zone: .*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        shown, = re.findall(r"^```text\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        before = yaml.safe_load(document)
        before["queues"][0]["max_waiting"] = 100
        ana = before["agents"][0]
        before["agents"].append({**ana, "id": "tom"})
        before["agents"][0] = {**ana, "clients": [], "skills": [{"skill": "billing", "level": 3}]}
        self.assertEqual(self.apply(yaml.safe_dump(before), "--yes").returncode, 0)
        self.assertEqual(self.apply(document, "--validate-only").stdout, shown.replace("workspace acme", f"workspace {self.workspace}"))

    def test_tells_programs_the_same(self):
        floor = FLOOR.replace("offer_timeout: 60s", "offer_timeout: 45s").replace("{id: globex}]", "{id: globex}, {id: third}]")
        looked = json.loads(self.apply(floor, "--validate-only", "-o", "json").stdout)
        self.assertEqual((looked["applied"], looked["revision"], looked["created"], looked["updated"], looked["deleted"]),
                         (False, "1", 1, 1, 0))
        self.assertEqual([(change["kind"], change["id"], change["type"], change["values"]) for change in looked["changes"]], [
            ("RESOURCE_KIND_CLIENT", "third", "CHANGE_TYPE_CREATED", []),
            ("RESOURCE_KIND_QUEUE", "chats", "CHANGE_TYPE_UPDATED",
             [{"path": "offer_timeout", "before": "60s", "after": "45s"}])])
        done = self.apply(floor, "-o", "yaml")
        self.assertIn("+ client third", done.stderr, "text for people is not among data")
        data = yaml.safe_load(done.stdout)
        self.assertEqual((data["applied"], data["revision"], data["workspace"]), (True, "2", self.workspace))
        self.assertEqual(json.loads(self.apply(floor, "-o", "json").stdout)["changes"], [])

    def test_names_the_place_of_a_fault_and_whose_it_is(self):
        folder = self.folder / "parts"
        folder.mkdir()
        (folder / "a.yaml").write_text("queues:\n  - {id: chats, office: OFFICE_FRONT, urgency: URGENCY_LIVE}\n"
                                       "agents:\n  - {id: ana}\n")
        (folder / "b.yaml").write_text("skills: [{id: billing}]\nagents:\n  - {id: bob}\n  - id: cleo\n    skills:\n"
                                       "      - {skill: billing, level: 3}\n      - skill: cards\n        level: 77\n")
        refused = self.ctl("apply", "-f", str(folder))
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, rf"\n  {re.escape(str(folder / 'b.yaml'))}:8: agent cleo: skills\[1\]\.level: ")
        agents = self.folder / "agents.jsonl"
        day = {"id": "dan", "kind": "HUMAN", "office": "FRONT", "site": "porto", "languages": {}, "process_types": ["nothing"],
               "skills": {}, "clients": ["acme"], "concurrency": {"voice": 1, "messaging": 1, "email": 1, "task": 1},
               "shift_s": [0, 3600], "cost_per_hour": 1}
        agents.write_text("\n" + json.dumps(day) + "\n")
        refused = self.apply(FLOOR, "--agents", str(agents))
        self.assertRegex(refused.stderr, rf"\n  {re.escape(str(agents))}:2: agent dan: (site|process_types|routing_profile)", refused.stdout)


if __name__ == "__main__":
    unittest.main()
