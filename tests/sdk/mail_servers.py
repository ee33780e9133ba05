"""The least of an IMAP and of an SMTP server, for one client at a time: what the example of a mailbox needs, on free ports of
this machine. Both remember."""

import contextlib
import re
import socketserver
import threading


@contextlib.contextmanager
def serving(handler, state):
    """The address of a server whose connections `handler` answers, with `state` as its `server.state`."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.state = state
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield "127.0.0.1:%d" % server.server_address[1]
        server.shutdown()


class Imap(socketserver.StreamRequestHandler):
    """State: a list of [raw, whether it is seen]; uids count from 1."""

    def say(self, *lines):
        for line in lines:
            self.wfile.write(line if isinstance(line, bytes) else line.encode() + b"\r\n")

    def handle(self):
        self.say("* OK ready")
        for line in self.rfile:
            tag, command = line.decode().strip().split(" ", 1)
            if self.answer(command):
                self.say(f"{tag} OK done")
            else:
                self.say(f"{tag} NO wrong")

    def answer(self, command):
        mails = self.server.state
        if command.startswith("LOGIN"):
            return command == 'LOGIN help "secret"'
        if command == "UID SEARCH UNSEEN":
            self.say("* SEARCH " + " ".join(str(uid) for uid, (_, seen) in enumerate(mails, 1) if not seen))
        elif fetched := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]\)", command):
            raw = mails[int(fetched[1]) - 1][0]
            self.say(f"* {fetched[1]} FETCH (UID {fetched[1]} BODY[] {{{len(raw)}}}", raw, ")")
        elif stored := re.fullmatch(r"UID STORE (\d+) \+FLAGS \(\\Seen\)", command):
            mails[int(stored[1]) - 1][1] = True
        elif command.startswith("SELECT"):
            self.say(f"* {len(mails)} EXISTS")
        elif command == "LOGOUT":
            self.say("* BYE")
        elif command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        else:
            return False
        return True


class Smtp(socketserver.StreamRequestHandler):
    """State: a list of the e-mails that were sent, as text."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 ready")
        for line in self.rfile:
            command = line.decode().strip().upper()
            if command == "DATA":
                self.say("354 go on")
                text = []
                while (part := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                    text.append(part)
                self.server.state.append("\n".join(text))
            self.say("221 bye" if command == "QUIT" else "250 done")
