#!/usr/bin/env python3
"""Goal: the image that the Dockerfile describes can be built, is small, and runs as nobody on a root that it can't
write. Method: the Dockerfile's own steps, in folders; the base image is Debian's packages; then the programs of the last
stage over a PostgreSQL with TLS.

    deploy/dev/image-check      makes the mounts invisible to others and runs this
"""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests/support")]
import dockerfile  # noqa: E402
from private_postgres import PrivatePostgres, free_port, give_to_postgres  # noqa: E402

# The programs get an environment of their own, without the PATH that finds it.
CHROOT = shutil.which("chroot", path=dockerfile.PATH)
LARGEST_MB = 80
READY_SECONDS = 30


def debian_of(name, root):
    """What stands for Debian's image: the smallest Debian of the same version, from where this machine has its own."""
    version = re.fullmatch(r"debian:(\d+)\.\d+-slim(@sha256:[0-9a-f]{64})?", name).group(1)
    assert f'VERSION_ID="{version}"' in pathlib.Path("/etc/os-release").read_text(), name
    lines = subprocess.run(
        ["apt-get", "indextargets", "--format", "deb $(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages",
         "Origin: Debian"], check=True, text=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["mmdebstrap", "--variant=minbase", "--quiet", "bookworm", root, "-"], check=True, text=True,
                   input="".join(sorted(set(lines.splitlines(keepends=True)))))


def compiler_cache():
    folder = subprocess.run(["ccache", "--get-config", "cache_dir"], check=True, text=True, stdout=subprocess.PIPE)
    path = pathlib.Path(folder.stdout.strip())
    path.mkdir(parents=True, exist_ok=True)
    return path


def certify(folder):
    """A key and a certificate for `localhost`, signed by nobody else, as PostgreSQL wants them."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "server.key", "-out",
                    folder / "server.crt"], check=True, stderr=subprocess.DEVNULL)
    for name in ("server.key", "server.crt"):
        give_to_postgres(folder / name)


class ImageTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.resources = contextlib.ExitStack()
        cls.addClassCleanup(cls.resources.close)
        folder = cls.resources.enter_context(tempfile.TemporaryDirectory(prefix="tandem-image-", dir="/var/tmp"))
        os.chmod(folder, 0o755)
        cls.builder = dockerfile.Builder(ROOT, pathlib.Path(folder), debian_of, compiler_cache())
        cls.image = cls.builder.build((ROOT / "Dockerfile").read_text())
        # As with a read-only root of Kubernetes; what is mounted over it there is the authority of the database and, as by
        # every container engine, the names of hosts.
        subprocess.run(["mount", "--bind", cls.image.root, cls.image.root], check=True)
        cls.resources.callback(subprocess.run, ["umount", cls.image.root], check=True)
        cls.postgres = PrivatePostgres("ssl = on")
        cls.resources.callback(cls.postgres.stop)
        certify(cls.postgres.data)
        (cls.image.root / "etc/tandem").mkdir()
        shutil.copy(cls.postgres.data / "server.crt", cls.image.root / "etc/tandem/ca.crt")
        (cls.image.root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        subprocess.run(["mount", "-o", "remount,ro,bind", cls.image.root], check=True)
        cls.postgres.start()
        cls.postgres.make_database()

    def command(self, *arguments, entrypoint=None):
        return [CHROOT, f"--userspec={self.image.user}", self.image.root, *(entrypoint or self.image.entrypoint),
                *arguments]

    def environment(self, **more):
        return {"TANDEM_DATABASE_URL": self.postgres.url(host="localhost"), "PGSSLMODE": "verify-full",
                "PGSSLROOTCERT": "/etc/tandem/ca.crt", "TANDEM_LOG_FORMAT": "json", **more}

    def run_program(self, *arguments, environment=None, entrypoint=None):
        return subprocess.run(self.command(*arguments, entrypoint=entrypoint), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=environment or {}, stdin=subprocess.DEVNULL)

    def test_holds_the_programs_and_no_shell(self):
        self.assertEqual(sorted(os.listdir(self.image.root / "usr/bin")), ["tandemctl", "tandemd"])
        size = sum(path.lstat().st_size for path in self.image.root.rglob("*") if path.is_file())
        print(f"the image has {size / 1e6:.0f} MB")
        self.assertLess(size, LARGEST_MB * 1e6)

    def test_is_run_by_a_user_who_is_not_root(self):
        self.assertEqual(self.image.user, "65532:65532")
        self.assertEqual(self.image.ports, [9400, 9401])

    def test_says_which_packages_are_in_it(self):
        names = os.listdir(self.image.root / "var/lib/dpkg/status.d")
        self.assertTrue({"libc6", "libgrpc++1.51", "libpq5", "tzdata", "ca-certificates"} <= set(names), names)

    def test_the_same_programs_make_the_same_files(self):
        build = self.builder.resume("build", "/src")
        self.builder.run("deploy/dev/image-root /again build/release/bin/tandemd build/release/bin/tandemctl")
        first, second = (subprocess.run(["tar", "--create", "--sort=name", "--file=-", "--directory", build / name, "."],
                                        check=True, stdout=subprocess.PIPE).stdout for name in ("image", "again"))
        self.assertEqual(hashlib.sha256(first).hexdigest(), hashlib.sha256(second).hexdigest())

    def test_both_programs_start(self):
        version = re.search(r"project\(tandem VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
        self.assertEqual(self.run_program("version").stdout, f"tandemd {version}\n")
        self.assertIn(version, self.run_program("version", entrypoint=["/usr/bin/tandemctl"]).stdout)

    def test_believes_no_other_database(self):
        others = self.environment(PGSSLROOTCERT="/etc/ssl/certs/ca-certificates.crt")
        result = self.run_program("migrate", environment=others)
        self.assertEqual(result.returncode, 1)
        self.assertIn("certificate verify failed", result.stderr)

    def test_migrates_serves_and_stops_as_in_a_pod(self):
        result = self.run_program("migrate", environment=self.environment())
        self.assertEqual(result.returncode, 0, result.stderr)
        grpc, http = free_port(), free_port()
        environment = self.environment(TANDEM_LISTEN=f"127.0.0.1:{grpc}", TANDEM_HTTP_LISTEN=f"127.0.0.1:{http}")
        server = subprocess.Popen(self.command(), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.stderr.close)
        self.addCleanup(server.kill)
        self.assertEqual(self.wait_for(f"http://127.0.0.1:{http}/readyz"), 200)
        self.assertEqual(self.status_of(f"http://127.0.0.1:{http}/livez"), 200)
        status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
        self.assertRegex(status, r"(?m)^Uid:\t65532\t65532\t65532\t65532$")
        encrypted = self.postgres.sql("SELECT count(*) > 0 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity "
                                      "USING (pid) WHERE application_name = 'tandem'")
        self.assertEqual(encrypted, "t")
        waited = self.run_program("--address", f"127.0.0.1:{grpc}", "wait", "--seconds", "5",
                                  entrypoint=["/usr/bin/tandemctl"])
        self.assertEqual(waited.returncode, 0, waited.stderr)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(timeout=30), 0)
        for line in server.stderr.read().splitlines():
            json.loads(line)

    @staticmethod
    def status_of(url):
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return None

    def wait_for(self, url):
        deadline = time.monotonic() + READY_SECONDS
        while (status := self.status_of(url)) != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        return status


if __name__ == "__main__":
    unittest.main()
