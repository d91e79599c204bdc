"""What `mailsla init` tells of what it found: each proposal with its evidence, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailsla.core.clock.territory import Territory
from mailsla.core.collection.mail_servers import Candidate, Refusal, Source
from mailsla.core.collection.on_server import CountedMailbox
from mailsla.core.mail.copies import MailboxRole
from mailsla.core.office.shared_mailbox import SharedMailbox
from mailsla.core.office.surroundings import Shown, Surroundings
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import terms, words

MOST_SHOWN = 20


def found(candidate: Candidate, domain: str) -> str:
    """Say which server answers, and who says that it is the one."""
    said = {
        Source.DNS: _(
            "{host}, port {port}, que le DNS de {domain} annonce : il répond, son certificat est bon."
        ),
        Source.USUAL: _(
            "{host}, port {port}, un nom usuel pour {domain} : il répond, son certificat est bon."
        ),
        Source.GIVEN: _("{host}, port {port} : il répond, son certificat est bon."),
    }[candidate.source]
    return said.format(
        host=words.safe(candidate.host, 100), port=candidate.port, domain=words.safe(domain, 100)
    )


def refused(refusal: Refusal) -> str:
    """Say why a server is not the one."""
    at = refusal.candidate
    return _("{host}, port {port} : {reason}").format(
        host=words.safe(at.host, 100), port=at.port, reason=refusal.reason
    )


def outside(host: str, domain: str) -> str:
    """Ask whether the password may go to a server that is not of the address's domain (RFC 6186 §6)."""
    return _("{host} n'est pas de {domain}. Est-ce bien le vôtre, et lui envoyer le mot de passe ?").format(
        host=words.safe(host, 100), domain=words.safe(domain, 100)
    )


def microsoft_wants() -> str:
    """Say that Microsoft 365 takes no password, and what to ask its administrator for."""
    return _(
        "Microsoft 365 n'ouvre aucune boîte par mot de passe. Son administrateur y enregistre une application "
        "(Microsoft Entra, autorisation IMAP.AccessAsApp), lui donne le droit de lire cette boîte, et vous en dit "
        "l'identifiant et le secret."
    )


def tokens_alone(host: str) -> str:
    """Say that a server takes no password, and what to ask for."""
    return _(
        "{host} n'ouvre aucune boîte par mot de passe, seulement par jetons d'accès (OAuth2). Demandez à qui le tient "
        "l'adresse des jetons, l'identifiant et le secret d'une application qui peut lire cette boîte."
    ).format(host=words.safe(host, 100))


def mailboxes(counted: Sequence[CountedMailbox]) -> Iterator[str]:
    """Say which mailboxes there are, with how many mails; those that hold some first."""
    shown = sorted(counted, key=lambda item: item.messages == 0)[:MOST_SHOWN]
    for mailbox in shown:
        named = f"{words.safe(mailbox.name, 60)} ({terms.mailbox_role(mailbox.role)})"
        yield _("{named} : {mails}").format(
            named=named,
            mails=_("ne s'ouvre pas") if mailbox.messages is None else _mails(mailbox.messages),
        )
    others = len(counted) - len(shown)
    if others:
        yield ngettext("et {n} autre dossier", "et {n} autres dossiers", others).format(n=others)


def shared(mailbox: SharedMailbox, address: str) -> str:
    """Propose to read the office's own mailbox alone, where the account shows somebody's too."""
    seen = ngettext(
        "{n} courriel reçu ailleurs dans ce compte ne lui est pas écrit",
        "{n} courriels reçus ailleurs dans ce compte ne lui sont pas écrits",
        mailbox.elsewhere,
    ).format(n=words.number(mailbox.elsewhere))
    return _(
        "La boîte de {address} est sous « {name} » ({mails}) ; {seen} : quelqu'un d'autre les reçoit."
    ).format(
        address=words.safe(address, 100),
        name=words.safe(mailbox.name, 100),
        mails=_mails(mailbox.written),
        seen=seen,
    )


