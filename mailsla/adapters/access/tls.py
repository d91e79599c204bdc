"""TLS as mailsla wants it of every server: verified, always."""

from __future__ import annotations

import ssl
from pathlib import Path

from mailsla.core.errors import PermanentError
from mailsla.language import gettext as _


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return a verifying TLS context, trusting `ca_file` alone when the site names one.

    Raises:
        PermanentError: When `ca_file` cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise PermanentError(
            _("le fichier d'autorités {path} ne peut pas être lu.").format(path=ca_file)
        ) from error
