"""Hands mails over to an SMTP server (RFC 5321); its errors become ours here."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mailsla.adapters.access.credentials import Credentials
from mailsla.adapters.access.deadline import breaking_off
from mailsla.adapters.access.failure_words import certificate_failure, connection_failure
from mailsla.adapters.access.oauth import TokenSource
from mailsla.adapters.access.tls import tls_context
from mailsla.adapters.machine.present import Now
from mailsla.adapters.smtp_login import with_password, with_token
from mailsla.core.alerts.outgoing import Letter, Outgoing
from mailsla.core.errors import MailRefused, MailslaError, PermanentError, TransientError
from mailsla.core.mail.printable import printable
from mailsla.language import gettext as _

LONGEST_FIELD = 500
"""Letters of what a header says; a subject is far shorter."""


TOO_LARGE = 552
"""RFC 1870 §6: the mail is larger than the server takes."""


class _Bounded(smtplib.SMTP):
    """Gives each reply as long as its first byte may take; sending, and the handshake, have that limit already."""

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is None:
            return super().getreply()
        with breaking_off(self.sock, self.timeout):
            return super().getreply()


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    pass


@dataclass(frozen=True)
class SmtpServer:
    """How to reach the server that takes our mail.

    Attributes:
        host: Its name, by which its certificate is verified.
        port: Where it listens.
        tls: "implicit", "starttls" or "none".
        sender: The address that mails come from.
        user: Whose login; None for none.
        credentials: The password; None with `tokens`.
        tokens: Where access tokens come from.
        mechanism: How they are said: "xoauth2" or "oauthbearer".
        ca_file: The site's own authority; None for the system's.
        timeout_seconds: How long an answer may take.
    """

    host: str
    port: int
    tls: str
    sender: str
    user: str | None = None
    credentials: Credentials | None = None
    tokens: TokenSource | None = None
    mechanism: str = "xoauth2"
    ca_file: Path | None = None
    timeout_seconds: float = 30

    def send(self, message: EmailMessage) -> None:
        """Hand `message` over; returns once the server has taken responsibility for it.

        Raises:
            TransientError: When it may work later (4xx, network).
            PermanentError: When a person must act (5xx, password, certificate).
        """
        with self.session() as send:
            send(message)

    @contextmanager
    def session(self) -> Iterator[Callable[[EmailMessage], None]]:
        """Open a line to the server and log in; what is given hands a mail over on it.

        Raises:
            TransientError: As `send`.
            PermanentError: As `send`.
        """
        with self._session() as session:

            def send(message: EmailMessage) -> None:
                with _translated():
                    session.send_message(message, from_addr=self.sender)

            yield send

    def greet(self) -> None:
        """Connect, log in and leave, to check that mail could be sent.

        Raises:
            TransientError: As `send`.
            PermanentError: As `send`.
        """
        with self._session() as session, _translated():
            session.noop()

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        with _translated():
            session = self._connect()
        try:
            yield session
        finally:
            _leave(session)

    def _connect(self) -> smtplib.SMTP:
        if self.tls == "implicit":
            context = tls_context(self.ca_file)
            session: smtplib.SMTP = _BoundedTls(
                self.host, self.port, timeout=self.timeout_seconds, context=context
            )
        else:
            session = _Bounded(self.host, self.port, timeout=self.timeout_seconds)
        try:
            if self.tls == "starttls":
                session.starttls(context=tls_context(self.ca_file))
            self._log_in(session)
        except BaseException:
            session.close()
            raise
        return session

    def _log_in(self, session: smtplib.SMTP) -> None:
        if self.user is None:
            return
        if self.tokens is not None:
            with_token(session, self.user, self.tokens, self.mechanism)
        elif self.credentials is not None:
            with_password(session, self.user, self.credentials)


def _leave(session: smtplib.SMTP) -> None:
    try:
        session.quit()
    except (OSError, smtplib.SMTPException):
        session.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn smtplib's errors into ours; `SMTPException` is an `OSError`, so it comes first."""
    try:
        yield
    except MailslaError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise PermanentError(
            _("le certificat du serveur d'envoi n'est pas reconnu ({reason}).").format(
                reason=certificate_failure(error)
            )
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _text in error.recipients.values()}
        raise _mail_refusal(max(codes)) from error
    except smtplib.SMTPServerDisconnected as error:
        raise TransientError(_("le serveur d'envoi a coupé la connexion.")) from error
    except smtplib.SMTPNotSupportedError as error:
        raise PermanentError(_("le serveur d'envoi n'offre pas ce que [smtp] demande.")) from error
    except smtplib.SMTPResponseException as error:
        raise _answered(error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise TransientError(
            _("la connexion au serveur d'envoi a échoué ({reason}).").format(reason=connection_failure(error))
        ) from error


def _answered(error: smtplib.SMTPResponseException) -> MailslaError:
    """Return the error of an answer: to a login, to a mail, or to whatever else was said."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _login_refusal(error.smtp_code)
    # A mail that is too large is refused with its sender already, before its recipient is named (RFC 1870 §6.1).
    is_of_mail = isinstance(error, smtplib.SMTPDataError) or error.smtp_code == TOO_LARGE
    return _mail_refusal(error.smtp_code) if is_of_mail else _refusal(error.smtp_code)


def _login_refusal(code: int) -> MailslaError:
    if _may_pass(code):
        sentence = _("le serveur d'envoi ne laisse pas entrer pour le moment (code {code}).")
        return TransientError(sentence.format(code=code))
    sentence = _(
        "le serveur d'envoi refuse l'identifiant, ou ce qui le prouve (code {code}) : vérifiez [smtp]."
    )
    return PermanentError(sentence.format(code=code))


def _mail_refusal(code: int) -> MailslaError:
    """Return the error of a mail that is refused for its recipient, or for what it is."""
    found = _refusal(code)
    return MailRefused(str(found)) if isinstance(found, PermanentError) else found


def _refusal(code: int) -> MailslaError:
    sentence = _("le serveur d'envoi a refusé le courriel (code {code}).").format(code=code)
    return TransientError(sentence) if _may_pass(code) else PermanentError(sentence)


def _may_pass(code: int) -> bool:
    """RFC 5321 §4.2.1: 4yz may succeed later, 5yz will not."""
    return 400 <= code < 500


@dataclass(frozen=True)
class Envelope:
    """What every mail of a site bears.

    Attributes:
        sender: The address that mails come from.
        name: Whose they are, as people read it beside that address; empty for nobody's.
    """

    sender: str
    name: str = ""

    @property
    def domain(self) -> str:
        """The domain of its identifiers."""
        return self.sender.rpartition("@")[2]


def compose(
    letter: Letter, envelope: Envelope, *, message_id: str, recipient: str, date: str
) -> EmailMessage:
    """Return a mail as sent: marked as automatic (RFC 3834 §5) and as mailsla's own, of a series (RFC 2919) or not."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{message_id}>"
    message["Date"] = date
    message["From"] = Address(one_line(envelope.name), addr_spec=envelope.sender)
    message["To"] = recipient
    if letter.reply_to is not None:
        message["Reply-To"] = letter.reply_to
    message["Subject"] = one_line(letter.subject)
    if letter.list_name:
        message["List-Id"] = f"<{letter.list_name}.mailsla.{envelope.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Mailsla"] = "alert"
    message.set_content(letter.text, cte="quoted-printable")
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for item in letter.attachments:
        maintype, _slash, subtype = item.media_type.partition("/")
        # Text of ours is UTF-8.
        charset = {"charset": "utf-8"} if maintype == "text" else {}
        message.add_attachment(
            item.content, maintype=maintype, subtype=subtype, filename=item.name, params=charset
        )
    return message


def one_line(text: str) -> str:
    """Return a text that a header may hold: nothing in it ends the line, or is no character."""
    return " ".join(printable(text, LONGEST_FIELD).split())


@dataclass(frozen=True)
class Mailer:
    """Hands mails over. Satisfies `mailsla.usecases.hand_over.Mailer`."""

    server: SmtpServer
    name: str
    now: Now
    zone: ZoneInfo

    @contextmanager
    def session(self) -> Iterator[Callable[[Outgoing, Letter], None]]:
        """Open a line to the server, over which one mail is handed, dated in the site's zone."""
        with self.server.session() as send:

            def hand_over(mail: Outgoing, letter: Letter) -> None:
                date = format_datetime(self.now().astimezone(self.zone))
                envelope = Envelope(self.server.sender, self.name)
                send(
                    compose(letter, envelope, message_id=mail.message_id, recipient=mail.recipient, date=date)
                )

            yield hand_over
