#!/usr/bin/env python3
"""Goal: an engineer gets the same from tandem in every language. Method: one program a language does the same walk
against a server of this build, which is killed and started again on the way; each must say exactly what
tests/sdk/walk.txt says. tests/sdk/README.md tells the walk.

    deploy/dev/sdk && tests/sdk/conformance_test.py [Python] [Go] [TypeScript] [Java]
"""

import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
from tandem_server import BIN, Server  # noqa: E402

TESTS = ROOT / "tests/sdk"
SDK = ROOT / "build/sdk"
PYTHON = ROOT / "build/tools/sdk-python/bin/python"
WALK_SECONDS = 120


def run(*command, seconds=300, **options):
    """What the command printed; it has to succeed. Without a terminal, whose settings Maven would change."""
    ended = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           timeout=seconds, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    assert ended.returncode == 0, f"{command}: {ended.stdout}"
    return ended.stdout


class Walk:
    """What is asked of every language. A class below says how its programs are made and started."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.folder = ROOT / "build/sdk-tests" / cls.__name__.lower()
        cls.folder.mkdir(parents=True, exist_ok=True)
        cls.prepare()

    def test_says_what_all_say(self):
        self.assertEqual(self.walk(), (TESTS / "walk.txt").read_text().splitlines())

    def test_the_example_of_its_readme_runs(self):
        run(BIN / "tandemctl", "--address", self.server.address, "apply", "--yes", "-f", "deploy/starter")
        page = (ROOT / "build/sdk" / self.__class__.__name__.lower() / "README.md").read_text()
        example = re.search(r"^```(?:python|go|js|java)\n(.*?)^```", page, re.MULTILINE | re.DOTALL).group(1)
        self.assertIn("127.0.0.1:9400", example)
        printed = self.run_example(example.replace("127.0.0.1:9400", self.server.address))
        self.assertRegex(printed, r"\A[0-9a-f-]{36}\n\Z")

    def test_has_every_service(self):
        clients = [path for path in (ROOT / "deploy/sdk" / self.__class__.__name__.lower()).rglob("*lient.*")
                   if path.stem.lower() in ("client", "tandemclient") and "node_modules" not in path.parts]
        self.assertEqual(len(clients), 1)
        for proto in (ROOT / "proto/tandem/v1").glob("*_service.proto"):
            service = re.search(r"^service (\w+)", proto.read_text(), re.MULTILINE).group(1)
            self.assertIn(service, clients[0].read_text())

    def walk(self):
        """What the walk's program prints, but for its orders, which are obeyed."""
        orders = {"» kill the server": self.server.kill, "» start the server": self.server.start}
        said = []
        with subprocess.Popen([*self.command(), self.server.address, TESTS / "floor.json"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder) as process:
            watchdog = threading.Timer(WALK_SECONDS, process.kill)
            watchdog.start()
            for line in process.stdout:
                line = line.rstrip("\n")
                if line in orders:
                    orders[line]()
                    print(file=process.stdin, flush=True)
                else:
                    said.append(line)
            watchdog.cancel()
        self.assertEqual(process.returncode, 0, "\n".join(said))
        return said


class Python(Walk, unittest.TestCase):

    @classmethod
    def prepare(cls):
        run(PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--force-reinstall",
            SDK / "python")

    def command(self):
        return [PYTHON, TESTS / "python/walk.py"]

    def run_example(self, text):
        return run(PYTHON, "-c", text)


class Go(Walk, unittest.TestCase):

    @classmethod
    def prepare(cls):
        cls.go = run("deploy/dev/find-go", cwd=ROOT).strip()
        # Programs of their own, which name the SDK as the README tells to.
        module = (SDK / "go/go.mod").read_text().replace("module tandem", "module walk")
        module += f"\nrequire tandem v0.1.0\n\nreplace tandem => {SDK / 'go'}\n"
        (cls.folder / "go.mod").write_text(module)
        shutil.copy(SDK / "go/go.sum", cls.folder)
        cls.build("walk", (TESTS / "go/walk.go").read_text())
        run(cls.go, "vet", ".", cwd=SDK / "go")

    @classmethod
    def build(cls, name, text):
        (cls.folder / name).mkdir(exist_ok=True)
        (cls.folder / name / "main.go").write_text(text)
        run(cls.go, "build", "-o", cls.folder / "bin" / name, f"./{name}", cwd=cls.folder)

    def command(self):
        return [self.folder / "bin/walk"]

    def run_example(self, text):
        self.build("example", text)
        return run(self.folder / "bin/example")


class TypeScript(Walk, unittest.TestCase):

    @classmethod
    def prepare(cls):
        (cls.folder / "package.json").write_text('{"type": "module", "private": true}')
        run("npm", "install", "--silent", "--no-fund", "--no-audit", "--offline", "--install-links=false",
            SDK / "typescript", cwd=cls.folder)
        shutil.copy(TESTS / "typescript/walk.ts", cls.folder)
        run("node", SDK / "typescript/node_modules/typescript/bin/tsc", "--module", "nodenext", "--target", "es2022",
            "--strict", "--skipLibCheck", "--typeRoots", SDK / "typescript/node_modules/@types", "walk.ts", cwd=cls.folder)

    def command(self):
        return ["node", self.folder / "walk.js"]

    def run_example(self, text):
        (self.folder / "example.mjs").write_text(text)
        return run("node", "example.mjs", cwd=self.folder)


class Java(Walk, unittest.TestCase):

    @classmethod
    def prepare(cls):
        run("mvn", "--batch-mode", "--quiet", "--file", SDK / "java/pom.xml", "package", "dependency:copy-dependencies")
        target = SDK / "java/target"
        cls.path = f"{target / 'classes'}:{target / 'dependency'}/*:{cls.folder}"
        run("javac", "-d", cls.folder, "-cp", cls.path, TESTS / "java/Walk.java")

    def command(self):
        return ["java", "-cp", self.path, "Walk"]

    def run_example(self, text):
        (self.folder / "Example.java").write_text(text)
        return run("java", "-cp", self.path, self.folder / "Example.java")


if __name__ == "__main__":
    unittest.main()
