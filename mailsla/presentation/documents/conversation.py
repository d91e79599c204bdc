"""The answers of `mailsla conversations` and `mailsla classify`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from mailsla.core.pairing.derivation import Tied
from mailsla.presentation.documents.values import Document


def conversations_document(found: Iterable[Sequence[Tied]]) -> list[Document]:
    """The answer of `mailsla conversations`: each conversation by time, with what tied its messages."""
    return [
        {
            "id": tied[0].conversation,
            "messages": [
                {"message_id": item.message_id}
                | ({"file": item.files[0]} if item.files else {})
                | ({"copies": list(item.files[1:])} if item.files[1:] else {})
                | {"evidence": item.evidence}
                | ({} if item.to is None else {"to": item.to})
                for item in tied
            ],
        }
        for tied in found
    ]


def classified(path: str, number: int | None, kind: str, reason: str | None) -> Document:
    """One line of the answer of `mailsla classify`; `number` is the message's place in an mbox."""
    return {"path": path} | ({} if number is None else {"number": number}) | {"kind": kind, "reason": reason}


def one_line(document: Document) -> str:
    """Return a document on one line (JSON lines)."""
    return json.dumps(document, ensure_ascii=False)
