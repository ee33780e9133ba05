#!/usr/bin/env python3
"""Goal: nobody reads along, nobody without a certificate is served where one is asked for, and a certificate that was
renewed is used without a restart. Method: authorities and certificates made with openssl, a server of this build, and
tandemctl as its client.

    tests/e2e/tls_test.py
"""

import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
from certificates import Authority  # noqa: E402

BIN = pathlib.Path(os.environ.get("TANDEM_BIN", "build/release/bin")).resolve()
LIMIT_SECONDS = 60
# The server looks at its files every ten seconds.
RENEWAL_SECONDS = 30


def put(source, target):
    """As certificates are renewed: nobody sees half a file."""
    shutil.copy(source, f"{target}.new")
    os.replace(f"{target}.new", target)


def environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("TANDEM_")}


class TlsTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="tandem-tls-", dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        os.chmod(cls.folder, 0o755)  # PostgreSQL's user has to reach it.
        cls.ours, cls.strangers = Authority(cls.folder, "ours"), Authority(cls.folder, "strangers")
        cls.certificate, cls.key, cls.clients = (cls.folder / name for name in ("tls.crt", "tls.key", "clients.crt"))
        for source, target in zip((*cls.ours.vouch_for("server"), cls.ours.certificate),
                                  (cls.certificate, cls.key, cls.clients)):
            put(source, target)
        cls.desk = cls.ours.vouch_for("desk-7", "URI:spiffe://floor/desk-7")
        port_file = cls.folder / "port"
        cls.log_path = cls.folder / "log"
        with open(cls.log_path, "w") as log:
            # On every address: with TLS that needs no further word.
            cls.process = subprocess.Popen(
                [BIN / "tandemd", "--data-dir", cls.folder / "data", "--listen", "0.0.0.0:0", "--http-listen", "",
                 "--port-file", port_file, "--tls-cert", cls.certificate, "--tls-key", cls.key,
                 "--tls-client-ca", cls.clients, "--log-format", "json", "--access-log", "all"],
                stdout=subprocess.DEVNULL, stderr=log, stdin=subprocess.DEVNULL, env=environment())
        cls.addClassCleanup(cls.stop)
        deadline = time.monotonic() + LIMIT_SECONDS
        while not port_file.exists() or not port_file.read_text().strip():
            if cls.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(cls.log_path.read_text())
            time.sleep(0.05)
        cls.port = int(port_file.read_text())

    @classmethod
    def stop(cls):
        cls.process.terminate()
        cls.process.wait(timeout=LIMIT_SECONDS)

    def is_served(self, *arguments, seconds=2, **variables):
        """Whether a client that is started with these gets an answer in time."""
        ended = subprocess.run(
            [BIN / "tandemctl", "--address", f"127.0.0.1:{self.port}", "--timeout", f"{seconds}s", *map(str, arguments),
             "wait", "--seconds", f"{seconds}s"],
            capture_output=True, text=True, timeout=LIMIT_SECONDS, env={**environment(), **variables})
        return ended.returncode == 0

    def assert_served(self, *arguments, **variables):
        self.assertTrue(self.is_served(*arguments, seconds=20, **variables))

    def as_desk(self, authority):
        certificate, key = self.desk
        return ("--ca", authority.certificate, "--cert", certificate, "--key", key)

    def test_1_serves_who_shows_a_certificate_and_nobody_else(self):
        certificate, key = self.desk
        self.assert_served(*self.as_desk(self.ours))
        self.assert_served(TANDEM_TLS="true", TANDEM_CA=str(self.ours.certificate),
                           TANDEM_CERT=str(certificate), TANDEM_KEY=str(key))
        for arguments in ((), ("--tls",), ("--ca", self.ours.certificate)):
            self.assertFalse(self.is_served(*arguments), arguments)
        certificate, key = self.strangers.vouch_for("intruder")
        self.assertFalse(self.is_served("--ca", self.ours.certificate, "--cert", certificate, "--key", key))
        self.assertFalse(self.is_served(*self.as_desk(self.strangers)), "it believed a server that nobody vouched for")

    def test_2_knows_who_calls(self):
        self.assert_served(*self.as_desk(self.ours))
        loaded = subprocess.run(  # sessions and contacts, over connections of their own
            [BIN / "tandemctl", "--address", f"127.0.0.1:{self.port}", *map(str, self.as_desk(self.ours)), "load",
             ROOT / "deploy/loadtest/steady.yaml", "--for", "2s", "--scale", "0.2"],
            capture_output=True, text=True, timeout=LIMIT_SECONDS, env=environment())
        self.assertEqual(loaded.returncode, 0, loaded.stderr)
        # gRPC writes lines of its own about handshakes that fail.
        lines = [line for line in self.log_path.read_text().splitlines() if line.startswith("{")]
        callers = {json.loads(line).get("caller") for line in lines}
        self.assertEqual(callers - {None}, {"spiffe://floor/desk-7"})

    def test_3_speaks_no_old_protocol(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT_SECONDS) as connection:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(connection)

    def test_4_uses_renewed_certificates_without_a_restart(self):
        """First the server's, of another authority; then that of the authority which vouches for clients."""
        renewed, key = self.strangers.vouch_for("server")
        put(key, self.key)
        put(renewed, self.certificate)
        deadline = time.monotonic() + RENEWAL_SECONDS
        while not self.is_served(*self.as_desk(self.strangers)):
            self.assertLess(time.monotonic(), deadline, "the renewed certificate was not used")
        self.assertFalse(self.is_served(*self.as_desk(self.ours)))

        put(self.strangers.certificate, self.clients)
        deadline = time.monotonic() + RENEWAL_SECONDS
        while self.is_served(*self.as_desk(self.strangers)):
            self.assertLess(time.monotonic(), deadline, "clients of the authority that is gone are still served")
        certificate, key = self.strangers.vouch_for("desk-8")
        self.assert_served("--ca", self.strangers.certificate, "--cert", certificate, "--key", key)
        self.assertIsNone(self.process.poll())

    def test_5_does_not_start_on_files_that_do_not_fit(self):
        foreign = self.strangers.vouch_for("other")[1]
        certificate = self.ours.vouch_for("server")[0]
        for arguments, complaint in (
                (("--tls-cert", certificate, "--tls-key", foreign), "the certificate's private key"),
                (("--tls-cert", "/nowhere.pem", "--tls-key", foreign), "in /nowhere.pem"),
                (("--tls-cert", certificate), "expected it with --tls-key")):
            ended = subprocess.run(
                [BIN / "tandemd", "--data-dir", self.folder / "other", "--listen", "127.0.0.1:0", "--http-listen", "",
                 *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT_SECONDS, env=environment())
            self.assertNotEqual(ended.returncode, 0)
            self.assertIn(complaint, ended.stderr)


if __name__ == "__main__":
    unittest.main()
