"""What whoever runs mailsla is told by mail of a configuration: it is refused, or it is no longer the newest."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from mailsla.core.errors import Superseded
from mailsla.language import gettext as _
from mailsla.presentation import words
from mailsla.presentation.pages.letter import LetterPage, signature


def refused_page(reasons: Sequence[str], *, site: str) -> LetterPage:
    """Return what is told of a configuration that cannot be used: why, and that the former one stays."""
    return LetterPage(
        subject=_("mailsla : la nouvelle configuration est refusée"),
        opening=(
            _("Bonjour,"),
            _("La configuration a été relue, et ne peut pas servir. La précédente reste en vigueur."),
            *reasons,
            _("Corrigez le fichier, puis demandez de le relire : systemctl reload mailsla."),
        ),
        closing=(signature(site),),
    )


def outdated_page(newer: Superseded, *, site: str, zone: ZoneInfo) -> LetterPage:
    """Return what is told when another configuration is newer: this one derives nothing and alerts nobody."""
    saved_at = _("plus tard") if newer.saved_at is None else words.instant(newer.saved_at, zone)
    return LetterPage(
        subject=_("mailsla : une autre configuration est plus récente"),
        opening=(
            _("Bonjour,"),
            _(
                "La base est tenue avec une autre configuration, enregistrée plus récemment ({instant}), dont les "
                "règles diffèrent. Ce mailsla-ci relève toujours les courriels, mais ne calcule plus rien et "
                "n'alerte plus personne."
            ).format(instant=saved_at),
            _(
                "Demandez-lui de relire la sienne (systemctl reload mailsla). Si c'est la sienne qui vaut, "
                "enregistrez-la d'abord de nouveau."
            ),
        ),
        closing=(signature(site),),
    )
