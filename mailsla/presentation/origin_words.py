"""Words about where a promise comes from."""

from __future__ import annotations

from mailsla.core.clock.commitment import Commitment
from mailsla.core.clock.origin import Origin, PresetName
from mailsla.language import gettext as _
from mailsla.presentation import words


def promised(commitment: Commitment) -> str:
    """« Engagement : dans 80 % des cas, …, d'après le dossier de presse du 3 septembre 2012, à vérifier. »."""
    promise, source = words.promise(commitment), said_source(commitment.origin)
    if source:
        promise = _("{promise}, {source}").format(promise=promise, source=source)
    return _("Engagement : {promise}.").format(promise=promise)


def where_from(commitment: Commitment) -> tuple[str, ...]:
    """The promise with its source, as one sentence; nothing of one that the site wrote."""
    return (promised(commitment),) if said_source(commitment.origin) else ()


def said_source(origin: Origin) -> str:
    """« d'après le dossier de presse du 3 septembre 2012, à vérifier », « délai choisi par le site », or nothing."""
    if origin.chosen_by_site:
        return _("délai choisi par le site")
    found = source(origin)
    if found is None:
        return ""
    if origin.preset is PresetName.ANNOUNCED_DATE:
        return _("d'après {source}").format(source=found)
    if origin.confirmed:
        return _("d'après {source}, confirmé par le site").format(source=found)
    return _("d'après {source}, à vérifier").format(source=found)


def source(origin: Origin) -> str | None:
    """What a promise is taken from; None when the site wrote it."""
    if origin.preset is None:
        return None
    found = _source(origin.preset)
    return _("{source}, modifié par le site").format(source=found) if origin.altered else found


def _source(name: PresetName) -> str:
    law = _("l'article L. 112-11 du code des relations entre le public et l'administration")
    return {
        PresetName.QUALIPREF: _("le dossier de presse du 3 septembre 2012"),
        PresetName.MARIANNE: _("le référentiel Marianne"),
        PresetName.RECEIPT: law,
        PresetName.RECORDING: law,
        PresetName.ANNOUNCED_DATE: _("l'engagement n° 4 de Services Publics+"),
    }[name]
