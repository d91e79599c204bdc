"""Actions from the mail, on real servers: what clients send is done, proposed or refused; its mailbox stays."""

from __future__ import annotations

import html
import smtplib
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from mailsla.adapters.access.signing_key import make_signing_key, signing_key
from mailsla.core.alerts.asked_action import Act, ActOutcome
from mailsla.core.alerts.signed_action import SIGNATURE_BYTES, Signer
from mailsla.core.mail.action_token import held_by, token_of, tokens_in
from mailsla.core.pairing.derivation import derive
from mailsla.core.pairing.request import Request
from mailsla.presentation.action_mails import ActionLink, ActionMails
from mailsla.presentation.static_site import places
from tests.e2e.test_whole_way import letter
from tests.factories import RULES, mail
from tests.trials.daemon import Installation, wait_until
from tests.trials.mail.clients import CLIENTS, Opened, Sending, opened, thunderbird
from tests.trials.office import account_of, document, toml

if TYPE_CHECKING:
    from tests.trials.servers.dovecot import DovecotServer
    from tests.trials.servers.postfix import PostfixServer
    from tests.trials.servers.smtp import SmtpRelay

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime.now(UTC).replace(microsecond=0)
[ANY] = derive([mail("2026-11-02 10:00")], RULES).requests

FROM_INSIDE = "Received: from poste.pref.example.fr ([10.1.2.3]) by mx.pref.example.fr with ESMTP; "
FROM_OUTSIDE = "Received: from poste.pref.example.fr ([203.0.113.7]) by mx.pref.example.fr with ESMTP; "

ANSWERED, NOT_OURS, NO_ANSWER, REMIND = range(4)
"""Of a head's links, in their order."""


class Office:
    """A préfecture whose heads act from their mail clients."""

    def __init__(self, dovecot: DovecotServer, relay: SmtpRelay, folder: Path) -> None:
        self.dovecot, self.relay = dovecot, relay
        name = uuid4().hex[:8]
        self.contact = f"contact-{name}@pref.example.fr"
        self.actions = f"contact-{name}+actions@pref.example.fr"
        self.head, self.other, self.referent = (
            f"{who}-{name}@pref.example.fr" for who in ("chef", "autre", "qualite")
        )
        # What delivers here writes this machine's name into the last hop.
        domains = ["pref.example.fr", socket.gethostname().lower()]
        configuration = document(
            account_of(dovecot, self.contact, every_seconds=5),
            office={"domains": domains},
            services=[
                {"name": "Permis", "addresses": ["permis@pref.example.fr"], "head": self.head},
                {"name": "Étrangers", "addresses": ["etrangers@pref.example.fr"], "head": self.other},
            ],
            alerts={"unassigned": self.referent},
            actions={"address": self.actions},
            pages={"actions": True},
        )
        self.installation = Installation(folder, toml(configuration))
        make_signing_key(folder / "cle-actions")
        self.signer = Signer(signing_key(folder / "cle-actions"), "Préfecture d'essai")

    def receive(self, name: str, to: str = "permis@pref.example.fr") -> None:
        at = NOW - timedelta(days=2)
        citizen, subject = f"{name}@example.org", f"Demande {name}"
        raw = letter(f"{name}@mail.example", at=at.isoformat(), by=citizen, to=to, subject=subject)
        self.dovecot.append(self.contact, "INBOX", raw, internal_date=at)

    def requests(self) -> dict[str, Any]:
        return {
            item["message_id"].partition("@")[0]: item
            for item in self.installation.json("requests")["requests"]
        }

    def links(self, name: str, to: str, days: int = 30) -> Sequence[ActionLink]:
        """Return a head's links about a request, signed for an address."""
        request: Request = ANY._replace(key=self.requests()[name]["key"])
        return self.mails(to, days).for_head(request)

    def link_on_page(self, key: str) -> Opened:
        """Return what the first link of a request's page on the site opens."""
        folder = self.installation.folder / "pages"
        self.installation.run("pages", str(folder))
        page = (folder / places.of_request(key)).read_text(encoding="utf-8")
        return opened("mailto:" + html.unescape(page.partition('href="mailto:')[2].partition('"')[0]))

    def mails(self, to: str, days: int = 30) -> ActionMails:
        return ActionMails(self.actions, self.signer, to, NOW.date() + timedelta(days=days), PARIS)

    def send(self, raw: bytes, sender: str) -> None:
        with smtplib.SMTP(self.relay.host, self.relay.port) as server:
            server.sendmail(sender, [self.actions], raw)

    def sending(self, sender: str, name: str, trace: str = FROM_INSIDE) -> Sending:
        return Sending(
            sender, f"{name}@pref.example.fr", NOW, (trace + NOW.strftime("%a, %d %b %Y %H:%M:%S +0000"),)
        )

    def became(self) -> dict[str, tuple[str, str | None]]:
        """Return what became of each mail, by the beginning of its Message-ID."""
        found = self.installation.json("actions")["actions"]
        return {item["message_id"].partition("@")[0]: (item["outcome"], item["reason"]) for item in found}


