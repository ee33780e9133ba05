#!/usr/bin/env python3
"""Goal: the same sources give the same programs, wherever and whenever they are built. Method: copies of the repository in
folders of their own and with times of their own, built without and with ccache, and some of what they make is compared byte
for byte: a library, and the objects of a source that names its file and of one that knows the version.

    tests/image/reproducible_test.py
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 600
LIBRARY = "server/http/libtandem_http.a"
SOURCES = ("router/ticket_commands.cc", "server/options.cc")


class Reproducible(unittest.TestCase):

    def built(self, folder, **environment):
        """What a copy of the sources in this folder makes, by hash; its debug information is a part of it."""
        sources = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tandem-made-", dir="/tmp"))) / folder
        shutil.copytree(ROOT, sources, copy_function=shutil.copy,
                        ignore=lambda folder, names: {"build", ".git"} & set(names) if pathlib.Path(folder) == ROOT else set())
        self.run_in(sources, ["cmake", "--preset", "release"], environment)
        build = sources / "build/release"
        made = [LIBRARY, *(self.object_of(source, sources, build) for source in SOURCES)]
        self.run_in(sources, ["ninja", "-C", str(build), *made], environment)
        return {name: hashlib.sha256((build / name).read_bytes()).hexdigest() for name in made}

    def run_in(self, folder, command, environment):
        ended = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, text=True, timeout=LIMIT_SECONDS,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(ended.returncode, 0, ended.stdout)

    def object_of(self, source, sources, build):
        """The object that the source is compiled into, with others of its library."""
        including = f'#include "{sources / source}"'
        unities = [file for file in build.glob(f"{pathlib.Path(source).parent}/CMakeFiles/*/Unity/*.cxx")
                   if including in file.read_text()]
        self.assertEqual(len(unities), 1, f"expected {source} to be compiled with others, once")
        return str(unities[0].relative_to(build)) + ".o"

    def test_the_same_sources_make_the_same_objects_in_any_folder(self):
        here = self.built("src", CCACHE_DISABLE="1")
        self.assertEqual(here, self.built("in/a/folder/with/a/longer/name", CCACHE_DISABLE="1"))
        cache = self.enterContext(tempfile.TemporaryDirectory(prefix="tandem-ccache-", dir="/tmp"))
        self.assertEqual(here, self.built("through-a-cache", CCACHE_DIR=cache))


if __name__ == "__main__":
    unittest.main()
