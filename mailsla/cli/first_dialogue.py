"""The questions of `mailsla init`, and what it finds by itself: an address and a password are enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mailsla.bootstrap.clock_rules import territory
from mailsla.bootstrap.first_look import FirstLook
from mailsla.cli.asking import Asker
from mailsla.cli.first_access import Access, Opened
from mailsla.cli.first_answers import (
    Given,
    read_address,
    read_departement,
    read_domain,
    read_host,
    read_text,
)
from mailsla.config.writing import Plan
from mailsla.core.clock.departements import departement_of
from mailsla.core.collection.mail_servers import Candidate, Refusal, Source, is_outside
from mailsla.core.errors import MailslaError, UsageError
from mailsla.core.mail.mailbox_names import compared
from mailsla.core.office.shared_domains import is_shared
from mailsla.core.office.shared_mailbox import SharedMailbox
from mailsla.core.office.surroundings import Shown, Surroundings
from mailsla.language import gettext as _
from mailsla.presentation import init_lines
from mailsla.usecases.look_around import LookedAround


@dataclass(frozen=True)
class Answers:
    """What comes of the dialogue: the configuration, and the password that was typed, to be kept in a file."""

    plan: Plan
    password: str | None = field(repr=False)


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
        self._access = Access(asker, given, folder)

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
        server, takes_passwords = self._server(look, domain)
        opened = self._access.opened(look, server, address, takes_passwords=takes_passwords)
        around = opened.around
        if around is not None:
            asker.say(_("Dossiers :"))
            for line in init_lines.mailboxes(around.mailboxes):
                asker.say(f"  {line}")
        departement, site = self._office(domain)
        asker.say(init_lines.calendar(territory(departement), departement))
        shared = self._shared(around, address)
        seen = _seen(around, shared)
        services = self._kept_of(seen.services, init_lines.services)
        plan = Plan(
            site=site,
            departement=departement,
            domains=self._domains(domain, seen),
            server=server,
            user=opened.user,
            secret=self._access.kept(),
            tokens=opened.tokens,
            sender=address,
            ca_file=None if given.ca_file is None else self._access.as_written(given.ca_file),
            only=() if shared is None else shared.only,
            sent=self._sent(around),
            form_senders=self._kept_of(seen.forms, init_lines.forms),
            authserv_id=self._authserv_id(seen),
            services=tuple((init_lines.service_name(item), item) for item in services),
            relay=self._relay(look, server, address, opened),
        )
        if seen.unseen:
            asker.say(init_lines.unseen(seen, address))
        return Answers(plan, opened.typed)

    def _server(self, look: FirstLook, domain: str) -> tuple[Candidate, bool]:
        """Return the server, found or named, that answers over verified TLS and that a person takes for theirs.

        With it comes whether it takes passwords.
        """
        named = self._given.host
        if named is not None or self._given.offline:
            named = self._asker.answer(named, "--host", _("Serveur IMAP :"), read_host)
        if named is not None and self._given.offline:
            return self._named(named), True
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
                    return found, search.takes_passwords
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

    def _shared(self, around: LookedAround | None, address: str) -> SharedMailbox | None:
        """Return the office's mailbox, where the account shows another one too and a person keeps them apart."""
        if around is None or around.shared is None:
            return None
        self._asker.say(init_lines.shared(around.shared, address))
        return around.shared if self._asker.agrees(_("Ne lire que cette boîte ?"), default=True) else None

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

    def _relay(self, look: FirstLook, server: Candidate, address: str, opened: Opened) -> Candidate | None:
        """Return where mails may be handed over with the same password, when a person wants that."""
        is_wanted = self._asker.asks or self._given.sends
        if self._given.offline or not is_wanted or opened.tokens is not None:
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
            look.try_smtp(found, address, opened.user, opened.secret)
        except MailslaError as error:
            self._asker.say(init_lines.refused(Refusal(found, str(error))))
            return None
        return found


def _seen(around: LookedAround | None, shared: SharedMailbox | None) -> Surroundings:
    """Return what the mails show that are going to be read; nothing without a look."""
    if around is None:
        return Surroundings()
    return around.shown if shared is None else around.shown_there
