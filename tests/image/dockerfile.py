"""Reads a Dockerfile of the few instructions that ours has, and carries its steps out in folders, with chroot in the
place of a container. What it does not know it refuses, so nothing of the file is left out unnoticed.
"""

import fnmatch
import os
import pathlib
import re
import shlex
import shutil
import subprocess
from typing import NamedTuple

KNOWN = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "LABEL", "USER", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Step(NamedTuple):
    name: str
    text: str


class Image(NamedTuple):
    """What the last stage says of how it is run."""
    root: pathlib.Path
    user: str
    entrypoint: list
    ports: list


def parse(text):
    """The steps in order; lines that go on are joined, comments and blank lines are not there."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    steps = []
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        name, _, rest = line.partition(" ")
        if name not in KNOWN:
            raise ValueError(f"expected an instruction of {', '.join(sorted(KNOWN))}, but got '{line}'")
        steps.append(Step(name, rest.strip()))
    return steps


def flags_of(text):
    """({flag: value}, the rest) of the text of a RUN or COPY."""
    flags = {}
    while match := re.match(r"--([a-z]+)=(\S+)\s+", text):
        flags[match.group(1)] = match.group(2)
        text = text[match.end():]
    return flags, text


def ignored_by(patterns):
    """For shutil.copytree: leaves out what .dockerignore names, at the root or, after **/, anywhere."""
    def ignore(context, folder, names):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), context)
            if any(fnmatch.fnmatch(name, pattern[3:]) if pattern.startswith("**/") else path == pattern
                   for pattern in patterns):
                yield name
    return ignore


class Builder:
    """Builds below `folder`. `base` makes the root of an image that FROM names; `caches` is where RUN's caches are."""

    def __init__(self, context, folder, base, cache):
        self.context = pathlib.Path(context)
        self.folder = pathlib.Path(folder)
        self.base = base
        self.cache = cache
        self.roots = {}
        patterns = (self.context / ".dockerignore").read_text().split()
        ignore = ignored_by(patterns)
        self.ignore = lambda folder, names: set(ignore(self.context, folder, names))

    def build(self, text):
        arguments, image = {}, None
        for step in parse(text):
            print(f"--- {step.name} {step.text}", flush=True)
            if step.name == "ARG":
                name, _, value = step.text.partition("=")
                arguments[name] = value
                if image is not None:  # Of a stage: its RUNs see it.
                    self.environment[name] = value
            elif step.name == "FROM":
                image = self.begin(re.sub(r"\$\{(\w+)\}", lambda match: arguments[match.group(1)], step.text))
            elif step.name == "WORKDIR":
                self.workdir = step.text
                (self.root / step.text.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif step.name == "ENV":
                self.environment.update(word.split("=", 1) for word in shlex.split(step.text))
            elif step.name == "COPY":
                self.copy(step.text)
            elif step.name == "RUN":
                self.run(step.text)
            elif step.name == "USER":
                image = image._replace(user=step.text)
            elif step.name == "EXPOSE":
                image = image._replace(ports=[int(port) for port in step.text.split()])
            elif step.name == "ENTRYPOINT":
                image = image._replace(entrypoint=[word.strip('"') for word in re.findall(r'"[^"]*"', step.text)])
        return image

    def begin(self, text):
        name, _, stage = text.partition(" AS ")
        self.root = self.folder / (stage or "image")
        self.workdir, self.environment = "/", {}
        if name == "scratch":
            self.root.mkdir(parents=True)
        else:
            self.base(name, self.root)
        self.roots[stage] = self.root
        return Image(self.root, "0:0", [], [])

    def resume(self, stage, workdir):
        """The root of a stage, in which the next steps are carried out."""
        self.root, self.workdir, self.environment = self.roots[stage], workdir, {}
        return self.root

    def inside(self, path):
        return self.root / os.path.join(self.workdir, path).lstrip("/")

    def copy(self, text):
        flags, rest = flags_of(text)
        *sources, target = rest.split()
        for source in sources:
            origin = self.roots[flags["from"]] / source.lstrip("/") if "from" in flags else self.context / source
            destination = self.inside(target)
            if origin.is_dir():
                shutil.copytree(origin, destination, symlinks=True, dirs_exist_ok=True,
                                ignore=None if "from" in flags else self.ignore)
            else:
                if target.endswith("/"):
                    destination = destination / origin.name
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin, destination)

    def run(self, text):
        flags, command = flags_of(text)
        mounts = [("proc", "proc", self.root / "proc", "-t"), ("/dev", None, self.root / "dev", "--rbind")]
        if "mount" in flags:
            fields = dict(field.split("=") for field in flags["mount"].split(","))
            assert fields["type"] == "cache", text
            mounts.append((str(self.cache), None, self.root / fields["target"].lstrip("/"), "--bind"))
        for source, kind, target, option in mounts:
            target.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", option, *([kind] if kind else []), source, target], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        try:
            subprocess.run(["chroot", self.root, "/bin/sh", "-c", f"cd {shlex.quote(self.workdir)} && {command}"],
                           check=True, env={"PATH": PATH, **self.environment}, stdin=subprocess.DEVNULL)
        finally:
            for mount in reversed(mounts):
                subprocess.run(["umount", "--recursive", mount[2]], check=True)
