"""A tandemd of this build for tests that are scripts: with a private PostgreSQL in a folder of its own, on a free port.

Scripts find it by `sys.path.insert(0, …/tests/support)`.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BIN = pathlib.Path(os.environ.get("TANDEM_BIN", "build/release/bin")).resolve()
START_SECONDS = 60
STOP_SECONDS = 60


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """Runs until stop(). After kill(), start() brings it back on the same data and the same port."""

    def __init__(self, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tandem-script-", dir="/tmp"))
        os.chmod(self.folder, 0o755)  # PostgreSQL's user has to reach it.
        self.options = options
        self.address = f"127.0.0.1:{free_port()}"
        self.start()

    def start(self):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        with open(self.folder / "log", "a") as log:
            self.process = subprocess.Popen(
                [BIN / "tandemd", "--data-dir", self.folder / "data", "--listen", self.address, "--http-listen", "",
                 "--port-file", port_file, *self.options], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not port_file.exists() or not port_file.read_text().strip():
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = (self.folder / "log").read_text()
                self.stop()
                raise RuntimeError(said)
            time.sleep(0.05)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=STOP_SECONDS)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=STOP_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)
