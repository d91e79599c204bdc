"""What is in the boxes of offices of different shapes: ten requests that fell due, eight of them answered in time.

Mailbox names, ids and header fields are those of each system as its sources and its users' mails show them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.factories import paris
from tests.trials.servers.imap_server import ENGLISH_MAILBOXES

ASKED = paris("2026-10-05 09:00")
REQUESTS, IN_TIME = 10, 8
"""The truth of every office here: so many requests fell due, so many of them were answered in time."""

Fields = Mapping[str, str]
Boxes = dict[tuple[str, str], list[tuple[bytes, datetime, tuple[str, ...]]]]


@dataclass(frozen=True)
class Names:
    """The names of one office, invented for it.

    Attributes:
        domain: Its own.
        contact: Its contact address, a login too.
        agent: An agent's address, a login too.
    """

    domain: str
    contact: str
    agent: str


@dataclass(frozen=True)
class Shape:
    """How citizens' mail reaches an office, and where its replies are kept.

    Attributes:
        asked: What a citizen's mail bears, for the office, the citizen's address and when it came.
        reply_id: The id of the reply of that number; `by_agent` when an agent's own box sends it.
        reply_fields: What a reply bears beside.
        inbox, sent: Where requests and replies are.
        agents_keep: How many replies are kept by the agent alone.
        copies: Whether agents answer from their own box, with the contact box in copy, which is all that is seen.
        special_use: The mailboxes of which the server says what they hold.
        beside: What else is in the boxes, that counts for nothing.
        login: The login of the account, when it is not the address.
    """

    asked: Callable[[Names, str, datetime], Fields]
    reply_id: Callable[[Names, int, bool], str] = lambda names, number, _by_agent: f"r{number}@{names.domain}"
    reply_fields: Callable[[Names, int], Fields] = lambda _names, _number: {}
    inbox: str = "INBOX"
    sent: str = "Sent"
    agents_keep: int = 0
    copies: bool = False
    special_use: Mapping[str, str] = field(default_factory=lambda: ENGLISH_MAILBOXES)
    beside: Callable[[Names], Boxes] = lambda _names: {}
    login: Callable[[Names], str] = lambda names: names.contact


def mail(at: datetime, fields: Fields) -> bytes:
    """Return a mail of these fields; the name of one that comes several times ends with a number."""
    written = "".join(f"{name.rstrip('0123456789')}: {value}\r\n" for name, value in fields.items())
    return f"{written}Date: {format_datetime(at)}\r\n\r\nBonjour.\r\n".encode()


def filled(shape: Shape, names: Names) -> Boxes:
    """Return the boxes: every request, the replies that were in time, what citizens wrote about them, the rest."""
    boxes: Boxes = {key: list(mails) for key, mails in shape.beside(names).items()}
    login = shape.login(names)

    def put(user: str, box: str, at: datetime, fields: Fields) -> None:
        boxes.setdefault((user, box), []).append((mail(at, fields), at, ()))

    for number in range(REQUESTS):
        citizen, at = f"usager{number}@exemple.net", ASKED + timedelta(hours=number)
        asked = {"Message-ID": f"<q{number}@exemple.net>", "Subject": f"Question {number}"}
        put(login, shape.inbox, at, {**shape.asked(names, citizen, at), **asked})
        if number >= IN_TIME:
            continue
        is_agents = number < shape.agents_keep
        reply_id = f"<{shape.reply_id(names, number, is_agents)}>"
        answered = at + timedelta(days=2)
        copied = {"Cc": names.contact, **_received(names, f"dmarc=pass header.from={names.domain}", answered)}
        reply = {
            **(copied if shape.copies else {}),
            **shape.reply_fields(names, number),
            "Message-ID": reply_id,
            "From": names.agent if is_agents or shape.copies else names.contact,
            "To": citizen,
            "In-Reply-To": f"<q{number}@exemple.net>",
            "References": f"<q{number}@exemple.net>",
            "Subject": f"RE: Question {number}",
        }
        box = shape.inbox if shape.copies else "Sent" if is_agents else shape.sent
        put(names.agent if is_agents else login, box, answered, reply)
        if is_agents:
            thanks = {
                **shape.asked(names, citizen, at + timedelta(days=3)),
                "Message-ID": f"<t{number}@exemple.net>",
                "In-Reply-To": reply_id,
                "References": f"<q{number}@exemple.net> {reply_id}",
                "Subject": f"Re: Question {number}",
            }
            put(login, shape.inbox, at + timedelta(days=3), thanks)
    return boxes


def _received(names: Names, said: str, at: datetime) -> Fields:
    """Return what a mail from outside bears, and what our own server says of it."""
    hop = f"from mel (mel [198.51.100.9]) by mx.{names.domain}; {format_datetime(at)}"
    return {"Authentication-Results": f"mx.{names.domain}; {said}", "Received": hop}


def _plain(names: Names, citizen: str, _at: datetime) -> Fields:
    return {"From": citizen, "To": names.contact}


def _by_a_form(names: Names, citizen: str, _at: datetime) -> Fields:
    return {"From": f"site@{names.domain}", "Reply-To": citizen, "To": names.contact}


def _by_a_list(names: Names, citizen: str, _at: datetime) -> Fields:
    return {
        "From": f'"Usager via Contact" <contact@{names.domain}>',
        "Reply-To": citizen,
        "X-Original-From": citizen,
        "To": f"contact@{names.domain}",
        "List-Id": f"<contact.{names.domain}>",
        "List-Post": f"<mailto:contact@{names.domain}>",
    }


def _in_exchange(names: Names, citizen: str, at: datetime) -> Fields:
    """Exchange writes no Authentication-Results of its own; its gateway's machine is one of ours."""
    local = f"{names.domain} (10.18.0.11)"
    hop = "with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.1.2507.39"
    when = format_datetime(at)
    return {
        "Received1": f"from EXCH01.{local} by EXCH02.{local} {hop} via Mailbox Transport; {when}",
        "Received2": f"from mx.{local} by EXCH01.{local} {hop} via Frontend Transport; {when}",
        "Received3": f"from smtp.exemple.net (mel [198.51.100.9]) by mx.{names.domain} with ESMTPS; {when}",
        "From": f"Camille Durand <{citizen}>",
        "To": f"Contact Préfecture <{names.contact}>",
        "X-MS-Exchange-Organization-Network-Message-Id": "a1b2c3d4-0000-4000-8000-00805f9b34fb",
        "X-MS-Exchange-Organization-AuthSource": f"EXCH01.{names.domain}",
        "X-MS-Exchange-Organization-AuthAs": "Anonymous",
        "X-MS-Exchange-Organization-SCL": "1",
    }


