"""An SMTP relay on a loopback port that delivers to Dovecot, and can be held at the worst moments."""

import asyncio
import base64
import smtplib
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.trials.servers.dovecot import DovecotServer
from tests.trials.servers.loopback import free_port
from tests.trials.servers.startable import Startable
from tests.trials.servers.tokens import TokenServer

_ACCEPTED = "250 2.0.0 OK"
_START_ATTEMPTS = 5
_LMTP_SECONDS = 30
_POLL_SECONDS = 0.005


@dataclass(frozen=True)
class ReceivedMail:
    """A mail that the relay delivered, whether or not its client lived to read so."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    tls: bool
    user: str | None


class SmtpRelay(Startable):
    """A relay that forwards by LMTP to `dovecot` before it answers; a refusal there is its own answer.

    All the recipients are delivered to, or none: one that Dovecot does not know refuses the mail.

    Args:
        dovecot: Where the mail goes, and whose certificate is shown; started before the mail comes.
        starttls: Offer STARTTLS, and require it before anything else.
        credentials: User and password without which no mail is taken; `None` for a relay without AUTH.
        tokens: Whose access tokens are taken instead, as Microsoft does: a refusal is a challenge first.

    Crash tests hold the client inside DATA: set one of the gates, start the client, `wait_until_held`, act,
    `release`. The mail of a client that dies before delivery is not delivered.

    Attributes:
        received: The mails delivered, oldest first.
        hold_before_delivery: When set, mail waits before anything is delivered.
        hold_after_delivery: When set, mail waits once delivered, before the client reads `250`.
    """

    def __init__(
        self,
        dovecot: DovecotServer,
        *,
        starttls: bool = False,
        credentials: tuple[str, str] | None = None,
        tokens: TokenServer | None = None,
    ) -> None:
        self.host = "127.0.0.1"
        self.received: list[ReceivedMail] = []
        self.hold_before_delivery = threading.Event()
        self.hold_after_delivery = threading.Event()
        self._dovecot = dovecot
        self._starttls = starttls
        self._credentials = credentials
        self._tokens = tokens
        self._held = threading.Event()
        self._refusal: str | None = None
        self._refused = ""
        self._controller: Controller | None = None
        self._port: int | None = None

    @property
    def port(self) -> int:
        """Port, on `host`."""
        if self._port is None:
            raise RuntimeError("the relay was never started: its port is not known")
        return self._port

    def start(self) -> None:
        """Start, on the port of the last time if there was one."""
        for _attempt in range(_START_ATTEMPTS - 1):
            try:
                return self._start(self._port or free_port())
            except OSError:
                continue
        return self._start(self._port or free_port())

    def stop(self) -> None:
        """Cut every client and stop; `received` stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def reset(self) -> None:
        """Forget the mails received, the refusal and the holds."""
        self.release()
        self.received.clear()
        self._refusal = None

    def refuse_with(self, reply: str | None, *, only: str = "") -> None:
        """From now on answer `reply` (`451 …`, `550 …`) to every DATA, or `only` to one recipient's; `None` accepts."""
        self._refusal, self._refused = reply, only

    def wait_until_held(self, timeout: float = 10.0) -> None:
        """Return once a client is held inside DATA.

        Raises:
            TimeoutError: None was within `timeout` seconds.
        """
        if not self._held.wait(timeout):
            raise TimeoutError(f"no client was held by the relay within {timeout} s")

    def release(self) -> None:
        """Let the held clients go on, and hold no other."""
        self.hold_before_delivery.clear()
        self.hold_after_delivery.clear()

    async def _answer(self, mail: ReceivedMail) -> str:
        if self._refusal is not None and self._refused in {"", *mail.recipients}:
            return self._refusal
        await self._wait_at(self.hold_before_delivery)
        refusal = self._deliver(mail)
        if refusal is not None:
            return refusal
        self.received.append(mail)
        await self._wait_at(self.hold_after_delivery)
        return _ACCEPTED

    def _start(self, port: int) -> None:
        handler = (
            _Handler(self._answer) if self._tokens is None else _TokenHandler(self._answer, self._tokens)
        )
        controller = Controller(handler, hostname=self.host, port=port, **self._options())
        try:
            controller.start()
        except OSError:
            controller.loop.close()
            raise
        self._controller = controller
        self._port = port

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"auth_require_tls": self._starttls}
        if self._starttls:
            context = self._dovecot.certificates.server_context()
            options |= {"tls_context": context, "require_starttls": True}
        if self._credentials is not None:
            options |= {"authenticator": self._authenticate, "auth_required": True}
        if self._tokens is not None:
            options |= {"auth_required": True, "auth_exclude_mechanism": ("LOGIN", "PLAIN")}
        return options

    def _authenticate(self, *arguments: Any) -> AuthResult:
        data: LoginPassword = arguments[-1]
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._credentials, handled=False, auth_data=given[0])

    async def _wait_at(self, gate: threading.Event) -> None:
        if not gate.is_set():
            return
        self._held.set()
        try:
            while gate.is_set():
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            self._held.clear()

    def _deliver(self, mail: ReceivedMail) -> str | None:
        """Deliver to every recipient and return nothing, or to none and return the reply that says why."""
        try:
            with smtplib.LMTP(self._dovecot.host, self._dovecot.lmtp_port, timeout=_LMTP_SECONDS) as lmtp:
                _check_recipients(lmtp, mail)
                # One at a time: LMTP answers DATA once for each recipient, and smtplib reads one answer.
                for recipient in mail.recipients:
                    lmtp.sendmail(mail.sender, [recipient], mail.raw)
        except smtplib.SMTPRecipientsRefused as refused:
            return _reply(*next(iter(refused.recipients.values())))
        except smtplib.SMTPResponseException as refused:
            return _reply(refused.smtp_code, refused.smtp_error)
        except OSError:
            return "451 4.4.1 the mail store does not answer"
        return None