def has_sent(counted: Sequence[CountedMailbox]) -> bool:
    """Tell whether one of the mailboxes holds what was sent."""
    return any(mailbox.role is MailboxRole.SENT for mailbox in counted)


def calendar(territory: Territory, departement: str) -> str:
    """Say which calendar and which zone a département gives."""
    return _("Calendrier : {territory}, fuseau {zone}, d'après le département {number}.").format(
        territory=territory.name, zone=territory.zone, number=departement
    )


def domains(shown: Shown) -> str:
    """Propose domains of ours."""
    return ngettext(
        "Un autre domaine à nous : {shown}.", "D'autres domaines à nous : {shown}.", len(shown)
    ).format(shown=_evidence(shown))


def forms(shown: Shown) -> str:
    """Propose web forms."""
    return ngettext(
        "Un formulaire en ligne, qui écrit pour des usagers (Reply-To dehors) : {shown}.",
        "Des formulaires en ligne, qui écrivent pour des usagers (Reply-To dehors) : {shown}.",
        len(shown),
    ).format(shown=_evidence(shown))


def services(shown: Shown) -> str:
    """Propose services by their addresses."""
    return ngettext(
        "Une adresse de service, à laquelle des usagers écrivent : {shown}.",
        "Des adresses de services, auxquelles des usagers écrivent : {shown}.",
        len(shown),
    ).format(shown=_evidence(shown))


def one_of_them(shown: tuple[str, int]) -> str:
    """Ask whether one of several is kept."""
    return _("Garder {shown} ?").format(shown=_evidence((shown,)))


def vouching(seen: Surroundings) -> str:
    """Propose the name under which our server says what it verified."""
    return _("Votre serveur dit ce qu'il a vérifié de tout courriel reçu du dehors : {shown}.").format(
        shown=_evidence(((seen.vouching, seen.vouched),))
    )


def unseen(seen: Surroundings, address: str) -> str:
    """Warn that agents answer from boxes that are not read, as citizens' answers show."""
    count = ngettext(
        "Attention : parmi les derniers courriels, {n} réponse d'usager sur {total} cite un courriel de la "
        "préfecture qui n'est dans aucun dossier lu.",
        "Attention : parmi les derniers courriels, {n} réponses d'usagers sur {total} citent un courriel de la "
        "préfecture qui n'est dans aucun dossier lu.",
        seen.unseen,
    ).format(n=seen.unseen, total=seen.answered)
    return _(
        "{count} Des agents répondent d'une boîte à eux : leurs réponses ne compteraient pas. Ajoutez ces boîtes par "
        "[[accounts]], ou faites mettre {address} en copie ; « mailsla check » dira la part exacte."
    ).format(count=count, address=words.safe(address, 100))


def relay(candidate: Candidate) -> str:
    """Propose where alerts and reports may be handed over."""
    return _(
        "Pour les alertes et les rapports : {host}, port {port}, répond, son certificat est bon."
    ).format(host=words.safe(candidate.host, 100), port=candidate.port)


def service_name(address: str) -> str:
    """Return what a service may be called, by its address.

    >>> service_name("pref-carte-grise@cher.gouv.fr")
    'Carte grise'
    """
    local = address.partition("@")[0].removeprefix("pref-").removeprefix("prefecture-")
    written = " ".join(local.replace("-", " ").replace("_", " ").replace(".", " ").split())
    return written[:1].upper() + written[1:] or local


def _mails(count: int) -> str:
    return ngettext("{n} courriel", "{n} courriels", count).format(n=words.number(count))


def _evidence(shown: Shown) -> str:
    return ", ".join(
        _("{name} ({seen})").format(
            name=words.safe(name, 100),
            seen=ngettext("vu dans {n} courriel", "vu dans {n} courriels", count).format(
                n=words.number(count)
            ),
        )
        for name, count in shown
    )