def _from_exchange(names: Names, number: int) -> Fields:
    """Return what Exchange writes into what it sends, on behalf of the shared mailbox."""
    return {
        "Sender": names.agent,
        "Thread-Topic": f"Question {number}",
        "Thread-Index": b64encode(b"\x01\xdc" + bytes([number]) * 20 + bytes(5)).decode(),
        "X-MS-Exchange-Organization-AuthAs": "Internal",
        "X-MS-Exchange-Organization-AuthMechanism": "04",
        "X-MS-Has-Attach": "",
        "X-MS-TNEF-Correlator": "",
        "Content-Language": "fr-FR",
    }


def _beside_in_exchange(names: Names) -> Boxes:
    """Return what Exchange shows by IMAP beside mails, and what lies in its other mailboxes."""
    spam = {
        "From": "loto@spam.example",
        "To": names.contact,
        "Subject": "Gagné",
        "Message-ID": "<s@spam.example>",
    }
    meeting = {
        "From": names.agent,
        "To": names.contact,
        "Subject": "Point hebdomadaire",
        "Message-ID": f"<m@{names.domain}>",
        "Content-Type": 'text/calendar; method="REQUEST"',
    }
    talk = {
        "From": names.agent,
        "To": names.contact,
        "Subject": "Conversation",
        "Message-ID": f"<c@{names.domain}>",
    }
    draft = {"From": names.contact, "To": "usager8@exemple.net", "Subject": "RE: Question 8"}
    letter = {
        "From": "lettre@example.org",
        "To": names.contact,
        "Subject": "Lettre d'octobre",
        "Message-ID": "<l@example.org>",
        "List-Unsubscribe": "<mailto:stop@example.org>",
        "Precedence": "bulk",
    }
    places = {
        "Courrier indésirable": spam,
        "Calendrier": meeting,
        "Historique des conversations": talk,
        "Brouillons": draft,
        "Éléments supprimés": letter,
    }
    return {(names.contact, box): [(mail(ASKED, fields), ASKED, ())] for box, fields in places.items()}


