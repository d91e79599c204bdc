"""The answer of `mailsla person`: what is held about one address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mailsla.core.alerts.asked_action import Act
from mailsla.core.collection.held import HeldMail, OpenedRequest, SentMail, Words, fields_of
from mailsla.core.pairing.decision import Decision
from mailsla.presentation.documents.actions import action
from mailsla.presentation.documents.request import decision
from mailsla.presentation.documents.values import Document, instant


def person_document(
    address: str,
    mails: Iterable[tuple[HeldMail, Sequence[Decision], Sequence[Act]]],
    decisions: Iterable[Decision],
    words: Iterable[Words],
    sent: Iterable[SentMail],
    at: datetime,
    zone: ZoneInfo,
) -> Document:
    """The answer of `mailsla person ADDRESS --export`; mails are read as they are written."""
    return {
        "schema": "mailsla.person/1",
        "address": address,
        "at": instant(at, zone),
        "mails": (_mail(mail, about, acts, zone) for mail, about, acts in mails),
        "decisions": [decision(item, zone) for item in decisions],
        "words": [item._asdict() for item in words],
        "sent": [_sent(mail, zone) for mail in sent],
    }


def _mail(mail: HeldMail, about: Iterable[Decision], acts: Iterable[Act], zone: ZoneInfo) -> Document:
    return {
        "message": mail.key,
        "first_seen_at": instant(mail.first_seen_at, zone),
        "fields": [{"name": name, "value": value} for name, value in fields_of(mail.header)],
        "places": [
            {
                "account": place.account,
                "mailbox": place.mailbox,
                "uid": place.uid,
                "received_at": instant(place.received_at, zone),
                "first_seen_at": instant(place.first_seen_at, zone),
                "gone_at": instant(place.gone_at, zone),
                "keywords": [
                    {
                        "name": borne.name,
                        "first_seen_at": instant(borne.first_seen_at, zone),
                        "gone_at": instant(borne.gone_at, zone),
                    }
                    for borne in place.keywords
                ],
            }
            for place in mail.places
        ],
        "side": mail.side,
        "kind": mail.kind,
        "requests": [] if mail.request is None else [_request(mail.request, zone)],
        "decisions": [decision(item, zone) for item in about],
        "actions": [action(item, zone) for item in acts],
    }


def _request(request: OpenedRequest, zone: ZoneInfo) -> Document:
    return {
        "received_at": instant(request.received_at, zone),
        "answered_at": instant(request.answered_at, zone),
        "service": request.service,
        "category": request.category,
        "follow_up": request.follow_up,
        "excluded": request.excluded,
    }


def _sent(mail: SentMail, zone: ZoneInfo) -> Document:
    return {
        "purpose": mail.purpose,
        "day": mail.day.isoformat(),
        "subject": mail.subject,
        "created_at": instant(mail.created_at, zone),
        "sent_at": instant(mail.sent_at, zone),
        "requests": list(mail.requests),
    }
