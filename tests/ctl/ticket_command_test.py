#!/usr/bin/env python3
"""Goal: `tandemctl ticket` changes tickets and writes to them, `get` finds what its filters say, an agent begins work of
their own, who gets no offer is told why, and so is who asks for the one who did. Method: as in tandemctl_test.py, the program of this build against a server
of this build.

    tests/ctl/ticket_command_test.py
"""

import json
import pathlib
import re
import unittest

from tandemctl_test import FLOOR, CtlTest, setUpModule  # noqa: F401

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/how-to/say-who-gets-a-ticket.md"


class TicketTest(CtlTest):

    def shown(self, ticket):
        return json.loads(self.done("get", "ticket", ticket, "-o", "json"))

    def job(self):
        return json.loads(self.done("ingest", "--channel", "task", "--client", "acme", "--process-type", "bookkeeping", "-o",
                                    "json"))["ticketId"]


class Ticket(TicketTest):

    def ticket(self, verb, *arguments, stdin=""):
        return self.done("ticket", verb, *arguments, stdin=stdin)

    def test_is_changed_in_one_step_and_found_by_its_reference(self):
        ticket = self.chat("--attribute", "old=1")
        self.chat()
        self.assertEqual(self.ticket("update", ticket, "--priority", "7", "--subject", "Charged twice", "--attribute", "amount=1200",
                                     "--attribute", "a=b=c", "--remove-attribute", "old", "--reference", "crm=CASE-4711",
                                     "--reference", "erp=9", "--expected-revision", "1"),
                         f"Ticket {ticket} is at revision 2\n")
        shown = self.shown(ticket)
        self.assertEqual((shown["priority"], shown["subject"], shown["attributes"]),
                         (7, "Charged twice", {"amount": "1200", "a": "b=c"}))
        found = json.loads(self.done("get", "tickets", "--reference", "crm=CASE-4711", "-o", "json"))["tickets"]
        self.assertEqual([one["id"] for one in found], [ticket])
        self.ticket("update", ticket, "--remove-reference", "crm=CASE-4711")
        self.assertEqual(self.shown(ticket)["externalReferences"], [{"system": "erp", "id": "9"}])
        stale = self.ctl("ticket", "update", ticket, "--priority", "1", "--expected-revision", "1")
        self.assertEqual(stale.returncode, 1)
        self.assertIn("REVISION_STALE", stale.stderr)
        for words in (("get", "tickets", "--reference", "crm"), ("ticket", "update", ticket, "--reference", "crm")):
            wrong = self.ctl(*words)
            self.assertEqual(wrong.returncode, 2)
            self.assertIn("expected SYSTEM=ID, as in crm=CASE-4711, but got crm", wrong.stderr)

    def test_is_classified_again(self):
        floor = self.folder / "floor.yaml"
        rule = "{id: gold, conditions: [{field: CONTACT_FIELD_CUSTOMER_SEGMENT, values: [gold]}], queues: [{queue: jobs}]}"
        floor.write_text(floor.read_text().replace("classification_rules:\n", f"classification_rules:\n  - {rule}\n"))
        self.done("apply", "-f", str(floor))
        ticket = self.chat()
        self.done("ticket", "update", ticket, "--segment", "gold", "--reclassify")
        self.assertEqual(json.loads(self.done("get", "ticket", ticket, "-o", "json"))["queue"], "jobs")
        self.assertIn("PRIORITY,CUSTOMER,CLASSIFICATION", self.done("history", "ticket", ticket))

    def test_the_first_of_a_queue_is_explained(self):
        self.assertIn("Nothing waits.", self.done("explain", "queue", "chats"))
        ticket = self.chat()
        said = self.done("explain", "queue", "chats")
        self.assertIn(f"The first that waits is ticket {ticket}:\nQUEUED in queue chats", said)
        self.assertIn("pass: client acme", said)
        explained = json.loads(self.done("explain", "queue", "chats", "-o", "json"))
        self.assertEqual(explained["first"]["ticketId"], ticket)
        self.assertEqual([queue["queue"] for queue in explained["statistics"]], ["chats"])
        refused = self.ctl("explain", "queue", "nowhere")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("QUEUE_NOT_FOUND", refused.stderr)

    def test_asks_something_else_of_agents(self):
        ticket = self.chat("--skill", "billing=9")
        self.ticket("update", ticket, "--skill", "billing=3", "--only-agent", "ana")
        self.assertEqual(self.shown(ticket)["changedRequirement"]["agents"], ["ana"])
        self.assertIn("reason=REQUIREMENT: skill billing >= 9 -> skill billing >= 3 and agent ana", self.done("history", "ticket", ticket))
        self.ticket("update", ticket, "--requirement-file", "-", stdin="all_of: [{any_of: [{skill: {skill: billing, level: 4}}]}]\n")
        self.assertEqual(self.shown(ticket)["requirement"]["allOf"][0]["anyOf"][0]["skill"], {"skill": "billing", "level": 4, "maxLevel": 10})
        self.ticket("update", ticket, "--ask-nothing")
        self.assertEqual(self.shown(ticket)["changedRequirement"], {})
        wrong = self.ctl("ticket", "update", ticket, "--requirement-file", "-", stdin="all_of: 3\n")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("all_of", wrong.stderr)
        unknown = self.ctl("ticket", "update", ticket, "--skill", "juggling=1")
        self.assertRegex(unknown.stderr, r"SKILL_UNKNOWN: .*'juggling'")
        self.chat("--skill", "billing=9")
        self.assertEqual(self.done("bulk", "requirement", "--skill", "billing=2", "--queue", "chats", "--as", "sue", "-y"),
                         "2 tickets match\n2 of 2 tickets changed\n")

    def test_gets_notes_messages_and_a_survey(self):
        ticket = self.chat()
        self.assertRegex(self.ticket("note", ticket, "waits for the bank", "--agent", "ana"), rf"^Note \d+ is on ticket {ticket}\n$")
        self.ticket("note", ticket, "-", stdin="two\nlines\n")
        notes = json.loads(self.done("get", "notes", "--ticket", ticket, "-o", "json"))["notes"]
        self.assertEqual([(note.get("agent"), note["text"]) for note in notes],
                         [("ana", "waits for the bank"), (None, "two\nlines\n")])
        self.assertRegex(self.ticket("message", ticket, "still waiting", "--from", "customer"),
                         rf"^Message \d+ is on ticket {ticket}, QUEUED\n$")
        self.ticket("message", ticket, "soon", "--from", "agent", "--agent", "ana", "--direction", "internal")
        messages = json.loads(self.done("get", "messages", "--ticket", ticket, "-o", "json"))["messages"]
        self.assertEqual([(one["author"], one["direction"], one["text"]) for one in messages[-2:]],
                         [("PARTY_CUSTOMER", "DIRECTION_INBOUND", "still waiting"), ("PARTY_AGENT", "DIRECTION_INTERNAL", "soon")])
        self.done("agent", "login", "ana", stdin="available\nwait\naccept\nfinish\ncomplete solved\nquit\n")
        self.assertEqual(self.ticket("survey", ticket, "--score", "csat=4/1-5", "--score", "nps=9/10"),
                         f"The survey is on ticket {ticket}\n")
        self.assertIn("SURVEY", self.done("history", "ticket", ticket))
        wrong = self.ctl("ticket", "survey", ticket, "--score", "csat=4")
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("as in csat=4/1-5, but got csat=4", wrong.stderr)
        self.assertIn("FIELD_OUT_OF_RANGE", self.ctl("ticket", "survey", ticket, "--score", "csat=9/1-5").stderr)