def _exchange_id(names: Names, number: int, _by_agent: bool) -> str:
    return f"{number + 0x4AADE22577985:032x}@{names.domain}"


FRANCE = "FRAP264.PROD.OUTLOOK.COM"


def _in_microsoft_365(names: Names, citizen: str, at: datetime) -> Fields:
    """Microsoft 365 says what it verified under no name of its own."""
    when = format_datetime(at)
    said = "smtp.mailfrom=exemple.net; dkim=pass (signature was verified) header.d=exemple.net;dmarc=pass action=none"
    hop = "with Microsoft SMTP Server (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20.8090.19"
    return {
        "Received1": f"from PR0P264MB0101.{FRANCE} (2603:10a6:102:21::5) by PAZP264MB3001.{FRANCE} with HTTPS; {when}",
        "Received2": f"from PR2FRA01FT006.eop-fra01.prod.protection.outlook.com (2603:10a6:102::9) by "
        f"PR0P264CA0101.outlook.office365.com (2603:10a6:102::12) {hop} via Frontend Transport; {when}",
        "Authentication-Results": f"spf=pass (sender IP is 198.51.100.9) {said} header.from=exemple.net;compauth=pass "
        "reason=100",
        "Received3": "from smtp.exemple.net (198.51.100.9) by PR2FRA01FT006.mail.protection.outlook.com (10.152.48.1) "
        f"{hop}; {when}",
        "From": f"Camille Durand <{citizen}>",
        "To": f"Contact Préfecture <{names.contact}>",
        "X-MS-Exchange-Organization-AuthAs": "Anonymous",
        "X-MS-Exchange-Organization-SCL": "1",
        "X-Microsoft-Antispam": "BCL:0;",
    }


def _microsoft_365_id(_names: Names, number: int, by_agent: bool) -> str:
    machine = "MRZP264MB2222" if by_agent else "PAZP264MB3001"
    return f"{machine}{number:030X}@{machine}.{FRANCE}"


def _in_zimbra(names: Names, citizen: str, at: datetime) -> Fields:
    host, when = f"zimbra.{names.domain}", format_datetime(at)
    return {
        "Return-Path": citizen,
        "Received1": f"from {host} (LHLO {host}) (10.18.0.5) by {host} with LMTP; {when}",
        "Received2": f"from localhost (localhost [127.0.0.1]) by {host} (Postfix) with ESMTP id 6F3818284E12; {when}",
        "X-Virus-Scanned": f"amavisd-new at {names.domain}",
        "X-Spam-Flag": "NO",
        "X-Spam-Status": "No, score=-1.9 required=6.6 tests=[BAYES_00=-1.9] autolearn=ham autolearn_force=no",
        "Authentication-Results": f"{host} (amavisd-new); dkim=pass (2048-bit key) header.d=exemple.net",
        "Received3": f"from {host} ([127.0.0.1]) by localhost ({host} [127.0.0.1]) (amavisd-new, port 10032) "
        f"with ESMTP id qTTljFFp8K5c; {when}",
        "Received4": f"from smtp.exemple.net (mel [198.51.100.9]) by {host} (Postfix) with ESMTPS; {when}",
        "From": f"Camille Durand <{citizen}>",
        "To": names.contact,
    }


def _from_zimbra(_names: Names, number: int) -> Fields:
    return {
        "X-Originating-IP": "[10.18.1.4]",
        "X-Mailer": "Zimbra 8.8.15_GA_4304 (ZimbraWebClient - FF128 (Win)/8.8.15_GA_4304)",
        "Thread-Topic": f"Question {number}",
        "Thread-Index": b64encode(bytes([number + 1]) * 16 + b"\x28\xf9\x52\xe9").decode(),
    }


