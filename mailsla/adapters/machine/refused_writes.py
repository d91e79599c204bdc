"""Why the machine lets nothing be written somewhere, in words that say what to do about it."""

from __future__ import annotations

import errno

from mailsla.language import gettext as _


def reason(error: OSError) -> str:
    """Return why in words."""
    known = {
        errno.ENOSPC: _("il n'y a plus de place"),
        errno.EDQUOT: _("il n'y a plus de place"),
        errno.EACCES: _("vous n'y avez pas le droit d'écrire"),
        errno.EPERM: _("vous n'y avez pas le droit d'écrire"),
        errno.EROFS: _("ce disque est en lecture seule"),
        errno.ENOENT: _("son dossier n'existe pas"),
        errno.ENOTDIR: _("son dossier n'en est pas un"),
        errno.EEXIST: _("quelque chose y est déjà"),
        errno.EISDIR: _("c'est un dossier"),
        errno.ENAMETOOLONG: _("son nom est trop long"),
    }
    return known.get(error.errno or 0) or _("la machine le refuse")
