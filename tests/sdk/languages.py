"""How a program that uses an SDK is made in each language: in a project of its own, where the SDK is installed by the commands
of its README, as a wheel, a module, a tarball or an artifact, with nothing else than what it brings along. deploy/dev/sdk made
the packages before."""

import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests/sdk"
SDK = ROOT / "build/sdk"
# What each language's programs do; README.md tells.
PROGRAMS = ("walk", "calls", "session")


def run(*command, seconds=300, **options):
    """What the command printed; it has to succeed. Without a terminal, whose settings Maven would change."""
    ended = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           timeout=seconds, stdin=subprocess.DEVNULL, start_new_session=True, **options)
    assert ended.returncode == 0, f"{command}: {ended.stdout}"
    return ended.stdout


class Language:
    """`prepare` makes the project and its programs; `command` starts one of them, also in a later run."""

    def __init__(self):
        self.name = type(self).__name__.lower()
        self.folder = ROOT / "build/sdk-tests" / self.name
        self.sources = TESTS / self.name

    def prepare(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.make()

    @property
    def readme(self):
        return ROOT / "deploy/sdk" / self.name / "README.md"

    def blocks(self, kind):
        return re.findall(rf"^```{kind}\n(.*?)^```", self.readme.read_text(), re.MULTILINE | re.DOTALL)

    def with_parts(self, frame, parts):
        """The text of a file in which the parts of programs of the README are put in their places."""
        text = (self.sources / frame).read_text()
        for number, part in enumerate(parts, 1):
            assert f"/* part {number} */" in text, f"expected a place for part {number} of {self.readme} in {frame}"
            text = text.replace(f"/* part {number} */", part)
        return text

    def install(self, **environment):
        """What the README says, in the project's folder."""
        commands = self.blocks("sh")[0]
        assert "build/sdk" in commands, commands
        commands = re.sub(r"(?:PATH/)?build/sdk", str(SDK), commands)
        run("bash", "-euc", commands, cwd=self.folder, env={**os.environ, **environment})


class Python(Language):

    def make(self):
        run("python3", "-m", "venv", self.folder / "venv")
        self.install(PATH=f"{self.folder / 'venv/bin'}:{os.environ['PATH']}",
                     PIP_CONSTRAINT=str(ROOT / "deploy/sdk/python/constraints.txt"))

    def command(self, program):
        return [self.folder / "venv/bin/python", self.sources / f"{program}.py"]

    def run_example(self, text):
        return run(self.folder / "venv/bin/python", "-c", text, cwd=self.folder)


class Go(Language):

    def make(self):
        self.go = run("deploy/dev/find-go", cwd=ROOT).strip()
        run(self.go, "mod", "init", "programs", cwd=self.folder)
        for program in PROGRAMS:
            self.add(program, (self.sources / f"{program}.go").read_text())
        self.add("parts", self.with_parts("parts.go", self.blocks("go")[1:]))
        self.install(PATH=f"{pathlib.Path(self.go).parent}:{os.environ['PATH']}")
        (self.folder / "bin").mkdir()
        run(self.go, "build", "-o", "bin", *(f"./{program}" for program in (*PROGRAMS, "parts")), cwd=self.folder)
        run(self.go, "vet", ".", cwd=SDK / "go")

    def add(self, program, text):
        (self.folder / program).mkdir()
        (self.folder / program / "main.go").write_text(text)

    def command(self, program):
        return [self.folder / "bin" / program]

    def run_example(self, text):
        self.add("example", self.with_parts("example.go", [text]))
        return run(self.go, "run", "./example", cwd=self.folder)


class TypeScript(Language):

    def make(self):
        (self.folder / "package.json").write_text('{"type": "module", "private": true}')
        # Packed, as from a registry: by itself npm makes a link to a folder.
        self.install(npm_config_install_links="true", npm_config_prefer_offline="true", npm_config_audit="false")
        for program in PROGRAMS:
            shutil.copy(self.sources / f"{program}.ts", self.folder)
        (self.folder / "parts.ts").write_text(self.with_parts("parts.ts", self.blocks("ts")))
        # The compiler and the types of Node are those that the SDK is built with.
        modules = SDK / "typescript/node_modules"
        run("node", modules / "typescript/bin/tsc", "--module", "nodenext", "--target", "es2022", "--strict", "--skipLibCheck",
            "--typeRoots", modules / "@types", *(f"{program}.ts" for program in (*PROGRAMS, "parts")), cwd=self.folder)

    def command(self, program):
        return ["node", self.folder / f"{program}.js"]

    def run_example(self, text):
        (self.folder / "example.mjs").write_text(text)
        return run("node", "example.mjs", cwd=self.folder)


class Java(Language):

    def make(self):
        self.install()
        shutil.copy(self.sources / "pom.xml", self.folder)
        code = self.folder / "src/main/java"
        code.mkdir(parents=True)
        for program in (*PROGRAMS, "writers"):
            shutil.copy(self.sources / f"{program.capitalize()}.java", code)
        (code / "Parts.java").write_text(self.with_parts("Parts.java", self.blocks("java")[1:]))
        run("mvn", "--batch-mode", "--quiet", "package", "dependency:copy-dependencies", cwd=self.folder)

    @property
    def path(self):
        return f"{self.folder / 'target/classes'}:{self.folder / 'target/dependency'}/*"

    def command(self, program):
        # Writers looks behind what the SDK makes public.
        package = "io.tandem." if program == "writers" else ""
        return ["java", "-cp", self.path, package + program.capitalize()]

    def run_example(self, text):
        (self.folder / "Example.java").write_text(self.with_parts("Example.java", [text]))
        return run("java", "-cp", self.path, self.folder / "Example.java")


ALL = (Python, Go, TypeScript, Java)
