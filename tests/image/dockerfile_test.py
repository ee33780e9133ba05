#!/usr/bin/env python3
"""Goal: the Dockerfile keeps what an image promises to who runs it: nobody is root, there is no shell to run, and no secret
is in a layer. Method: its text is held to rules, and each rule finds an example that breaks it; the one step that depends on
an argument is run. deploy/dev/image-check builds the image and runs it, on request.

    tests/image/dockerfile_test.py
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/image"))
import dockerfile  # noqa: E402

TEXT = (ROOT / "Dockerfile").read_text()
BASE = re.compile(r"debian:\d+\.\d+-slim(@sha256:[0-9a-f]{64})?")
SECRET = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|DATABASE_URL|_KEY\b", re.IGNORECASE)
# Where people keep secrets beside the sources: compose.yaml has them put a password there.
KEPT_OUT = {".env", ".git"}


def stages_of(steps):
    """The steps of each stage, FROM first, after those before the first FROM."""
    stages = [[]]
    for step in steps:
        if step.name == "FROM":
            stages.append([])
        stages[-1].append(step)
    return stages[0], stages[1:]


def pod():
    deployment = yaml.safe_load((ROOT / "deploy/kubernetes/base/deployment.yaml").read_text())
    return deployment["spec"]["template"]["spec"]


def findings(text, ignored):
    """One line for each rule that does not hold: `rule: what was expected`. `ignored` is the text of .dockerignore."""
    first, stages = stages_of(dockerfile.parse(text))
    arguments = dict(step.text.split("=", 1) for step in first if step.name == "ARG")
    last = {}
    for step in stages[-1]:
        last.setdefault(step.name, []).append(step.text)

    if len(stages) < 2:
        yield "stages: expected one that builds and one that runs"
    if stages[0][0].text != "${DEBIAN} AS build" or not BASE.fullmatch(arguments.get("DEBIAN", "")):
        yield "base: expected an argument DEBIAN with a version, for a digest to be given in its place"
    if last["FROM"] != ["scratch"] or "RUN" in last:
        yield "shell: expected a last stage from scratch, in which nothing is run"
    if any(not copied.startswith("--from=build ") for copied in last.get("COPY", [])):
        yield "sources: expected the last stage to take from the build alone"
    security = pod()["securityContext"]
    if last.get("USER") != [f"{security['runAsUser']}:{security['runAsGroup']}"] or not security["runAsUser"]:
        yield "user: expected the number of the pod's user, who is not root"
    ports = [str(port["containerPort"]) for port in pod()["containers"][0]["ports"]]
    if last.get("EXPOSE") != [" ".join(ports)]:
        yield "ports: expected those of the pod"
    try:
        entrypoint = json.loads(last.get("ENTRYPOINT", [""])[-1])
    except json.JSONDecodeError:
        entrypoint = None  # A shell would be asked to run it.
    if entrypoint != ["/usr/bin/tandemd"]:
        yield "entrypoint: expected the server as a list of words, without a shell"
    if "STOPSIGNAL" in last and last["STOPSIGNAL"] != ["SIGTERM"]:
        yield "stop: expected SIGTERM, at which the server lets calls end"
    for step in dockerfile.parse(text):
        if step.name in ("ARG", "ENV", "LABEL", "RUN") and SECRET.search(step.text):
            yield f"secret: expected none in a layer, but {step.name} names one: {step.text}"
        if step.name == "COPY" and any(word.startswith(".env") for word in step.text.split()):
            yield f"secret: expected none in a layer, but COPY takes one: {step.text}"
    if not KEPT_OUT <= set(ignored.split()):
        yield f"secret: expected .dockerignore to keep out {', '.join(sorted(KEPT_OUT))}"


# What each rule has to find: a part of the file, and what stands in its place.
EXAMPLES = {
    "stages": [(TEXT[TEXT.index("FROM ${DEBIAN}"):TEXT.index("FROM scratch")], "")],
    "base": [("debian:12.11-slim\n\n", "debian:latest\n\n"), ("debian:12.11-slim\n\n", "debian:12.11-slim@sha256:12\n\n"),
             ("FROM ${DEBIAN} AS", "FROM debian:12.11-slim AS")],
    "shell": [("FROM scratch", "FROM debian:12.11-slim"), ("USER 65532", "RUN true\nUSER 65532")],
    "sources": [("COPY --from=build /image /", "COPY --from=build /image /\nCOPY deploy /deploy")],
    "user": [("USER 65532:65532\n", ""), ("USER 65532:65532", "USER 0:0"), ("USER 65532:65532", "USER tandem")],
    "ports": [("EXPOSE 9400 9401", "EXPOSE 9400")],
    "entrypoint": [('ENTRYPOINT ["/usr/bin/tandemd"]', "ENTRYPOINT /usr/bin/tandemd"),
                   ('ENTRYPOINT ["/usr/bin/tandemd"]', 'ENTRYPOINT ["/bin/sh", "-c", "/usr/bin/tandemd"]'),
                   ('ENTRYPOINT ["/usr/bin/tandemd"]\n', "")],
    "stop": [("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL")],
    "secret": [("EXPOSE", "ENV TANDEM_DATABASE_PASSWORD=word\nEXPOSE"), ("ARG SNAPSHOT", "ARG NPM_TOKEN\nARG SNAPSHOT"),
               ("COPY . .", "COPY .env .\nCOPY . .")],
}


class Dockerfile(unittest.TestCase):

    def test_keeps_to_the_rules(self):
        self.assertEqual(list(findings(TEXT, (ROOT / ".dockerignore").read_text())), [])
        self.assertEqual(list(findings(TEXT.replace("debian:12.11-slim\n\n", f"debian:12.11-slim@sha256:{'0' * 64}\n\n"),
                                       (ROOT / ".dockerignore").read_text())), [])

    def test_each_rule_finds_its_example(self):
        rules = set(re.findall(r'yield f?"([a-z]+): ', pathlib.Path(__file__).read_text()))
        self.assertEqual(rules, set(EXAMPLES))
        ignored = (ROOT / ".dockerignore").read_text()
        for rule, changes in EXAMPLES.items():
            for old, new in changes:
                with self.subTest(rule=rule, change=new or old):
                    self.assertEqual(TEXT.count(old), 1)
                    found = [finding.split(": ")[0] for finding in findings(TEXT.replace(old, new), ignored)]
                    self.assertIn(rule, found)
        self.assertIn("secret", [finding.split(": ")[0] for finding in findings(TEXT, ".git\nbuild\n")])

    def test_takes_packages_of_one_moment_when_it_is_told_to(self):
        step = next(step for step in dockerfile.parse(TEXT) if step.name == "RUN" and "snapshot.debian.org" in step.text)
        with tempfile.TemporaryDirectory() as folder:
            target = pathlib.Path(folder) / "debian.sources"
            command = step.text.replace("/etc/apt/sources.list.d/debian.sources", str(target))
            self.assertNotEqual(command, step.text)
            subprocess.run(["/bin/sh", "-c", command], env={"SNAPSHOT": ""}, check=True)
            self.assertFalse(target.exists(), "expected Debian's own packages")
            subprocess.run(["/bin/sh", "-c", command], env={"SNAPSHOT": "20250901T000000Z"}, check=True)
            stanzas = [dict(line.split(": ", 1) for line in stanza.splitlines())
                       for stanza in target.read_text().split("\n\n")]
            self.assertEqual([(stanza["URIs"], stanza["Suites"]) for stanza in stanzas], [
                ("http://snapshot.debian.org/archive/debian/20250901T000000Z", "bookworm bookworm-updates"),
                ("http://snapshot.debian.org/archive/debian-security/20250901T000000Z", "bookworm-security")])
            for stanza in stanzas:
                self.assertIn("Signed-By", stanza)
                self.assertEqual(stanza["Check-Valid-Until"], "no")
            # What apt itself would ask for; nothing is asked.
            uris = subprocess.run(
                ["apt-get", "update", "--print-uris", "-o", f"Dir::Etc::SourceParts={folder}", "-o",
                 "Dir::Etc::SourceList=/dev/null"], check=True, text=True, stdout=subprocess.PIPE).stdout
            self.assertEqual(sorted(re.findall(r"http://snapshot\.debian\.org/archive/(\S+)/InRelease", uris)), [
                "debian-security/20250901T000000Z/dists/bookworm-security", "debian/20250901T000000Z/dists/bookworm",
                "debian/20250901T000000Z/dists/bookworm-updates"])


if __name__ == "__main__":
    unittest.main()
