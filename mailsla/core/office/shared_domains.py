"""Domains in which anybody has an address: named as an office's, every citizen who writes from one would be of it."""

from __future__ import annotations

_WRITTEN = """
aliceadsl.fr aol.com bbox.fr cegetel.net club-internet.fr dartybox.com free.fr gmail.com gmx.com gmx.fr gmx.net
googlemail.com gouv.fr hotmail.com hotmail.fr icloud.com ik.me infonie.fr laposte.net libertysurf.fr live.com live.fr
mac.com mail.com mailo.com mailoo.org me.com msn.com neuf.fr noos.fr nordnet.fr numericable.fr orange.fr outlook.com
outlook.fr pm.me proton.me protonmail.com sfr.fr tele2.fr tutanota.com voila.fr wanadoo.fr yahoo.com yahoo.fr
yandex.com ymail.com zoho.com
"""

SHARED_DOMAINS = frozenset(_WRITTEN.split())
"""Of providers, as of 2026, and `gouv.fr`, which is every ministry's."""


def is_shared(domain: str) -> bool:
    """Tell whether a domain is nobody's own: a provider's, or a whole ending such as `fr`.

    >>> is_shared("orange.fr"), is_shared("fr"), is_shared("cher.gouv.fr")
    (True, True, False)
    """
    return domain in SHARED_DOMAINS or "." not in domain
