"""`mailsla init` on a real server: what it finds by itself, what it asks, and what it never says to anybody."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.imap.login import takes_passwords
from mailsla.bootstrap.first_look import FirstLook
from mailsla.cli.asking import Asker
from mailsla.cli.first_answers import Given, read_token_url
from mailsla.cli.first_dialogue import Dialogue
from mailsla.config import load
from mailsla.config.writing import TokenAccess
from mailsla.core.collection.mail_servers import IMAP, IMAPS, MICROSOFT, SUBMISSION, Candidate, Source, Target
from mailsla.core.errors import TransientError, UsageError
from mailsla.usecases.find_server import find_server
from mailsla.usecases.look_around import LookedAround
from tests.trials.command_line import answered
from tests.trials.servers.certificates import CertificateAuthority
from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.smtp import SmtpRelay
from tests.trials.servers.tokens import TokenServer
from tests.trials.terminal import conversed, typed

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def raw(**fields: str) -> bytes:
    written = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"Date: Mon, 2 Nov 2026 09:00:00 +0000\r\n{written}\r\nBonjour.\r\n".encode()


@pytest.fixture
def contact(dovecot: DovecotServer) -> str:
    """Return the address of a contact box with citizens' mails, a form's, and replies, one of them unseen."""
    user = f"contact-{uuid4().hex}@cher.example.fr"
    hop = "from x (x [198.51.100.9]) by mx.cher.example.fr; Mon, 2 Nov 2026 09:00:00 +0000"
    vouched = {"Authentication_Results": "mx.cher.example.fr; spf=pass", "Received": hop}
    asked = [
        raw(
            **vouched,
            Message_ID=f"<{number}@exemple.net>",
            From="camille@exemple.net",
            To=f"{user}, pref-permis@cher.example.fr",
            Subject=f"Question {number}",
        )
        for number in range(4)
    ]
    form = raw(From="site@cher.example.fr", To=user, Reply_To="dominique@exemple.org", Subject="Formulaire")
    follow_up = raw(
        **vouched,
        Message_ID="<9@exemple.net>",
        From="camille@exemple.net",
        To=user,
        In_Reply_To="<nowhere@cher.example.fr>",
        Subject="Re: Question 1",
    )
    reply = raw(
        Message_ID="<r1@cher.example.fr>",
        From=user,
        To="camille@exemple.net",
        In_Reply_To="<1@exemple.net>",
        Subject="Re: Question 1",
    )
    dovecot.append_many(user, "INBOX", [(item, AT, ()) for item in (*asked, form, form, form, follow_up)])
    dovecot.append_many(user, "Sent", [(reply, AT, ())])
    return user


def options(dovecot: DovecotServer, address: str) -> list[str]:
    named = ["--address", address, "--host", dovecot.network_host, "--port", str(dovecot.imaps_port)]
    return ["init", *named, "--ca-file", str(dovecot.ca_pem)]


def test_without_a_terminal_the_options_give_a_configuration_that_check_passes(
    dovecot: DovecotServer, contact: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(f"{dovecot.password}\n")
    (tmp_path / "secret").chmod(0o600)
    before = dovecot.state(contact, "INBOX")
    given = [*options(dovecot, contact), "--password-file", "secret", "--departement", "18", "--site", "Cher"]

    done = answered(given, tmp_path, {})
    again = answered(given, tmp_path, {})
    polled = answered(["poll"], tmp_path, {})
    checked = answered(["check"], tmp_path, {})

    assert (done.returncode, again.returncode, polled.returncode, checked.returncode) == (0, 2, 0, 0), (
        done.stderr,
        checked.stdout,
    )
    written = tmp_path / "mailsla.toml"
    settings = load(written)
    assert written.stat().st_mode & 0o777 == 0o600
    assert dovecot.password not in written.read_text(encoding="utf-8")
    assert 'password_file = "secret"' in written.read_text(encoding="utf-8")
    assert settings.office.domains == ("cher.example.fr",)
    assert settings.office.form_senders == ("site@cher.example.fr",)
    assert settings.office.trusted_authserv_id == "mx.cher.example.fr"
    assert [(item.name, item.addresses) for item in settings.services] == [
        ("Permis", ("pref-permis@cher.example.fr",))
    ]
    assert settings.smtp is None
    assert settings.accounts[0].ca_file == dovecot.ca_pem.absolute()
    shown = " ".join(done.stdout.split())
    assert "INBOX (reçus) : 8 courriels" in shown
    assert "pref-permis@cher.example.fr (vu dans 4 courriels)" in shown
    assert "1 réponse d'usager sur 1" in shown
    # Nothing was written there, nor opened but to be read.
    assert dovecot.state(contact, "INBOX") == before
    said = {command.split(" ")[0] for session in dovecot.sessions(contact)[:1] for command in session}
    assert said <= {"CAPABILITY", "LIST", "STATUS", "EXAMINE", "UID", "LOGOUT"}
    assert not any("BODY[" in command for command in dovecot.commands(contact))


def test_a_person_is_asked_again_and_what_is_typed_is_kept_in_a_file_of_theirs(
    dovecot: DovecotServer, contact: str, tmp_path: Path
) -> None:
    code, shown = typed(
        [*options(dovecot, "nobody"), "--config", "here.toml", "--departement", "999"],
        [
            ("Adresse de la boîte de contact :", contact),
            ("Mot de passe (il ne s'affiche pas) :", "faux"),
            ("Identifiant IMAP :", ""),
            ("Mot de passe (il ne s'affiche pas) :", dovecot.password),
            ("Numéro du département :", "67"),
            ("Nom de la préfecture :", "Préfecture d'essai"),
            ("Garder ? [O/n]", "peut-être"),
            ("Répondez par oui ou par non.\r\nGarder ? [O/n]", "n"),
            ("Garder ? [O/n]", ""),
            ("Garder ? [O/n]", "oui"),
        ],
        tmp_path,
    )

    assert code == 0, shown
    settings = load(tmp_path / "here.toml")
    assert (tmp_path / "mot-de-passe").read_text() == f"{dovecot.password}\n"
    assert (tmp_path / "mot-de-passe").stat().st_mode & 0o777 == 0o600
    assert "faux" not in shown
    assert dovecot.password not in shown.replace("mot-de-passe", "")
    assert settings.services == ()
    assert settings.office.form_senders == ("site@cher.example.fr",)
    assert settings.accounts[0].user == contact
    assert settings.site.departement == "67"
    assert settings.site.name == "Préfecture d'essai"


@dataclass(frozen=True)
class Scripted(Asker):
    """A person who says the same to every question, and whose answers are given before."""

    asks: bool = True
    says_yes: bool = False
    answers: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def agrees(self, question: str, *, default: bool) -> bool:
        self.asked.append(f"{question} {default}")
        return self.says_yes


def dialogue(
    asker: Asker,
    server: DovecotServer,
    folder: Path,
    records: dict[str, list[Target]],
    looks: Callable[..., FirstLook] = FirstLook,
) -> Dialogue:
    look = partial(
        looks, records=lambda _domain, service: records.get(service, []), exchangers=lambda _domain: ()
    )
    (folder / "secret").write_text(f"{server.password}\n")
    given = Given(
        address="contact@cher.example.fr",
        password_file=folder / "secret",
        ca_file=server.ca_pem,
        departement="18",
        site="Cher",
    )
    return Dialogue(asker, given, folder, look)


@pytest.mark.parametrize("service", [IMAPS, IMAP])
def test_what_the_dns_names_is_used_once_a_person_has_confirmed_a_host_of_another_domain(
    dovecot: DovecotServer, tmp_path: Path, service: str
) -> None:
    port = dovecot.imaps_port if service == IMAPS else dovecot.imap_port
    records = {service: [Target(0, 0, port, f"{dovecot.network_host}.")]}
    person = Scripted(says_yes=True)

    plan = dialogue(person, dovecot, tmp_path, records).answers().plan

    assert (plan.server.host, plan.server.port, plan.server.source) == ("127.0.0.2", port, Source.DNS)
    assert plan.server.tls == ("implicit" if service == IMAPS else "starttls")
    assert person.asked[0].startswith("127.0.0.2 n'est pas de cher.example.fr.")
    assert person.asked[0].endswith(" False")


def test_without_a_terminal_a_host_of_another_domain_is_named_and_nobody_logs_in(
    dovecot: DovecotServer, tmp_path: Path
) -> None:
    records = {IMAPS: [Target(0, 0, dovecot.imaps_port, "127.0.0.2.")]}
    before = dovecot.log.count("Login")

    with pytest.raises(UsageError, match=r"donnez --host 127\.0\.0\.2"):
        dialogue(Asker(asks=False), dovecot, tmp_path, records).answers()

    assert dovecot.log.count("Login") == before


@dataclass(frozen=True)
class Flaky(FirstLook):
    """Loses the line so many times before it looks around."""

    losses: list[str] = field(default_factory=list)

    def look_around(
        self,
        candidate: Candidate,
        address: str,
        user: str,
        secret: Credentials,
        tokens: TokenAccess | None = None,
    ) -> LookedAround:
        if self.losses:
            raise TransientError(self.losses.pop())
        return super().look_around(candidate, address, user, secret, tokens)


@pytest.mark.parametrize(("losses", "is_done"), [(1, True), (2, True), (3, False)])
def test_a_line_that_is_lost_is_tried_again_as_long_as_a_person_wants_three_times_at_most(
    dovecot: DovecotServer, tmp_path: Path, losses: int, *, is_done: bool
) -> None:
    records = {IMAPS: [Target(0, 0, dovecot.imaps_port, "127.0.0.2.")]}
    person = Scripted(says_yes=True)
    talk = dialogue(person, dovecot, tmp_path, records, partial(Flaky, losses=["coupé."] * losses))

    if is_done:
        assert talk.answers().plan.server.host == "127.0.0.2"
    else:
        with pytest.raises(UsageError, match="coupé"):
            talk.answers()
    assert sum(question.startswith("Réessayer") for question in person.asked) == min(losses, 2)


@pytest.mark.parametrize(("password", "is_taken"), [("motdepasse", True), ("autre", False)])
def test_the_server_that_takes_mails_is_proposed_and_kept_when_it_takes_the_login(
    dovecot: DovecotServer, tmp_path: Path, password: str, *, is_taken: bool
) -> None:
    with SmtpRelay(dovecot, starttls=True, credentials=("contact@cher.example.fr", password)) as relay:
        records = {
            IMAPS: [Target(0, 0, dovecot.imaps_port, "127.0.0.2.")],
            SUBMISSION: [Target(0, 0, relay.port, "localhost.")],
        }
        person = Scripted(says_yes=True)
        plan = dialogue(person, dovecot, tmp_path, records).answers().plan

    proposed = Candidate("localhost", relay.port, "starttls", Source.DNS)
    assert plan.relay == (proposed if is_taken else None)
    # A password goes to another domain's server only once that was said.
    assert any(question.startswith("localhost n'est pas de") for question in person.asked)


def test_a_sent_mailbox_that_nothing_tells_apart_is_asked_for(tmp_path: Path) -> None:
    with DovecotServer(special_use={}) as server:
        user = server.new_user("contact@cher.example.fr")
        with server.client(user) as client:
            client.create_folder("Parti")
        (tmp_path / "secret").write_text(f"{server.password}\n")
        code, shown = typed(
            [*options(server, user), "--password-file", "secret"],
            [("Dossier des envoyés (- : aucun) :", "Partis"), ("Dossier des envoyés (- : aucun) :", "Parti")],
            tmp_path,
        )

    assert code == 0, shown
    assert "Le serveur n'a pas de dossier de ce nom." in shown
    assert load(tmp_path / "mailsla.toml").accounts[0].sent == ("Parti",)


@contextmanager
def listener(greeting: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Listen as a server that greets and never goes over to TLS; give its port, and what it hears."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _who = server.accept()
                except OSError:
                    return
                with line, suppress(OSError):
                    line.sendall(greeting)
                    while said := line.recv(4_096):
                        heard.append(said)
                        tag = said.split(b" ")[0]
                        line.sendall(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1], heard


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_server_without_tls_is_refused_and_hears_no_password(
    dovecot: DovecotServer, tmp_path: Path, tls: str
) -> None:
    (tmp_path / "secret").write_text(f"{dovecot.password}\n")
    with listener(b"* OK IMAP4rev1 ready\r\n") as (port, heard):
        where = ["--host", "127.0.0.1", "--port", str(port), "--tls", tls]
        done = answered(
            ["init", "--address", "a@cher.example.fr", *where, "--password-file", "secret"], tmp_path, {}
        )

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert dovecot.password.encode() not in b"".join(heard)
    assert not (tmp_path / "mailsla.toml").exists()


def refused(words: Sequence[str], folder: Path) -> str:
    """Run a command line that is refused in one sentence, and writes nothing; return the sentence."""
    done = answered(words, folder, {})
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "mailsla.toml").exists()
    [sentence] = done.stderr.strip().splitlines()
    return sentence.replace("\u00a0", " ")


def test_what_cannot_be_used_is_one_sentence_that_names_it(
    dovecot: DovecotServer, contact: str, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_text("faux\n")
    good = options(dovecot, contact)
    unverified = good[:-2]
    elsewhere = CertificateAuthority(tmp_path)

    assert "--address" in refused(["init"], tmp_path)
    assert "--address" in refused(["init", "--address", "contact"], tmp_path)
    assert "--password-file" in refused(good, tmp_path)
    assert "d'une seule façon" in refused([*good, "--password-file", "a", "--password-env", "B"], tmp_path)
    assert "refuse l'identifiant ou le mot de passe" in refused([*good, "--password-file", "wrong"], tmp_path)
    assert "il n'existe pas" in refused([*good, "--password-file", "nowhere"], tmp_path)
    assert "certificat du serveur n'est pas reconnu" in refused(
        [*unverified, "--password-file", "wrong"], tmp_path
    )
    assert "certificat du serveur n'est pas reconnu" in refused(
        [*unverified, "--ca-file", str(elsewhere.ca_pem), "--password-file", "wrong"], tmp_path
    )
    assert "--tls" in refused([*good, "--tls", "none"], tmp_path)
    assert "--password-command" in refused([*good, "--password-command", "pass 'x"], tmp_path)
    assert "son dossier n'existe pas" in refused([*good, "--config", "nowhere/mailsla.toml"], tmp_path)
    assert "--host" in refused(["init", "--address", contact, "--host", "imap.example.fr:993"], tmp_path)


def test_a_domain_where_anybody_has_an_address_is_not_the_office_s(tmp_path: Path) -> None:
    words = ["init", "--offline", "--address", "pref@orange.fr", "--host", "imap.orange.fr"]
    named = ["--password-env", "MOT", "--departement", "18", "--site", "Cher"]

    assert "--domain" in refused([*words, *named], tmp_path)
    assert "Chacun peut avoir" in refused([*words, *named, "--domain", "orange.fr"], tmp_path)
    assert answered([*words, *named, "--domain", "@cher.gouv.fr"], tmp_path, {}).returncode == 0
    assert load(tmp_path / "mailsla.toml").office.domains == ("cher.gouv.fr",)


def test_offline_what_the_options_say_is_written_and_nothing_else_is_looked_at(tmp_path: Path) -> None:
    words = ["init", "--offline", "--address", "contact@2a.example.fr", "--host", "imap.example.fr"]
    named = ["--password-env", "MOT", "--departement", "2a", "--site", 'Préfecture d\'essai "bis"']

    assert "--host" in refused([*words[:4], *named], tmp_path)
    assert "999" in refused([*words, *named, "--departement", "999"], tmp_path)
    assert answered([*words, *named], tmp_path, {}).returncode == 0
    assert answered(["calendar", "2026"], tmp_path, {}).returncode == 0
    assert load(tmp_path / "mailsla.toml").site.departement == "2A"


APPLICATION = ["--client-id", "mailsla", "--departement", "18", "--site", "Cher"]


@pytest.fixture(scope="module")
def tokens_alone() -> Iterator[tuple[TokenServer, DovecotServer]]:
    """Start a mail server that takes access tokens alone, and who gives them."""
    with (
        TokenServer("contact@cher.example.fr") as tokens,
        DovecotServer(introspection_url=f"{tokens.url}/introspect", passwords=False) as server,
    ):
        yield tokens, server


def test_a_server_that_takes_tokens_alone_says_what_to_ask_for_and_hears_no_password(
    tokens_alone: tuple[TokenServer, DovecotServer], tmp_path: Path
) -> None:
    _tokens, server = tokens_alone
    (tmp_path / "secret").write_text(f"{server.password}\n")

    said = refused([*options(server, "contact@cher.example.fr"), "--password-file", "secret"], tmp_path)

    assert "seulement par jetons d'accès (OAuth2)" in said
    assert "--client-id" in said
    assert server.log.count("no auth attempts") == server.log.count("session=<")


def test_a_password_that_is_configured_for_a_server_of_tokens_alone_is_never_sent(
    tokens_alone: tuple[TokenServer, DovecotServer], tmp_path: Path
) -> None:
    _tokens, server = tokens_alone
    (tmp_path / "secret").write_text(f"{server.password}\n")
    words = [*options(server, "contact@cher.example.fr"), "--offline", *APPLICATION[2:]]
    assert answered([*words, "--password-file", "secret"], tmp_path, {}).returncode == 0
    known = server.log

    polled = answered(["poll"], tmp_path, {})

    assert "seulement des jetons d'accès" in " ".join(polled.stdout.split()).replace("\u00a0", " ")
    assert "no auth attempts" in server.log.removeprefix(known)


def test_an_application_s_tokens_open_the_account_and_its_secret_is_kept_as_a_password_is(
    tokens_alone: tuple[TokenServer, DovecotServer], tmp_path: Path
) -> None:
    tokens, server = tokens_alone
    token_url = f"{tokens.url}/token"

    answers = {
        "client_id": "mailsla",
        "token_url": token_url,
        "Secret de l'application": tokens.client_secret,
    }
    code, shown, asked = conversed(
        [*options(server, "contact@cher.example.fr"), *APPLICATION[2:]], answers, tmp_path
    )
    polled = answered(["poll"], tmp_path, {})

    assert code == 0, (shown, server.log)
    assert len(asked) >= len(answers)
    assert tokens.client_secret not in shown
    account = load(tmp_path / "mailsla.toml").accounts[0]
    assert account.oauth2 is not None
    assert (account.oauth2.token_url, account.oauth2.client_id) == (token_url, "mailsla")
    assert account.oauth2.client_secret_file == tmp_path / "mot-de-passe"
    assert (tmp_path / "mot-de-passe").stat().st_mode & 0o777 == 0o600
    assert polled.returncode == 0, polled.stdout + polled.stderr


@pytest.mark.parametrize(
    "written",
    ["http://login.example.fr/token", "login.example.fr", "https://a@b.example/", "ftp://localhost/"],
)
def test_a_secret_is_said_to_no_address_that_a_configuration_would_refuse(written: str) -> None:
    with pytest.raises(UsageError, match="l'adresse du serveur d'autorisation"):
        read_token_url(written)


def test_microsoft_365_is_found_by_who_takes_the_domain_s_mail_and_wants_an_application(
    dovecot: DovecotServer, tmp_path: Path
) -> None:
    at_microsoft = FirstLook(
        "nowhere.example", records=lambda *_: (), exchangers=lambda _: ["cher.mail.protection.outlook.com."]
    )
    reached: list[str] = []

    def reach(candidate: Candidate) -> bool:
        reached.append(candidate.host)
        if candidate.host != MICROSOFT:
            raise TransientError("rien.")
        return True

    with dovecot.client(dovecot.new_user()) as client:
        assert takes_passwords(client)
        client.host = MICROSOFT
        assert not takes_passwords(client)
    found = find_server(at_microsoft.imap_places(), reach, lambda: 0.0).found
    words = ["init", "--offline", "--address", "contact@cher.example.fr", "--host", MICROSOFT]

    assert found == Candidate(MICROSOFT, 993, "implicit", Source.DNS)
    assert reached[-1] == MICROSOFT
    assert "IMAP.AccessAsApp" in refused([*words, "--password-env", "MOT"], tmp_path)
    assert answered([*words, *APPLICATION, "--password-env", "MOT"], tmp_path, {}).returncode == 0
    oauth2 = load(tmp_path / "mailsla.toml").accounts[0].oauth2
    assert oauth2 is not None
    assert oauth2.token_url == "https://login.microsoftonline.com/cher.example.fr/oauth2/v2.0/token"
    assert (oauth2.client_secret_env, oauth2.scope) == ("MOT", "https://outlook.office365.com/.default")
