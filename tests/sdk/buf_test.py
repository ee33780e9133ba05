#!/usr/bin/env python3
"""Goal: who uses buf gets from it what `make sdk` makes, and hears of a change that clients can't read. Method: buf without a
network, by deploy/dev/buf; what it generates is compared with build/sdk, file by file, and it checks a small repository in
which the protos change.

    deploy/dev/sdk && tests/sdk/buf_test.py
"""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SDK = ROOT / "build/sdk"
LIMIT_SECONDS = 120
# Not generated from the protos, nor written by hand.
OTHERS = ("LICENSE", "channel.json", "node_modules", "dist", "target", "build", "__pycache__", "tandem_sdk.egg-info")
# buf is no protoc, so the plugins can't say which one called them.
PROTOC_VERSION = re.compile(r"^//[ \t-]+protoc +\S.*\n", re.MULTILINE)


def buf(*arguments, root=ROOT):
    return subprocess.run([root / "deploy/dev/buf", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=LIMIT_SECONDS)


def files_below(folder):
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if not any(name in path.parts for name in OTHERS)}


class Generate(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.out = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tandem-buf-")))
        ended = buf("generate", cls.out)
        assert ended.returncode == 0, ended.stdout

    def test_makes_what_make_sdk_makes(self):
        for language in ("python", "go", "typescript", "java"):
            with self.subTest(language=language):
                made = files_below(SDK / language) - files_below(ROOT / "deploy/sdk" / language)
                self.assertGreater(len(made), 20)
                self.assertEqual(files_below(self.out / language), made)
                for name in sorted(made):
                    texts = [PROTOC_VERSION.sub("", (root / language / name).read_text()) for root in (self.out, SDK)]
                    self.assertEqual(*texts, name)


class Check(unittest.TestCase):
    """In a repository of its own, with the protos and the tool."""

    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tandem-buf-")))
        shutil.copytree(ROOT / "proto", self.root / "proto")
        (self.root / "deploy/dev").mkdir(parents=True)
        shutil.copy(ROOT / "deploy/dev/buf", self.root / "deploy/dev")
        self.assertEqual(buf("lint").returncode, 0)  # So that buf is there.
        (self.root / "build/tools").mkdir(parents=True)
        for tool in (ROOT / "build/tools").glob("buf-[0-9]*"):
            (self.root / "build/tools" / tool.name).symlink_to(tool)
        for command in (("init", "--quiet"), ("add", "proto"), ("commit", "--quiet", "--message", "protos")):
            subprocess.run(["git", "-c", "user.name=test", "-c", "user.email=test@example.com", *command], cwd=self.root,
                           check=True)
        self.ticket = self.root / "proto/tandem/v1/ticket.proto"

    def change(self, old, new):
        text = self.ticket.read_text()
        self.assertIn(old, text)
        self.ticket.write_text(text.replace(old, new, 1))

    def test_lets_pass_what_is_the_same_and_what_is_added(self):
        self.assertEqual(buf("breaking", "HEAD", root=self.root).stdout, "")
        self.ticket.write_text(self.ticket.read_text() + "\n// New.\nmessage Added {\n  // A name.\n  string name = 1;\n}\n")
        ended = buf("breaking", "HEAD", root=self.root)
        self.assertEqual((ended.returncode, ended.stdout), (0, ""))

    def test_finds_a_field_whose_number_changed(self):
        self.change("string conversation_key = 4;", "string conversation_key = 994;")
        ended = buf("breaking", "HEAD", root=self.root)
        self.assertNotEqual(ended.returncode, 0)
        self.assertRegex(ended.stdout, r'field "4" with name "conversation_key" on message "Contact" was deleted')

    def test_finds_a_name_against_the_rules(self):
        self.change("string conversation_key = 4;", "string conversationKey = 4;")
        ended = buf("lint", root=self.root)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn('Field name "conversationKey" should be lower_snake_case', ended.stdout)

    def test_says_how_it_is_used(self):
        ended = buf("generate")
        self.assertEqual(ended.returncode, 2)
        self.assertIn("expected lint, breaking REVISION or generate OUT, but got 'generate'", ended.stdout)


if __name__ == "__main__":
    unittest.main()
