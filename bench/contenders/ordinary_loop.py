"""What one writes first: IMAPClient in slices, the standard library's parser, SQLModel rows."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from itertools import islice

from imapclient import IMAPClient
from sqlmodel import Field, Session, SQLModel, create_engine

from bench.contenders.target import Stopwatch, Target, contend

SLICE = 500


class Letter(SQLModel, table=True):
    """One message."""

    uid: int = Field(primary_key=True)
    received_at: datetime
    sent_at: datetime | None
    message_id: str | None = Field(index=True)
    in_reply_to: str | None
    references: str | None
    sender: str | None
    recipients: str | None
    subject: str | None


def work(target: Target, stopwatch: Stopwatch) -> int:
    """Fetch, parse and store, a slice and a commit at a time."""
    engine = create_engine(f"sqlite:///{target.folder}/letters.sqlite3")
    SQLModel.metadata.create_all(engine)
    stored = 0
    stopwatch.start()
    with IMAPClient(target.host, port=target.port, ssl=False) as client, Session(engine) as session:
        client.normalise_times = False
        client.login(target.user, target.password)
        client.select_folder("INBOX", readonly=True)
        remaining = iter(client.search("ALL"))
        while uids := list(islice(remaining, SLICE)):
            fetched = client.fetch(uids, ["INTERNALDATE", "BODY.PEEK[HEADER]"])
            session.add_all(_letter(uid, items) for uid, items in fetched.items())
            session.commit()
            stored += len(fetched)
    stopwatch.lap("fetched, decoded, stored")
    return stored


def _letter(uid: int, items: dict[bytes, bytes | datetime]) -> Letter:
    header, received_at = items[b"BODY[HEADER]"], items[b"INTERNALDATE"]
    assert isinstance(header, bytes)
    assert isinstance(received_at, datetime)
    message = message_from_bytes(header, policy=policy.default)
    return Letter(
        uid=uid,
        received_at=received_at,
        sent_at=message["Date"].datetime,
        message_id=message["Message-ID"],
        in_reply_to=message["In-Reply-To"],
        references=message["References"],
        sender=message["From"],
        recipients=message["To"],
        subject=message["Subject"],
    )


if __name__ == "__main__":
    contend(work)
