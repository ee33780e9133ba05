#!/usr/bin/env python3
"""Goal: the same sources give the same programs, wherever and whenever they are built. Method: copies of the repository in
folders of their own and with times of their own, built without and with ccache, and some of what they make is compared byte
for byte: a library, an object that names its file, and one that knows the version.

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
MADE = ("server/http/libtandem_http.a", "router/CMakeFiles/tandem_router.dir/routing.cc.o",
        "server/CMakeFiles/tandem_options.dir/options.cc.o")


class Reproducible(unittest.TestCase):

    def built(self, folder, **environment):
        """What a copy of the sources in this folder makes, by hash; its debug information is a part of it."""
        sources = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tandem-made-", dir="/tmp"))) / folder
        shutil.copytree(ROOT, sources, copy_function=shutil.copy,
                        ignore=lambda folder, names: {"build", ".git"} & set(names) if pathlib.Path(folder) == ROOT else set())
        for command in (["cmake", "--preset", "release"], ["ninja", "-C", "build/release", *MADE]):
            ended = subprocess.run(command, cwd=sources, env={**os.environ, **environment}, text=True, timeout=LIMIT_SECONDS,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(ended.returncode, 0, ended.stdout)
        return {made: hashlib.sha256((sources / "build/release" / made).read_bytes()).hexdigest() for made in MADE}

    def test_the_same_sources_make_the_same_objects_in_any_folder(self):
        here = self.built("src", CCACHE_DISABLE="1")
        self.assertEqual(here, self.built("in/a/folder/with/a/longer/name", CCACHE_DISABLE="1"))
        cache = self.enterContext(tempfile.TemporaryDirectory(prefix="tandem-ccache-", dir="/tmp"))
        self.assertEqual(here, self.built("through-a-cache", CCACHE_DIR=cache))


if __name__ == "__main__":
    unittest.main()
