#!/usr/bin/env python3
"""Goal: what the documents point to is there. Method: reads every *.md of the repository and looks its links, the
files it names, its `make` targets and its generated parts up.

    tests/docs/docs_test.py
"""

import os
import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import reference  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
IGNORED_FOLDERS = {".git", "build", ".cache", "node_modules", "__pycache__"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
# `router/router.h` and the like: a path from the root, in backticks. Wildcards and placeholders name no one file.
NAMED_FILE = re.compile(r"`((?:router|server|proto|deploy|tests|docs|\.ci)/[\w./-]*)`")
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def documents():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in IGNORED_FOLDERS]
        for name in names:
            if name.endswith(".md"):
                yield pathlib.Path(folder) / name


def anchor_of(heading):
    """The anchor that a heading gets on the usual hosting sites."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", lambda match: match.group(1) or "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors(page):
    text = CODE_BLOCK.sub("", page.read_text())
    return {anchor_of(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


def receiver_of_webhooks():
    """The page, and the function of its receiver that verifies a request."""
    page = (ROOT / "docs/how-to/receive-webhooks.md").read_text()
    code = re.search(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL).group(1)
    names = {"__name__": "receiver"}
    exec(compile(code, "receive-webhooks.md", "exec"), names)
    return page, names["payload_of"]


class Documents(unittest.TestCase):

    def test_every_relative_link_leads_somewhere(self):
        for page in documents():
            for target in LINK.findall(CODE_BLOCK.sub("", page.read_text())):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                with self.subTest(page=str(page.relative_to(ROOT)), link=target):
                    self.assertTrue(file.exists(), "expected the file that the link names")
                    if anchor and file.suffix == ".md":
                        self.assertIn(anchor, anchors(file))

    def test_the_figures_of_the_readme_are_those_of_the_page_that_tells_how_to_get_them(self):
        figure = re.compile(r"\d[\d,.]*")
        page = (ROOT / "docs/how-to/reproduce-the-figures.md").read_text()
        measured = page.split("\n## What was measured")[1].split("\nWhy:\n")[0]
        # What a line of a table begins with is a target, or a shape.
        measured = "\n".join(re.sub(r"^\|[^|]*\|", "", line) for line in measured.splitlines())
        told = {text.rstrip(".,") for text in figure.findall(measured)}
        numbers = (ROOT / "README.md").read_text().split("\n## Numbers\n")[1].split("\n## ")[0]
        rows = [line.split("|")[2] for line in numbers.splitlines() if line.startswith("| ")][2:]
        self.assertGreater(len(rows), 5)
        for row in rows:
            with self.subTest(measured=row):
                self.assertEqual({text.rstrip(".,") for text in figure.findall(row)} - told, set())

    def test_every_file_they_name_exists(self):
        for page in documents():
            for named in NAMED_FILE.findall(page.read_text()):
                with self.subTest(page=str(page.relative_to(ROOT)), file=named):
                    self.assertTrue((ROOT / named).exists())

    def test_every_make_target_they_name_exists(self):
        targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        for page in documents():
            text = page.read_text()
            # In prose only `make x` in backticks is a command; in a code block, a line that begins with it.
            named = re.findall(r"`make ([a-z0-9-]+)", text)
            for block in CODE_BLOCK.findall(text):
                named += re.findall(r"^(?:\$ )?make ([a-z0-9-]+)", block, re.MULTILINE)
            for target in named:
                with self.subTest(page=str(page.relative_to(ROOT)), target=target):
                    self.assertIn(target, targets)

    def test_the_index_of_decisions_is_complete(self):
        folder = ROOT / "docs/adr"
        index = (folder / "README.md").read_text()
        decisions = sorted(path.name for path in folder.glob("[0-9]*.md"))
        self.assertEqual(decisions, re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", index))
        for number, name in enumerate(decisions, 1):
            with self.subTest(decision=name):
                self.assertTrue(name.startswith(f"{number:04d}-"), "expected numbers without a gap")
                headings = re.findall(r"^## (.*)$", (folder / name).read_text(), re.MULTILINE)
                self.assertEqual(headings, ["Context", "Decision", "Consequences", "What would change our mind"])

    def test_the_generated_parts_are_up_to_date(self):
        for path, part in reference.generated_parts(ROOT).items():
            with self.subTest(page=path):
                page = (ROOT / path).read_text()
                self.assertEqual(reference.with_part(page, part), page, "expected tests/docs/reference.py to have run")

    def test_the_request_that_the_page_about_webhooks_shows_is_signed(self):
        page, payload_of = receiver_of_webhooks()
        shown = re.search(r"^```text\nPOST [^\n]*\n(.*?)\n\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
        headers = dict(line.split(": ") for line in shown[1].splitlines())
        body = "".join(map(str.strip, shown[2].splitlines())).encode()
        [secret] = re.findall(r"`(whsec_\w+)`", page)
        payload = payload_of(headers, body, [secret], int(headers["webhook-timestamp"]))
        self.assertEqual(set(payload), {"type", "timestamp", "workspace", "data", "ticket"})

    def test_the_receiver_of_webhooks_believes_who_signed_and_nobody_else(self):
        _, payload_of = receiver_of_webhooks()
        # The example that the specification's libraries test themselves with.
        secret, body, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}', 1614265330
        headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": str(now),
                   "webhook-signature": "v1,bm90aGluZw== v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
        other = "whsec_" + "A" * 32
        self.assertEqual(payload_of(headers, body, [other, secret], now), {"test": 2432232314})
        self.assertIsNone(payload_of(headers, body, [other], now))
        self.assertIsNone(payload_of(headers, body + b" ", [secret], now))
        self.assertIsNone(payload_of(headers, body, [secret], now + 301))
        self.assertIsNone(payload_of(headers, body, [secret], now - 301))
        for name in headers:
            with self.subTest(without=name):
                self.assertIsNone(payload_of({key: headers[key] for key in headers if key != name}, body, [secret], now))

    def test_every_error_reason_is_described(self):
        proto = (ROOT / "proto/tandem/v1/error.proto").read_text()
        described = set(re.findall(r"^\| `([A-Z0-9_]+)` \| \d+ \|", (ROOT / "docs/reference/errors.md").read_text(),
                                   re.MULTILINE))
        reasons = set(re.findall(r"ERROR_REASON_(\w+) = [1-9]", proto))
        self.assertGreater(len(reasons), 40)
        self.assertEqual(described, reasons)

    def test_every_rpc_is_described(self):
        page = (ROOT / "docs/reference/rpcs.md").read_text()
        said = dict(re.findall(r"^### (\w+)\n\nRequest: [^\n]*\n(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL))
        there = []
        for path in sorted((ROOT / "proto/tandem/v1").glob("*.proto")):
            there += re.findall(r"^\s*rpc\s+(\w+)", path.read_text(), re.MULTILINE)
        self.assertGreater(len(there), 140)
        self.assertEqual(len(set(there)), len(there), "expected names that are anchors of one page")
        self.assertEqual(set(said), set(there))
        for name in there:
            with self.subTest(rpc=name):
                self.assertTrue(said[name].strip(), "expected a comment of the rpc")

    def test_every_column_of_the_schema_is_described(self):
        page = (ROOT / "docs/reference/sql-schema.md").read_text()
        said = {}
        for section in re.split(r"^## ", page, flags=re.MULTILINE):
            if match := re.match(r"tandem\.(\w+)\n", section):
                said[match.group(1)] = dict(re.findall(r"^\| `(\w+)` \| \w+ \| \w* \| (.*) \|$", section, re.MULTILINE))
        there = []
        for path in sorted((ROOT / "server/store/migrations").glob("*.sql")):
            sql = path.read_text()
            for table, body in re.findall(r"CREATE TABLE IF NOT EXISTS tandem\.(\w+) \(\n(.*?)^\)", sql,
                                          re.MULTILINE | re.DOTALL):
                there += [(table, column) for column in re.findall(r"^  ([a-z]\w*) ", body, re.MULTILINE)]
            there += re.findall(r"ALTER TABLE tandem\.(\w+)\s+ADD COLUMN IF NOT EXISTS (\w+)", sql)
        self.assertGreater(len(there), 280)
        for table, column in there:
            with self.subTest(table=table, column=column):
                self.assertTrue(said.get(table, {}).get(column, "").strip(), "expected a COMMENT ON COLUMN")


if __name__ == "__main__":
    unittest.main()
