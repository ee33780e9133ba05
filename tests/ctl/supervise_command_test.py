#!/usr/bin/env python3
"""Goal: `tandemctl supervise` gives tickets, takes them away, sets statuses, and says when an agent's shift ends; `tandemctl
callback` has customers called; what follows shows. Method: as in tandemctl_test.py, the program of this build against a server
of this build.

    tests/ctl/supervise_command_test.py
"""

import json
import unittest
from datetime import datetime, timedelta, timezone

from tandemctl_test import CtlTest, setUpModule  # noqa: F401


class Supervising(CtlTest):

    def test_gives_tickets_takes_them_away_and_sets_statuses(self):
        ticket = self.chat()
        away = self.ctl("supervise", "assign", ticket, "ana", "--as", "sue")
        self.assertEqual(away.returncode, 1)
        self.assertIn("AGENT_STATUS_FORBIDS", away.stderr)
        with self.logged_in("ana", "not-ready lunch"):
            self.assertEqual(self.done("supervise", "assign", ticket, "ana", "--as", "sue"),
                             f"Ticket {ticket} is ana's, ACTIVE\n")
            self.done("supervise", "requeue", ticket, "--as", "sue")
            self.assertEqual(self.done("supervise", "transfer", ticket, "--agent", "ana", "--wait", "5m"),
                             f"Ticket {ticket} was transferred, for ana\n")
            self.assertIn("kept for ana until", self.done("explain", "ticket", ticket))
            self.done("supervise", "status", "ana", "--to", "draining", "--reason", "lunch", "--as", "sue")
            unknown = self.ctl("supervise", "status", "ana", "--to", "NOT_READY", "--reason", "nap", "--as", "sue")
            self.assertIn("NOT_READY_REASON_UNKNOWN", unknown.stderr)
        history = self.done("history", "ticket", ticket)
        for event in ("TICKET_ASSIGNED", "TICKET_REQUEUED"):
            self.assertRegex(history, rf"{event} .*sue")
        self.assertEqual(self.ctl("supervise", "requeue", ticket).returncode, 2, "who acts is not said")

    def test_has_a_customer_called_back(self):
        ticket = self.chat()
        self.assertEqual(self.done("callback", ticket), f"Ticket {ticket} is a call-back, QUEUED\n")
        self.assertIn("SCHEDULED until 2", self.done("callback", ticket, "--in", "2h", "--within", "1h"))


class Shift(CtlTest):

    def shift(self, *arguments):
        return self.done("supervise", "shift", "ana", *arguments, "--as", "sue")

    def test_says_when_it_ends_and_takes_that_back(self):
        soon = (datetime.now(timezone.utc) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.assertRegex(self.shift("--ends-at", soon), r"^The shift of ana ends at 2.*\n$")
        with self.logged_in("ana", "available"):
            ticket = self.chat()
            self.assertRegex(self.done("explain", "ticket", ticket), r"1 +SHIFT")
            self.assertEqual(self.shift(), "The shift of ana has no known end\n")
            self.assertIn("OFFERED", self.done("explain", "ticket", ticket))
        far = self.ctl("supervise", "shift", "ana", "--ends-at", "2999-01-01", "--as", "sue")
        self.assertIn("FIELD_OUT_OF_RANGE", far.stderr)
        nobody = self.ctl("supervise", "shift", "nobody", "--as", "sue")
        self.assertIn("AGENT_NOT_FOUND", nobody.stderr)

    def test_settings_show_after_how_long_work_returns(self):
        self.assertRegex(self.done("get", "workspace-settings"), r"work returns after +messaging 1m30s\n")
        settings = json.loads(self.done("get", "workspace-settings", "-o", "json"))
        self.assertEqual(settings["returnAfter"]["messaging"], "90s")


if __name__ == "__main__":
    unittest.main()
