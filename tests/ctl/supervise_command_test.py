#!/usr/bin/env python3
"""Goal: `tandemctl supervise shift` says when an agent's shift ends, and what follows shows. Method: as in
tandemctl_test.py, the program of this build against a server of this build.

    tests/ctl/supervise_command_test.py
"""

import json
import unittest
from datetime import datetime, timedelta, timezone

from tandemctl_test import CtlTest, setUpModule  # noqa: F401


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