class _Handler:
    """What aiosmtpd calls; it reads every attribute of its handler, properties included."""

    def __init__(self, answer: Callable[[ReceivedMail], Awaitable[str]]) -> None:
        self._answer = answer

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Answer the end of DATA; aiosmtpd cancels this as soon as the client is gone."""
        return await self._answer(_received_mail(session, envelope))


class _TokenHandler(_Handler):
    """The same, for whoever shows a token that is good."""

    def __init__(self, answer: Callable[[ReceivedMail], Awaitable[str]], tokens: TokenServer) -> None:
        super().__init__(answer)
        self._good = tokens

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 (aiosmtpd's name)
        """Read `user=…^Aauth=Bearer …^A^A`."""
        return await self._judge(server, base64.b64decode(args[1]).decode())

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 (aiosmtpd's name)
        """Read `n,a=…,^Aauth=Bearer …^A^A` (RFC 7628 §3.1)."""
        return await self._judge(server, base64.b64decode(args[1]).decode())

    async def _judge(self, server: SMTP, said: str) -> AuthResult:
        user, _separator, rest = said.partition("\x01")
        is_good = (
            rest.removeprefix("auth=Bearer ").rstrip("\x01") in self._good.good and self._good.user in user
        )
        if not is_good:
            await server.challenge_auth(b'{"status":"401"}')
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=self._good.user)


def _received_mail(session: Session, envelope: Envelope) -> ReceivedMail:
    assert envelope.mail_from is not None
    assert envelope.original_content is not None
    return ReceivedMail(
        sender=envelope.mail_from,
        recipients=tuple(envelope.rcpt_tos),
        raw=envelope.original_content,
        tls=session.ssl is not None,
        user=session.auth_data if session.authenticated else None,
    )


def _check_recipients(lmtp: smtplib.LMTP, mail: ReceivedMail) -> None:
    lmtp.ehlo_or_helo_if_needed()
    lmtp.mail(mail.sender)
    for recipient in mail.recipients:
        code, answer = lmtp.rcpt(recipient)
        if code != 250:
            raise smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
    lmtp.rset()


def _reply(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}".replace("\r", "").replace("\n", " ")