@pytest.fixture
def office(dovecot: DovecotServer, smtp_relay: SmtpRelay, tmp_path: Path) -> Office:
    return Office(dovecot, smtp_relay, tmp_path)


TYPED = {"Par (": "téléphone", "Le (": "hier", "Pourquoi": "la personne a été rappelée"}


def altered(mail_: Opened, other_key: str) -> Opened:
    """Return a mail whose token was made to speak of another request, its check made again."""
    [token] = tokens_in(mail_.subject)
    held = held_by(token)
    assert held is not None
    forged = token_of(
        held[:1] + bytes.fromhex(other_key[:16]) + held[9:-SIGNATURE_BYTES] + held[-SIGNATURE_BYTES:]
    )
    return Opened(mail_.to, mail_.subject.replace(token, forged), mail_.body.replace(token, forged))


def cut(mail_: Opened) -> Opened:
    """Return a mail whose tokens a gateway cut."""
    [token] = tokens_in(mail_.subject)
    return Opened(mail_.to, mail_.subject.replace(token, token[:30]), mail_.body.replace(token, token[:30]))


def quoted(mail_: Opened) -> Opened:
    """Return a mail that somebody answered, quoting it, under a subject of his own."""
    body = "Bonjour, voir ci-dessous.\n\nLe 12 novembre, Chef a écrit :\n" + "\n".join(
        f"> > {line}" for line in mail_.body.split("\n")
    )
    return Opened(mail_.to, "RE: TR: voir ci-dessous", body)


@pytest.mark.in_parts(2)
def test_what_clients_send_is_done_proposed_or_refused_and_the_mailbox_stays_as_it_is(office: Office) -> None:
    for name in (
        "outlook",
        "thunderbird",
        "phone",
        "webmail",
        "forged",
        "swapped",
        "quoted",
        "plain",
        "page",
    ):
        office.receive(name)
    office.receive("theirs", "etrangers@pref.example.fr")
    office.installation.run("poll")
    keys = {name: item["key"] for name, item in office.requests().items()}

    def link(name: str, which: int, to: str = office.head, days: int = 30) -> Opened:
        return opened(office.links(name, to, days)[which].href).completed(TYPED)

    sent: list[tuple[str, bytes, str]] = []

    def send(
        name: str, mail_: Opened, client: str = "Thunderbird", by: str = office.head, trace: str = FROM_INSIDE
    ) -> None:
        sent.append((name, CLIENTS[client](mail_, office.sending(by, name, trace)), by))

    send("a-outlook", link("outlook", ANSWERED), "Outlook")
    send("a-thunderbird", link("thunderbird", NOT_OURS))
    send("a-phone", link("phone", REMIND), "phone")
    send("a-webmail", link("webmail", ANSWERED), "webmail")
    send("a-forged", link("forged", ANSWERED), trace=FROM_OUTSIDE)
    send("a-swapped-request", altered(link("plain", ANSWERED), keys["swapped"]))
    send("a-other-sender", link("plain", ANSWERED), by=office.other)
    send("a-citizen", link("plain", ANSWERED), by="camille@example.org", trace=FROM_OUTSIDE)
    send("a-expired", link("plain", ANSWERED, days=-1))
    send("a-cut", cut(link("plain", ANSWERED)))
    send("a-quoted", quoted(link("quoted", ANSWERED)))
    send("a-other-service", link("theirs", ANSWERED))
    from_page = office.link_on_page(keys["page"]).completed(TYPED)
    send("a-page-copied", from_page)
    send("a-page", from_page, "Outlook", by=office.referent)
    for _name, raw, by in sent:
        office.send(raw, by)
    before = office.dovecot.state(office.contact, "INBOX")

    with office.installation.daemon():
        wait_until(
            lambda: len(office.installation.json("actions")["actions"]) == len(sent),
            seconds=60,
            what="the actions",
        )

    assert office.became() == {
        "a-outlook": ("done", None),
        "a-thunderbird": ("waiting", "proposed"),
        "a-phone": ("done", None),
        "a-webmail": ("done", None),
        "a-forged": ("waiting", "sender-not-believed"),
        "a-swapped-request": ("refused", "not-signed-for-sender"),
        "a-other-sender": ("refused", "not-signed-for-sender"),
        "a-citizen": ("refused", "not-signed-for-sender"),
        "a-expired": ("refused", "expired"),
        "a-cut": ("refused", "no-token"),
        "a-quoted": ("done", None),
        "a-other-service": ("refused", "other-service"),
        "a-page-copied": ("refused", "not-signed-for-sender"),
        "a-page": ("done", None),
    }
    requests = office.requests()
    assert requests.keys() == keys.keys()
    assert {name for name, item in requests.items() if item["answered_at"]} == {
        "outlook",
        "webmail",
        "quoted",
        "page",
    }
    assert office.dovecot.state(office.contact, "INBOX") == before
    assert not any(word in office.installation.log() for word in ("@", "rappelée", "MAILSLA-"))


