"""What is said of personal data that ended, or is about to."""

from __future__ import annotations

from typing import assert_never

from mailsla.core.alerts.privacy_findings import PrivacyFinding, PurgeAhead, RequestsSealed
from mailsla.core.retention.sealed import Sealed
from mailsla.language import gettext as _
from mailsla.language import ngettext
from mailsla.presentation import words


def sealed(found: Sealed) -> str:
    """Return the sentence that says how many requests have no personal data any more; its {n} is still to be put."""
    if found.through is None:
        return ngettext(
            "Les données personnelles de {n} demande sont effacées, à la demande d'une personne : ce qui y compte est "
            "figé.",
            "Les données personnelles de {n} demandes sont effacées, à la demande de personnes : ce qui y compte est "
            "figé.",
            found.requests,
        )
    said = ngettext(
        "Les données personnelles de {n} demande sont effacées (échue jusqu'au {day}, ou à la demande d'une personne) "
        ": ce qui y compte est figé.",
        "Les données personnelles de {n} demandes sont effacées (échues jusqu'au {day}, ou à la demande de personnes) "
        ": ce qui y compte est figé.",
        found.requests,
    )
    return said.replace("{day}", words.short_day(found.through))


def subject() -> str:
    """Name what was looked at."""
    return _("données personnelles")


def sentence(finding: PrivacyFinding) -> str:
    """Say what was found."""
    match finding:
        case RequestsSealed(count, through):
            return sealed(Sealed(count, through)).format(n=words.number(count))
        case PurgeAhead():
            return _ahead(finding)
    assert_never(finding)


def _ahead(finding: PurgeAhead) -> str:
    return ngettext(
        "à partir du {on}, le démon efface pour toujours celles d'un échange échu ou arrivé jusqu'au {through} : voir "
        "« mailsla purge --dry-run » ; avant, publiez et exportez ce qui doit rester.",
        "à partir du {on}, le démon efface pour toujours celles de {n} échanges au plus, échus ou arrivés jusqu'au "
        "{through} : voir « mailsla purge --dry-run » ; avant, publiez et exportez ce qui doit rester.",
        finding.conversations,
    ).format(
        n=words.number(finding.conversations),
        on=words.short_day(finding.on),
        through=words.short_day(finding.through),
    )
