"""The answers about mails that open no request: `mailsla requests --state left-out`, and `mailsla show` of one."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from mailsla.core.pairing.decision import Decision
from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.doubts import Doubt
from mailsla.core.pairing.mail_list import MailList
from mailsla.core.pairing.request import Request
from mailsla.presentation.documents.request import decision
from mailsla.presentation.documents.values import Document, instant


def left_out_document(listed: MailList, internal: int, zone: ZoneInfo) -> Document:
    """The answer of `mailsla requests --state left-out`: neither subjects nor who wrote them."""
    return {
        "schema": "mailsla.left-out/1",
        "found": listed.found,
        "internal": internal,
        "mails": (_mail(mail, zone) for mail in listed.mails),
    }


def mails_document(listed: MailList, zone: ZoneInfo) -> Document:
    """The answer of `mailsla mails`: neither subjects nor who wrote them."""
    return {
        "schema": "mailsla.mails/1",
        "found": listed.found,
        "mails": (
            _mail(mail, zone)
            | {"message": mail.key or None, "class": mail.mail_class, "message_id": mail.message_id}
            for mail in listed.mails
        ),
    }


def mail_document(
    mail: ListedMail,
    requests: Iterable[Request],
    doubts: Iterable[Doubt],
    decisions: Iterable[Decision],
    zone: ZoneInfo,
) -> Document:
    """The answer of `mailsla show`, of a mail that opens no request."""
    return {
        "schema": "mailsla.mail/1",
        **_mail(mail, zone),
        "side": mail.side,
        "subject": mail.subject,
        "requests": [
            {"request": request.key, "part": step.part.value}
            for request in requests
            for step in request.steps
            if step.key == mail.key
        ],
        "doubts": [{"reason": doubt.code.value, "candidates": list(doubt.candidates)} for doubt in doubts],
        "decisions": [decision(item, zone) for item in decisions],
    }


def _mail(mail: ListedMail, zone: ZoneInfo) -> Document:
    code, field, value = (*mail.reason, None, None, None)[:3]
    return {
        "message": mail.key,
        "at": instant(mail.at, zone),
        "kind": mail.kind or None,
        "rule": code,
        "field": field or None,
        "value": value or None,
        "mailboxes": [{"account": account, "mailbox": mailbox} for account, mailbox in mail.mailboxes],
    }