class Filters(CtlTest):

    def ids(self, *arguments):
        answer = json.loads(self.done("get", *arguments, "-o", "json"))
        [items] = answer.values()
        return [item["id"] for item in items]

    def test_choose_what_is_configured(self):
        for words, found in ((("agents", "--client", "acme"), ["ana"]), (("agents", "--team", "nobody"), []),
                             (("agents", "--routing-profile", "everything"), ["ana", "bob"]),
                             (("agents", "--process-type", "support", "--client", "globex"), ["bob"]),
                             (("agents", "--skill", "billing"), []), (("queues", "--office", "back"), ["jobs"]),
                             (("queues", "--urgency", "live"), ["chats"]), (("process-types", "--queue", "jobs"), ["bookkeeping"]),
                             (("routing-profiles", "--queue", "chats"), ["everything"])):
            with self.subTest(words=words):
                self.assertEqual(self.ids(*words), found)
        self.assertIn("chat", self.ids("channels", "--capacity-group", "messaging"))
        self.assertNotIn("voice", self.ids("channels", "--capacity-group", "messaging"))

    def test_that_do_not_fit_are_refused(self):
        for words, hint in ((("queues", "--team", "north"), "--team is one of agents"),
                            (("sites", "--client", "acme"), "--client is one of tickets, agents, queues"),
                            (("events",), "events are printed by `tandemctl events`")):
            with self.subTest(words=words):
                ended = self.ctl("get", *words)
                self.assertEqual(ended.returncode, 2)
                self.assertIn(hint, ended.stderr)


