"""A relay between clients and a server, in this process: for what a network does to them."""

import contextlib
import socket
import threading


class Relay:
    """Passes the bytes of connections on, in both directions."""

    def __init__(self, address):
        host, _, port = address.partition(":")
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open = []  # Both ends of each connection.
        self._is_away = False
        threading.Thread(target=self._accept, daemon=True).start()

    def loses(self, connection, from_client, data):
        """Whether these bytes go nowhere. Connections are counted from 1."""
        return False

    def ended(self, connection, from_client):
        """One side of a connection hung up."""

    def cut(self, away=False):
        """Ends all connections. `away`: and each that comes, until the next cut."""
        with self._lock:
            self._is_away = away
            ends, self._open = self._open, []
        for end in ends:
            hang_up(end)

    def close(self):
        hang_up(self._listener)
        self.cut()

    def _accept(self):
        connection = 0
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._server)
            except OSError:
                hang_up(client)
                continue
            with self._lock:
                is_away = self._is_away
                self._open += [client, server]
            if is_away:
                hang_up(client)
                hang_up(server)
                continue
            connection += 1
            for source, target, from_client in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(source, target, connection, from_client), daemon=True).start()

    def _pass_on(self, source, target, connection, from_client):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self.loses(connection, from_client, data):
                    target.sendall(data)
        self.ended(connection, from_client)
        hang_up(source)
        hang_up(target)


def hang_up(end):
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
