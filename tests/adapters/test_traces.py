"""What servers wrote above a mail is read from a real server in the header's order, and kept with the copy."""

from __future__ import annotations

from sqlalchemy import update

from mailsla.adapters.database.engine import writing
from mailsla.adapters.database.tables import LOCATION, MAILBOX
from mailsla.core.mail.authentication_results import Results, Said
from mailsla.core.mail.trace_information import Hop, Trace
from tests.adapters.boxes import Box

ABOVE = (
    b"X-Spam-Flag: YES\r\nAuthentication-Results: MX.pref.example.fr (ours);\r\n\tdmarc=fail (p=none)"
    b" header.from=pref.example.fr\r\nReceived: from x (x [203.0.113.9])\r\n\tby mx.pref.example.fr with ESMTP id 1;"
    b"\r\n\tMon, 2 Nov 2026 09:00:00 +0000\r\nAuthentication-Results: mx.pref.example.fr; dmarc=pass\r\n"
)
RESULTS = (
    Results("mx.pref.example.fr", 0, (Said("dmarc", "fail", "pref.example.fr"),)),
    Results("mx.pref.example.fr", 1, (Said("dmarc", "pass"),)),
)


def mail(author: str) -> bytes:
    return (
        ABOVE
        + f"From: {author}\r\nTo: contact@pref.example.fr\r\nSubject: Demande\r\n\r\nCorps.\r\n".encode()
    )


def test_the_trace_of_each_copy_is_read_in_its_order(box: Box) -> None:
    box.put(mail("contact@pref.example.fr"), mail("camille.durand@example.org"))
    box.poll()

    citizen, ours = box.store.messages.latest_traces()

    assert ours == Trace((Hop("mx.pref.example.fr", ("203.0.113.9",)),), RESULTS, 0)
    assert citizen == Trace(
        (Hop("mx.pref.example.fr"),), (Results("mx.pref.example.fr", 0),), 0, is_whole=False
    )


def test_of_what_an_earlier_version_collected_the_trace_is_asked_for_once(box: Box) -> None:
    box.put(mail("contact@pref.example.fr"), mail("camille.durand@example.org"))
    box.poll()
    whole = box.store.messages.latest_traces()
    with writing(box.engine) as connection:
        connection.execute(update(LOCATION).values(trace=None))
        connection.execute(update(MAILBOX).values(asked=1))

    tallies = [box.poll(), box.poll()]

    assert box.store.messages.latest_traces() == whole[1:], "what the office wrote, and not the citizen's"
    assert [tally.messages for tally in tallies] == [1, 0]
