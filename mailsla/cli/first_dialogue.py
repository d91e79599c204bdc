"""The questions of `mailsla init`, and what it finds by itself: an address and a password are enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailsla.adapters.access.credentials import Credentials
from mailsla.bootstrap.clock_rules import territory
from mailsla.bootstrap.first_look import FirstLook, credentials_of
from mailsla.cli.asking import Asker
from mailsla.cli.first_answers import (
    PASSWORD_FILE,
    Given,
    read_address,
    read_departement,
    read_domain,
    read_host,
    read_text,
)
from mailsla.config.writing import Plan, SecretKey
from mailsla.core.clock.departements import departement_of
from mailsla.core.collection.mail_servers import Candidate, Refusal, Source, is_outside
from mailsla.core.errors import LoginRefused, MailslaError, UsageError
from mailsla.core.mail.mailbox_names import compared
from mailsla.core.office.shared_domains import is_shared
from mailsla.core.office.surroundings import Shown, Surroundings
from mailsla.language import gettext as _
from mailsla.presentation import init_lines
from mailsla.usecases.look_around import LookedAround

MOST_TRIES = 3
"""Passwords that are tried: a few more may lock the account."""


@dataclass(frozen=True)
class Answers:
    """What comes of the dialogue: the configuration, and the password that was typed, to be kept in a file."""

    plan: Plan
    password: str | None


class Dialogue:
    """One run of the questions.

    Args:
        asker: Who asks.
        given: What the options say.
        folder: Where the configuration will be.
        look: How servers are looked at.
    """

    def __init__(
        self,
        asker: Asker,
        given: Given,
        folder: Path,
        look: Callable[[str, Path | None], FirstLook] = FirstLook,
    ) -> None:
        self._asker = asker
        self._look = look
        self._given = given
        self._folder = folder
        self._secret = given.secret()

    def answers(self) -> Answers:
        """Ask, look, propose; return what the configuration is to say.

        Raises:
            UsageError: When something is missing that nobody can be asked for, or nothing can be reached.
        """
        asker, given = self._asker, self._given
        address = asker.answer(
            given.address, "--address", _("Adresse de la boîte de contact :"), read_address
        )
        domain = address.rpartition("@")[2]
        look = self._look(domain, given.ca_file)
        server = self._server(look, domain)
        user, password, around = self._entered(look, server, address)
        departement, site = self._office(domain)
        asker.say(init_lines.calendar(territory(departement), departement))
        seen = Surroundings() if around is None else around.shown
        services = self._kept_of(seen.services, init_lines.services)
        plan = Plan(
            site=site,
            departement=departement,
            domains=self._domains(domain, seen),
            server=server,
            user=user,
            secret=self._kept(),
            sender=address,
            ca_file=None if given.ca_file is None else self._as_written(given.ca_file),
            sent=self._sent(around),
            form_senders=self._kept_of(seen.forms, init_lines.forms),
            authserv_id=self._authserv_id(seen),
            services=tuple((init_lines.service_name(item), item) for item in services),
            relay=self._relay(look, server, address, user, credentials_of(password, self._secret)),
        )
        if seen.unseen:
            asker.say(init_lines.unseen(seen, address))
        return Answers(plan, password)

    def _server(self, look: FirstLook, domain: str) -> Candidate:
        """Return the server, found or named, that answers over verified TLS and that a person takes for theirs."""
        named = self._given.host
        if named is not None or self._given.offline:
            named = self._asker.answer(named, "--host", _("Serveur IMAP :"), read_host)
        if named is not None and self._given.offline:
            return self._named(named)
        while True:
            if named is None:
                self._asker.say(_("Recherche du serveur de {domain}…").format(domain=domain))
                search = look.find_imap()
            else:
                search = look.try_imap(self._named(named))
            found = search.found
            if found is not None:
                self._asker.say(init_lines.found(found, domain))
                is_ours = found.source is Source.GIVEN or not is_outside(found.host, domain)
                if is_ours or self._asker.agrees(init_lines.outside(found.host, domain), default=False):
                    return found
                if not self._asker.asks:
                    raise UsageError(
                        _(
                            "{host} n'est pas de {domain} : si c'est bien le vôtre, donnez --host {host}."
                        ).format(host=found.host, domain=domain)
                    )
            elif not self._asker.asks:
                raise UsageError(
                    _("Aucun serveur n'a été trouvé pour {domain} : donnez --host.").format(domain=domain)
                    if named is None
                    else init_lines.refused(search.refused[-1])
                )
            else:
                for refusal in search.refused:
                    self._asker.say(init_lines.refused(refusal))
            named = self._asker.answer(None, "--host", _("Serveur IMAP :"), read_host)

    def _named(self, host: str) -> Candidate:
        tls = self._given.tls or ("starttls" if self._given.port == 143 else "implicit")
        return Candidate(host, self._given.port or (143 if tls == "starttls" else 993), tls, Source.GIVEN)

    def _entered(
        self, look: FirstLook, server: Candidate, address: str
    ) -> tuple[str, str | None, LookedAround | None]:
        """Return the login and the password that open the account, and what is in it."""
        user = self._given.user or address
        if self._given.offline:
            return user, None, None
        password = self._password()
        for tried in range(1, MOST_TRIES + 1):
            try:
                around = look.look_around(server, address, user, credentials_of(password, self._secret))
            except MailslaError as error:
                said = init_lines.refused(Refusal(server, str(error)))
                is_refused = isinstance(error, LoginRefused)
                if tried == MOST_TRIES or not self._asker.asks or (is_refused and password is None):
                    raise UsageError(said) from error
                self._asker.say(said)
                if is_refused:
                    user = self._asker.answer(None, "--user", _("Identifiant IMAP :"), read_text, user)
                    password = self._password()
                elif not self._asker.agrees(_("Réessayer ?"), default=True):
                    raise UsageError(said) from error
            else:
                self._asker.say(_("Dossiers :"))
                for line in init_lines.mailboxes(around.mailboxes):
                    self._asker.say(f"  {line}")
                return user, password, around
        raise AssertionError

    def _password(self) -> str | None:
        """Return the password that a person types; None when the options say where it is."""
        if self._secret.ways:
            return None
        kept = self._folder / PASSWORD_FILE
        if kept.exists():
            raise UsageError(
                _("{path} existe déjà : s'il tient ce mot de passe, donnez --password-file {path}.").format(
                    path=kept
                )
            )
        return self._asker.answer(
            None, "--password-file", _("Mot de passe (il ne s'affiche pas) :"), read_text, hidden=True
        )

    def _kept(self) -> SecretKey:
        """Return where the configuration says the password is; a file beside it, by its name alone."""
        secret = self._secret
        if secret.command is not None:
            return "password_command", secret.command
        if secret.env is not None:
            return "password_env", secret.env
        if secret.file is None:
            return "password_file", str(PASSWORD_FILE)
        return "password_file", str(self._as_written(secret.file))

    def _as_written(self, path: Path) -> Path:
        """Return a path as the configuration names it: by its name alone beside it, else whole."""
        whole = path.absolute()
        return Path(whole.name) if whole.parent == self._folder.absolute() else whole

    def _office(self, domain: str) -> tuple[str, str]:
        """Return the number of the département and the office's name: by the domain's own, or asked for."""
        named = departement_of(domain)
        code = self._asker.answer(
            self._given.departement or (None if named is None else named.code),
            "--departement",
            _("Numéro du département :"),
            read_departement,
        )
        proposed = "" if named is None or named.code != code else f"Préfecture {named.of_it}"
        named_so = self._given.site or proposed or None
        return code, self._asker.answer(named_so, "--site", _("Nom de la préfecture :"), read_text)

    def _domains(self, domain: str, seen: Surroundings) -> tuple[str, ...]:
        own = self._given.domain or (None if is_shared(domain) else domain)
        first = self._asker.answer(
            own, "--domain", _("Domaine de messagerie (ex. cher.gouv.fr) :"), read_domain
        )
        return tuple(dict.fromkeys([first, *self._kept_of(seen.domains, init_lines.domains)]))

    def _kept_of(self, shown: Shown, say: Callable[[Shown], str]) -> tuple[str, ...]:
        """Return the names that the mails show and a person keeps: all of them, or those that are kept one by one."""
        if not shown:
            return ()
        self._asker.say(say(shown))
        if self._asker.agrees(_("Garder ?"), default=True):
            return tuple(name for name, _count in shown)
        one_by_one = shown if len(shown) > 1 else ()
        return tuple(
            item[0] for item in one_by_one if self._asker.agrees(init_lines.one_of_them(item), default=False)
        )

    def _authserv_id(self, seen: Surroundings) -> str:
        if not seen.vouching:
            return ""
        self._asker.say(init_lines.vouching(seen))
        return seen.vouching if self._asker.agrees(_("Garder ?"), default=True) else ""

    def _sent(self, around: LookedAround | None) -> tuple[str, ...]:
        """Return the sent mailbox that a person names, where nothing tells which one is."""
        if around is None or init_lines.has_sent(around.mailboxes):
            return ()
        self._asker.say(_("Aucun dossier d'envoyés n'est reconnu : les réponses ne seraient pas vues."))
        if not self._asker.asks:
            return ()
        there = {compared(mailbox.name): mailbox.name for mailbox in around.mailboxes}

        def read(written: str) -> str:
            if written == "-":
                return ""
            if compared(written) not in there:
                raise UsageError(_("Le serveur n'a pas de dossier de ce nom."))
            return there[compared(written)]

        name = self._asker.answer(None, "sent", _("Dossier des envoyés (- : aucun) :"), read)
        return (name,) if name else ()

    def _relay(
        self, look: FirstLook, server: Candidate, address: str, user: str, secret: Credentials
    ) -> Candidate | None:
        """Return where mails may be handed over with the same login, when a person wants that."""
        if self._given.offline or not (self._asker.asks or self._given.sends):
            return None
        found = look.find_smtp(server.host).found
        if found is None:
            return None
        is_known = found.host == server.host or not is_outside(found.host, look.domain)
        if not is_known and not self._asker.agrees(
            init_lines.outside(found.host, look.domain), default=False
        ):
            return None
        self._asker.say(init_lines.relay(found))
        if not self._asker.agrees(_("S'en servir ?"), default=True):
            return None
        try:
            look.try_smtp(found, address, user, secret)
        except MailslaError as error:
            self._asker.say(init_lines.refused(Refusal(found, str(error))))
            return None
        return found
