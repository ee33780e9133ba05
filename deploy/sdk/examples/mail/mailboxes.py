"""Where e-mails come from and go to, by Python's standard library: a folder in Maildir form, IMAP, SMTP."""

import imaplib
import mailbox
import smtplib


class Folder:
    """A Maildir. What is in `new` is unread; a mail that was read is in `cur`."""

    def __init__(self, path):
        self._box = mailbox.Maildir(path, create=True)

    def unread(self):
        for key in sorted(self._box.keys()):
            if self._box.get_message(key).get_subdir() == "new":
                yield key, self._box.get_bytes(key)

    def mark_read(self, key):
        message = self._box.get_message(key)
        message.set_subdir("cur")
        message.add_flag("S")
        self._box[key] = message

    def send(self, message):
        self._box.add(message)

    def close(self):
        self._box.close()


class Imap:
    """The INBOX of a server: unread is what is not \\Seen."""

    def __init__(self, address, user, password):
        host, _, port = address.partition(":")
        # The port of IMAP without encryption is for servers on this machine.
        kind = imaplib.IMAP4 if host == "127.0.0.1" else imaplib.IMAP4_SSL
        self._server = kind(host, int(port or imaplib.IMAP4_SSL_PORT))
        self._server.login(user, password)
        self._server.select("INBOX")

    def unread(self):
        _, (found,) = self._server.uid("SEARCH", "UNSEEN")
        for uid in found.split():
            _, parts = self._server.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
            yield uid.decode(), parts[0][1]

    def mark_read(self, key):
        self._server.uid("STORE", key, "+FLAGS", r"(\Seen)")

    def close(self):
        self._server.logout()


class Smtp:

    def __init__(self, address):
        host, _, port = address.partition(":")
        self._address = (host, int(port or smtplib.SMTP_PORT))

    def send(self, message):
        with smtplib.SMTP(*self._address, timeout=30) as server:
            server.send_message(message)
