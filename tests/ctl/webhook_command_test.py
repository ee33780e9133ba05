#!/usr/bin/env python3
"""Goal: `tandemctl webhook` makes, changes and removes webhooks, says when they gave nothing up, and shows a secret once. Method: as in tandemctl_test.py, the program of this build against a server of this build; the receiver is
a host that does not exist.

    tests/ctl/webhook_command_test.py
"""

import base64
import json
import unittest

from tandemctl_test import CtlTest, setUpModule  # noqa: F401

URL = "https://crm.example/hooks/tandem"
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()


class Webhook(CtlTest):

    def webhook(self, *arguments, code=0):
        return self.done("webhook", *arguments, code=code)

    def shown(self):
        return json.loads(self.done("get", "webhook", "crm", "-o", "json"))

    def test_is_made_and_shows_its_secret_once(self):
        text = self.webhook("create", "crm", "--url", URL, "--client", "acme", "--type", "ticket_created", "--description", "CRM")
        self.assertRegex(text, r"^Webhook crm is created\nIts secret, which no other call shows: whsec_\S+\n$")
        secret = text.split()[-1]
        listed = self.done("get", "webhooks")
        self.assertIn(URL, listed)
        for read in (listed, self.done("describe", "webhook", "crm"), self.done("get", "webhooks", "-o", "json")):
            self.assertNotIn(secret, read)
            self.assertIn("ACTIVE", read)
        self.assertEqual(self.shown()["filter"], {"clients": ["acme"], "types": ["EVENT_TYPE_TICKET_CREATED"]})
        again = self.ctl("webhook", "create", "crm", "--url", URL)
        self.assertEqual(again.returncode, 1)
        self.assertIn("WEBHOOK_EXISTS", again.stderr)

    def test_takes_a_secret_from_a_file_and_does_not_repeat_it(self):
        file = self.folder / "secret.txt"
        file.write_text(SECRET + "\n")
        made = self.webhook("create", "crm", "--url", URL, "--secret-file", str(file), "-o", "json")
        self.assertNotIn(SECRET, made)
        self.assertEqual(json.loads(made)["webhook"]["id"], "crm")
        revision = self.shown()["revision"]
        self.assertEqual(self.webhook("rotate-secret", "crm", "--secret-file", str(file)),
                         "Webhook crm has another secret; the one before signs, too, for 24 h\n")
        self.assertEqual(self.shown()["revision"], revision, "it has that secret: nothing changed")
        other = json.loads(self.webhook("rotate-secret", "crm", "-o", "json"))["secret"]
        self.assertNotIn(other, (SECRET, ""))
        empty = self.ctl("webhook", "rotate-secret", "crm", "--secret-file", "/dev/null")
        self.assertEqual(empty.returncode, 2)
        self.assertIn("expected a secret in /dev/null", empty.stderr)

    def test_is_changed_in_part_and_removed(self):
        self.webhook("create", "crm", "--url", URL, "--client", "acme", "--description", "CRM")
        self.assertEqual(self.webhook("update", "crm", "--url", URL + "/2"), "Webhook crm is at revision 2\n")
        self.webhook("update", "crm", "--disable", "--queue", "chats")
        self.assertEqual({key: self.shown().get(key) for key in ("url", "description", "filter", "disabled", "state")},
                         {"url": URL + "/2", "description": "CRM", "filter": {"queues": ["chats"]}, "disabled": True,
                          "state": "WEBHOOK_STATE_DISABLED"})
        self.webhook("update", "crm", "--enable", "--every-event")
        self.assertNotIn("disabled", self.shown())
        self.assertFalse(self.shown().get("filter"))
        stale = self.ctl("webhook", "delete", "crm", "--expected-revision", "1")
        self.assertIn("REVISION_STALE", stale.stderr)
        nothing = self.ctl("webhook", "update", "crm")
        self.assertEqual((nothing.returncode, nothing.stderr), (2, "tandemctl: expected an option that says what to change\n"))
        self.assertEqual(self.webhook("delete", "crm"), f"Deleted webhook crm of workspace {self.workspace}\n")
        self.assertEqual(json.loads(self.done("get", "webhooks", "-o", "json")), {"webhooks": []})

    def test_says_that_nothing_was_given_up(self):
        self.webhook("create", "crm", "--url", URL)
        self.assertEqual(json.loads(self.webhook("dead-letters", "crm", "-o", "json")), {"deadLetters": []})
        self.assertIn("sequence", self.webhook("dead-letters", "crm"))
        self.assertEqual(self.webhook("redeliver", "crm", "--all"), "0 dead letters are sent again\n")
        self.assertEqual(self.webhook("redeliver", "crm", "7", "9", code=1),
                         "0 dead letters are sent again\nno dead letters: 7, 9\n")
        for words in (("redeliver", "crm"), ("redeliver", "crm", "7", "--all")):
            ended = self.ctl("webhook", *words)
            self.assertEqual(ended.returncode, 2)
            self.assertIn("expected sequences of dead letters, or --all", ended.stderr)
        self.assertIn("WEBHOOK_NOT_FOUND", self.ctl("webhook", "dead-letters", "erp").stderr)


if __name__ == "__main__":
    unittest.main()
