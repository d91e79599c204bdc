"""What `mailsla check` advises, in sentences, and the very line to add to the configuration where one says it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import NamedTuple, assert_never
from zoneinfo import ZoneInfo

from mailsla.core.alerts.advice import (
    AddressOutside,
    Advice,
    ClosedAnyway,
    DomainsShared,
    FileOpen,
    LeftOutKinds,
    NamesUnknown,
    OutboxWaits,
    SchemaApart,
    ServicesEmpty,
    SinceAhead,
    Unassigned,
)
from mailsla.core.alerts.findings import Finding
from mailsla.core.alerts.mail_findings import FormsUndeclared, IdsOfOthers, ServerVouches
from mailsla.core.clock.working_days import DayKind
from mailsla.core.mail.printable import quoted
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import mail_terms, words
from mailsla.presentation.names import several

LONGEST_NAME = 200
"""As long as a name in the configuration may be."""


class Added(NamedTuple):
    """A line of TOML, and under which heading of the file it goes, in the place of one of the same key."""

    section: str
    line: str


def subject(advice: Advice) -> str:  # noqa: PLR0911 (one of each kind)
    """Name what was looked at."""
    match advice:
        case SinceAhead(account) | AddressOutside(account):
            return _("compte {name}").format(name=account)
        case NamesUnknown(account):
            return _("compte {name}").format(name=account) if account else _("dossiers")
        case DomainsShared():
            return _("domaines")
        case ServicesEmpty() | Unassigned():
            return _("services")
        case ClosedAnyway():
            return _("calendrier")
        case OutboxWaits():
            return _("envoi des alertes")
        case LeftOutKinds():
            return _("courriels écartés")
        case FileOpen():
            return _("fichiers")
        case SchemaApart():
            return _("base de données")
    assert_never(advice)


def sentence(advice: Advice, zone: ZoneInfo) -> str:
    """Say it, and what to do; the line to add, if any, follows by itself."""
    match advice:
        case NamesUnknown():
            return _unknown(advice)
        case AddressOutside() | DomainsShared() | SinceAhead() | ClosedAnyway():
            return _of_configuration(advice)
        case ServicesEmpty() | Unassigned() | LeftOutKinds():
            return _of_mails(advice)
        case OutboxWaits():
            return _waits(advice, zone)
        case FileOpen(path, mode):
            return _(
                "tout utilisateur de cette machine peut lire {path} (droits {mode}) ; retirez-leur ce droit : "
                "chmod o= {quoted}"
            ).format(path=words.safe(path, 300), mode=mode, quoted=shlex.quote(words.safe(path, 300)))
        case SchemaApart(stored, known):
            return _(
                "elle est au format {stored}, et cette version de mailsla au {known} : relancez le service, ou lancez "
                "« mailsla report », qui la convertit. Rien n'est dit d'elle, ni des comptes, d'ici là."
            ).format(stored=stored, known=known)
    assert_never(advice)


def added(found: Finding) -> Added | None:  # noqa: PLR0911 (one of each kind)
    """Return the line that the configuration wants; None where no one line says it."""
    match found:
        case FormsUndeclared(declared=declared):
            addresses = [*declared, *found.to_declare]
            return Added("[office]", f"form_senders = {_list(addresses)}") if found.to_declare else None
        case IdsOfOthers(hosts, declared):
            return Added("[office]", f"message_id_hosts = {_list([*declared, *hosts])}")
        case ServerVouches(name):
            return Added("[office]", f"trusted_authserv_id = {quoted(name)}")
        case NamesUnknown(account, key, _names, proposed):
            section = "[[accounts]]" if account else f"[[{key.partition('[')[0]}]]"
            line = f"{key.rpartition('.')[2]} = {_list(proposed)}"
            return Added(section, line) if any(map(_can_be_written, proposed)) else None
        case AddressOutside(_account, domain, domains):
            return Added("[office]", f"domains = {_list([*domains, domain])}")
        case DomainsShared(_domains, others):
            return Added("[office]", f"domains = {_list(others)}") if others else None
    return None


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(quoted(name) for name in dict.fromkeys(names) if _can_be_written(name))}]"


def _can_be_written(name: str) -> bool:
    """Tell whether a name can stand in a configuration: a server, or a mail, may show one that no file can hold."""
    return (
        name == name.strip()
        and 0 < len(name) <= LONGEST_NAME
        and not any(character in "\r\n\0" or "\ud800" <= character <= "\udfff" for character in name)
    )


def _unknown(advice: NamesUnknown) -> str:
    said = ngettext(
        "« {key} » nomme un dossier que le serveur n'a pas : {names}.",
        "« {key} » nomme {n} dossiers que le serveur n'a pas : {names}.",
        len(advice.names),
    ).format(key=advice.key, n=len(advice.names), names=several(advice.names))
    if not any(map(_can_be_written, advice.proposed)):
        return _("{said} Corrigez-le, ou retirez-le.").format(said=said)
    return _("{said} Au plus près de ce qu'il a, écrivez :").format(said=said)


def _of_configuration(advice: AddressOutside | DomainsShared | SinceAhead | ClosedAnyway) -> str:
    match advice:
        case AddressOutside(_account, domain):
            return _(
                "son adresse est de {domain}, que « domains » ne nomme pas : les collègues qui écrivent de là passent "
                "pour des usagers. S'il est à vous, écrivez dans [office] :"
            ).format(domain=words.safe(domain, 100))
        case DomainsShared(domains):
            return _(
                "chacun peut avoir une adresse de {domains} : les demandes qui en viennent passeraient pour des "
                "courriels de la préfecture. Gardez vos seuls domaines ; vos adresses d'ailleurs vont dans "
                "« addresses »."
            ).format(domains=several(domains))
        case SinceAhead(_account, on):
            return _(
                "« since » est le {day} : rien n'est relevé d'ici là. Reculez-le, ou retirez-le."
            ).format(day=words.day_name(on))
        case ClosedAnyway(on, kind):
            why = _("un jour férié") if kind is DayKind.HOLIDAY else _("une fin de semaine")
            return _("la fermeture du {day} tombe {why}, qui ne compte pas déjà : vérifiez la date.").format(
                day=words.day_name(on), why=why
            )
    assert_never(advice)


def _of_mails(advice: ServicesEmpty | Unassigned | LeftOutKinds) -> str:
    match advice:
        case ServicesEmpty(names, total):
            return ngettext(
                "{n} service sur {total} n'a aucune demande : {names}. Vérifiez ses adresses et ses dossiers.",
                "{n} services sur {total} n'ont aucune demande : {names}. Vérifiez leurs adresses et leurs dossiers.",
                len(names),
            ).format(n=len(names), total=total, names=several(names))
        case Unassigned(count, total, has_services):
            said = ngettext(
                "{n} demande sur {total} n'est à aucun service.",
                "{n} demandes sur {total} ne sont à aucun service.",
                count,
            ).format(n=words.number(count), total=words.number(total))
            if not has_services:
                return _("{said} Décrivez les services par des blocs [[services]].").format(said=said)
            return _("{said} Complétez les adresses et les dossiers des services.").format(said=said)
        case LeftOutKinds(kinds):
            written = ", ".join(f"{mail_terms.kind(kind)} {words.number(count)}" for kind, count in kinds)
            return _("{kinds} ; « mailsla mails --class left-out --sample 20 » en montre.").format(
                kinds=written
            )
    assert_never(advice)


def _waits(advice: OutboxWaits, zone: ZoneInfo) -> str:
    said = ngettext(
        "{n} courriel attend de partir depuis le {instant}",
        "{n} courriels attendent de partir, le plus ancien depuis le {instant}",
        advice.count,
    ).format(n=advice.count, instant=words.instant(advice.since, zone))
    if advice.refused:
        return _("{said} ; le relais refuse : {reason}").format(said=said, reason=advice.refused[0])
    return _("{said} ; le service est-il en marche, et le relais joignable ?").format(said=said)