class ByPostfix(Office):
    """The same, whose mails go through a real Postfix."""

    postfix: PostfixServer

    def send(self, raw: bytes, sender: str) -> None:
        with smtplib.SMTP(self.postfix.host, self.postfix.port) as server:
            server.starttls(context=self.dovecot.certificates.client_context())
            server.sendmail(sender, [self.actions], raw)


@pytest.mark.in_parts(2)
@pytest.mark.xdist_group("postfix")
def test_what_clients_send_is_done_after_a_real_mail_server_and_another_one_delivered_it(
    dovecot: DovecotServer, smtp_relay: SmtpRelay, postfix: PostfixServer, tmp_path: Path
) -> None:
    office = ByPostfix(dovecot, smtp_relay, tmp_path)
    office.postfix = postfix
    for client in CLIENTS:
        office.receive(client.lower())
    office.installation.run("poll")

    for client, write in CLIENTS.items():
        asked = opened(office.links(client.lower(), office.head)[ANSWERED].href).completed(TYPED)
        office.send(write(asked, Sending(office.head, f"a-{client}@pref.example.fr", NOW)), office.head)

    def all_done() -> bool:
        office.installation.run("poll")
        return len(office.became()) == len(CLIENTS)

    wait_until(all_done, seconds=60, what="the actions")
    assert office.became() == {f"a-{client}": ("done", None) for client in CLIENTS}
    assert all(item["answered_at"] for item in office.requests().values())


@pytest.mark.in_parts(2)
def test_the_referent_confirms_from_his_mail_and_no_link_serves_twice(office: Office) -> None:
    office.receive("one")
    office.installation.run("poll")
    first = opened(office.links("one", office.head)[NO_ANSWER].href).completed({"Pourquoi": "injures"})
    office.send(thunderbird(first, office.sending(office.head, "proposal")), office.head)
    office.installation.run("poll")
    [proposal] = office.installation.json("actions")["actions"]

    waiting = Act(proposal["mail"], NOW, ActOutcome.WAITING, target=proposal["target"])
    swapped = Opened(first.to, first.subject.replace("Sans suite", "Confirmer"), first.body)
    confirm = opened(office.mails(office.referent).for_proposal(waiting)[0].href)
    for name, mail_, by in (
        ("again", first, office.head),
        ("swapped-action", swapped, office.head),
        ("by-head", confirm, office.head),
        ("confirmed", confirm, office.referent),
        ("confirmed-again", confirm, office.referent),
    ):
        office.send(thunderbird(mail_, office.sending(by, name)), by)
    office.installation.run("poll")

    became = office.became()
    # They came within the same second: which of the two is first is nobody's business.
    confirmed = {became.pop(name) for name in ("confirmed", "confirmed-again")}
    assert confirmed == {("done", None), ("refused", "already-used")}
    assert became == {
        "proposal": ("waiting", "proposed"),
        "again": ("refused", "already-used"),
        "swapped-action": ("refused", "already-used"),
        "by-head": ("refused", "not-signed-for-sender"),
    }
    [decision] = office.installation.json("decisions")["decisions"]
    assert (decision["action"], decision["decided_by"]) == ("exclude", office.referent)
    assert decision["reason"] == f"Sans suite, proposé par {office.head} : injures"
    assert "confirmed" in decision["recorded_by"]
