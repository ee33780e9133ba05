#!/usr/bin/env python3
"""Goal: the page about sharing agents between clients is taken as it is, and means what it says. Method: as in
tandemctl_test.py, the program of this build against a server of this build.

    tests/ctl/fair_share_command_test.py
"""

import json
import pathlib
import re
import unittest

from tandemctl_test import CtlTest, setUpModule  # noqa: F401

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/how-to/share-agents-between-clients.md"


class FairShare(CtlTest):

    def setUp(self):
        super().setUp()
        self.floor, self.profile = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        self.apply(self.floor)

    def apply(self, configuration):
        file = self.folder / "page.yaml"
        file.write_text(configuration)
        self.done("apply", "--yes", "-f", str(file))

    def agent_of(self, ticket):
        return json.loads(self.done("get", "ticket", ticket, "-o", "json")).get("agent", "")

    def test_who_is_below_its_floor_goes_first_and_shares_are_explained(self):
        acme = [self.chat() for _ in range(2)]
        globex = self.chat(client="globex")
        self.assertIn("its client has 0 in hand: BELOW_FLOOR (weight 1 of 4 in 0, floor 1)\n",
                      self.done("explain", "ticket", globex))
        with self.logged_in("ana", "available"):
            self.assertEqual(self.agent_of(globex), "ana")
            self.assertIn("its client has 0 in hand: WITHIN_SHARE (weight 3 of 4 in 1)\n",
                          self.done("explain", "ticket", acme[0]))
            second = self.chat(client="globex")
            self.assertIn("its client has 1 in hand: OVER_SHARE (weight 1 of 4 in 1, floor 1)\n",
                          self.done("explain", "ticket", second))
            with self.logged_in("bo", "available"):
                self.assertEqual(self.agent_of(acme[0]), "bo")

    def test_the_explanation_that_the_page_shows_is_what_is_said(self):
        [shown] = re.findall(r"^\$ tandemctl explain ticket \S+\n(.*?)^…\n", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        self.chat()
        self.chat(client="globex")
        with self.logged_in("ana", "available"):
            last = [self.chat(client="globex") for _ in range(5)][-1]
            said, expected = (re.sub(r"\d+", "N", re.sub(r"\d\S+Z\b", "TIME", text))
                              for text in (self.done("explain", "ticket", last), shown))
        self.assertEqual(said.splitlines()[:expected.count("\n")], expected.splitlines())

    def test_shares_are_read_and_applied_again(self):
        clients = json.loads(self.done("get", "configuration", "-o", "json"))["clients"]
        self.assertEqual([client["fairShare"] for client in clients],
                         [{"weight": 3}, {"weight": 1, "floor": 1}, {"ceiling": 2}])
        self.apply(self.floor.replace("ceiling: 2", "floor: 3, ceiling: 3"))
        bad = self.folder / "bad.yaml"
        bad.write_text(self.floor.replace("ceiling: 2", "floor: 3, ceiling: 2"))
        refused = self.ctl("apply", "-f", str(bad))
        self.assertEqual(refused.returncode, 1)
        self.assertIn("clients[2].fair_share.ceiling", refused.stdout + refused.stderr)

    def test_a_back_floor_is_taken(self):
        floor = re.sub(r"routing_profiles:\n.*\n", self.profile, self.floor).replace("routing_profile: chat", "routing_profile: both")
        floor = re.sub(r"queues:\n  - .*\n", "queues:\n  - {id: calls, office: OFFICE_FRONT, urgency: URGENCY_LIVE}\n"
                       "  - {id: invoices, office: OFFICE_BACK, urgency: URGENCY_DEFERRABLE}\n", floor, count=1)
        self.apply(floor.replace("queue: chats", "queue: calls"))
        [profile] = json.loads(self.done("get", "configuration", "-o", "json"))["routingProfiles"]
        self.assertEqual((profile["liveReserve"], profile["backFloor"]), (3, 2))


if __name__ == "__main__":
    unittest.main()