class Agent(TicketTest):

    def test_begins_work_of_their_own(self):
        text = self.done("agent", "login", "ana", stdin="available\nbegin chat support acme\nfinish\ncomplete solved\nquit\n")
        for part in ("begin: ticket ", " is ACTIVE", "finish: done, WRAP_UP", "complete: done"):
            self.assertIn(part, text)
        refused = self.ctl("agent", "login", "ana", stdin="available\nbegin chat support globex\nbegin chat\nquit\n")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("AGENT_NOT_QUALIFIED", refused.stdout)
        self.assertIn("begin: expected a channel, a process type and a client", refused.stdout)

    def wait(self, *lines):
        ended = self.ctl("agent", "login", "ana", stdin="\n".join([*lines, "wait 0.3", "quit"]) + "\n")
        self.assertEqual(ended.returncode, 1)
        return ended.stdout[ended.stdout.index("wait: no offer came\n"):]

    def test_is_told_why_no_offer_comes(self):
        self.assertIn("you are OFFLINE; `available` takes offers\n", self.wait())
        self.assertIn("no ticket waits in the agent's queues\n", self.wait("available"))
        self.chat(client="globex")
        self.assertIn("none of the tickets that wait in the agent's queues is for this agent", self.wait("available"))
        job = self.job()
        self.assertIn(f"ticket {job} waits in queue jobs; what keeps the agent from it: PULL_ONLY: the queue is claimed "
                      f"from, not offered\n`tandemctl explain agent ana` tells more\n", self.wait("available"))
        text = self.done("explain", "agent", "ana")
        self.assertRegex(text, r"^OFFLINE, since .*: takes nothing, OFFLINE\n")
        self.assertRegex(text, r"\njobs +\d+ +1 +1 +" + job + r" +OFFLINE\n")
        explained = json.loads(self.done("explain", "agent", "ana", "-o", "json"))
        self.assertEqual({queue["queue"]: queue["qualified"] for queue in explained["queues"]}["jobs"], "1")
        self.assertIn("what waits for it:\nOFFLINE", self.done("describe", "agent", "ana"))
        self.assertIn("AGENT_NOT_FOUND", self.ctl("explain", "agent", "nobody").stderr)
        floor = self.folder / "reserve.yaml"
        floor.write_text(FLOOR.replace("{queue: jobs, pull: true, no_push: true}]", "{queue: jobs}]\n    live_reserve: 1"))
        self.done("apply", "-f", str(floor))
        self.assertIn("LIVE_RESERVE: agents who could answer calls and chats are kept back for them", self.wait("available"))