def _zimbra_id(names: Names, number: int, _by_agent: bool) -> str:
    return f"{1803000000 + number}.{4000 + number}.1759800000000.JavaMail.zimbra@{names.domain}"


def _beside_in_zimbra(names: Names) -> Boxes:
    """Return what Zimbra shows by IMAP beside mails: contacts are mails of three fields, chats are mails."""
    card = {"Subject": "=?utf-8?Q?Camille_Durand?=", "Content-Type": 'text/x-vcard; charset="utf-8"'}
    chat = {
        "From": names.agent,
        "To": names.contact,
        "Subject": "Discussion",
        "Message-ID": f"<c@{names.domain}>",
    }
    spam = {"From": "loto@spam.example", "To": names.contact, "Subject": "Gagné", "X-Spam-Flag": "YES"}
    places = {"Contacts": card, "Emailed Contacts": card, "Chats": chat, "Junk": spam}
    return {(names.contact, box): [(mail(ASKED, fields), ASKED, ())] for box, fields in places.items()}


SHARED = "Boite partagée/pref-contact"
"""Where Mél shows a shared mailbox to whoever logs in for it: its own name is its inbox."""


def _mel_login(names: Names) -> str:
    return f"{names.agent.partition('@')[0]}.-.pref-contact"


def _from_mel(names: Names, number: int) -> Fields:
    return {
        "User-Agent": "Roundcube Webmail/1.6.1",
        "X-Sender": names.contact,
        "Reply-To": f"Contact <{names.contact}>",
        "X-Number": str(number),
    }


def _beside_in_mel(names: Names) -> Boxes:
    """Return the agent's own box, which the same login shows: what it holds is no request to the office."""
    login = _mel_login(names)
    own = [
        {"From": f"ami{number}@exemple.net", "To": names.agent, "Message-ID": f"<a{number}@exemple.net>"}
        for number in range(6)
    ]
    answered = {
        "From": names.agent,
        "To": "ami0@exemple.net",
        "In-Reply-To": "<a0@exemple.net>",
        "Subject": "Re: ami",
    }
    draft = {"From": names.contact, "To": "usager8@exemple.net", "Subject": "Re: Question 8"}
    spam = {"From": "loto@spam.example", "To": names.contact, "Subject": "Gagné"}
    return {
        (login, "INBOX"): [(mail(ASKED, {**fields, "Subject": "ami"}), ASKED, ()) for fields in own],
        (login, "Éléments envoyés"): [(mail(ASKED + timedelta(days=1), answered), ASKED, ())],
        (login, f"{SHARED}/Brouillons"): [(mail(ASKED, draft), ASKED, ())],
        (login, f"{SHARED}/Indésirables"): [(mail(ASKED, spam), ASKED, ())],
        (login, f"{SHARED}/Corbeille"): [],
    }


SHAPES = {
    "plain": Shape(_plain),
    "agents' sent boxes": Shape(_plain, agents_keep=4),
    "copies to the contact box": Shape(
        lambda names, citizen, at: {**_received(names, "spf=pass", at), **_plain(names, citizen, at)},
        copies=True,
    ),
    "web form": Shape(_by_a_form),
    "list as contact": Shape(_by_a_list),
    "Exchange": Shape(
        _in_exchange,
        _exchange_id,
        _from_exchange,
        sent="Éléments envoyés",
        agents_keep=4,
        special_use={},
        beside=_beside_in_exchange,
    ),
    "Microsoft 365": Shape(
        _in_microsoft_365,
        _microsoft_365_id,
        _from_exchange,
        sent="Éléments envoyés",
        agents_keep=4,
        special_use={},
        beside=_beside_in_exchange,
    ),
    "Zimbra": Shape(
        _in_zimbra, _zimbra_id, _from_zimbra, agents_keep=3, special_use={}, beside=_beside_in_zimbra
    ),
    "Mél": Shape(
        _plain,
        reply_fields=_from_mel,
        inbox=SHARED,
        sent=f"{SHARED}/Éléments envoyés",
        special_use={},
        beside=_beside_in_mel,
        login=_mel_login,
    ),
}