class Picked(TicketTest):

    def test_an_agent_claims_the_ticket_that_is_wanted(self):
        first, wanted = self.job(), self.job()
        text = self.done("agent", "login", "ana", stdin=f"available\nclaim --ticket {wanted}\nquit\n")
        self.assertIn(f"claim: ticket {wanted} from queue jobs", text)
        self.assertIn("reason=PICKED", self.done("history", "ticket", wanted))
        away = self.ctl("agent", "login", "ana", stdin=f"claim --ticket {first}\nclaim --ticket\nquit\n")
        self.assertEqual(away.returncode, 1)
        self.assertIn("AGENT_CANNOT_TAKE_NOW", away.stdout)
        self.assertIn("claim: expected the ticket's id behind --ticket", away.stdout)

    def explained(self, ticket):
        return re.sub(r"\d\S+Z\b", "TIME", self.done("explain", "ticket", ticket)).splitlines()

    def test_it_is_told_why_it_was_this_agent_as_the_page_shows(self):
        [shown] = re.findall(r"^```text\n(\w+: OFFERED .*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
        of_offered, of_picked, of_given = re.sub(r"\d\S+Z\b", "TIME", re.sub(r"(?m)^\w+: ", "ana: ", shown)).splitlines()
        first, offered = self.chat(), self.chat()
        with self.logged_in("ana", "available", "wait"):
            self.done("supervise", "transfer", first, "--queue", "jobs")
            self.assertIn(of_offered, self.explained(offered))
            self.done("supervise", "transfer", offered, "--queue", "jobs")
            given = self.chat()
            self.done("supervise", "assign", given, "ana", "--as", "sue@acme")
            self.assertIn(of_given, self.explained(given))
            self.done("supervise", "transfer", given, "--queue", "jobs")
        picked = self.job()
        self.done("agent", "login", "ana", stdin=f"available\nclaim --ticket {picked}\nquit\n")
        self.assertIn(of_picked, self.explained(picked))


class Reviewed(TicketTest):

    def test_the_reviewer_judges_the_review_whatever_else_is_in_hand(self):
        floor = self.folder / "reviews.yaml"
        floor.write_text(FLOOR.replace("{id: bookkeeping, defaults: [{queue: jobs}]}",
                                       "{id: bookkeeping, defaults: [{queue: jobs}], review: {process_type: check}}\n"
                                       "  - {id: check, defaults: [{queue: jobs}]}")
                         .replace("clients: [globex]", "clients: [acme]").replace("[support, bookkeeping]", "[support, bookkeeping, check]")
                         .replace("{id: ana, ", "{id: ana, capacity: {groups: [{group: CAPACITY_GROUP_MESSAGING, max: 1}, "
                                                "{group: CAPACITY_GROUP_TASK, max: 1}]}, "))
        self.done("apply", "-f", str(floor))
        job = self.job()
        self.done("agent", "login", "bob", stdin="available\nclaim jobs\nstart\ncomplete solved\nquit\n")
        review = self.shown(job)["reviewTicketId"]
        text = self.done("agent", "login", "ana",
                         stdin=f"available\nbegin chat support acme\nclaim --ticket {review}\nstart {review}\n"
                               "send-back the amount is of last year\nfinish\ncomplete solved\nquit\n")
        self.assertIn("send-back: done", text)
        self.assertEqual((self.shown(job)["state"], self.shown(job)["reworkCount"]), ("TICKET_STATE_QUEUED", 1))
        without = self.ctl("agent", "login", "ana", stdin="approve\nquit\n")
        self.assertIn("expected a review that you work on, but there is none", without.stdout)


class IngestLines(CtlTest):

    def test_a_line_at_fault_is_told_whatever_characters_it_has(self):
        good = json.dumps({"channel": "chat", "client": "acme", "processType": "support"})
        bad = ('{"subject": "M\u00fcller \u00fc\u00fc\u00fc\u00fc\u00fc\u00fc" oops}', '{"subject": "ok", "note": "\U0001f600\U0001f600" oops}')
        done = self.ctl("ingest", "-f", "-", "-o", "json", stdin="\n".join([bad[0], good, bad[1]]) + "\n")
        self.assertEqual(done.returncode, 1, done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([bool(line.get("error")) for line in lines if "line" in line], [True, True, False])
        self.assertEqual(lines[-1]["summary"]["ingested"], 1, lines)


if __name__ == "__main__":
    unittest.main()
