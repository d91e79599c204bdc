"""The page of one request on the site: its verdict first, then its mails and its days, as `mailsla show` says them."""

from __future__ import annotations

from dataclasses import replace

from mailsla.language import gettext as _
from mailsla.presentation.pages.page import Emphasis, Line, Page, Section


def proof_page(shown: Page) -> Page:
    """Return the page of a request with what it ends with at its beginning."""
    messages, counted = shown.sections
    said = tuple(block for block in counted.blocks if isinstance(block, Line))
    days = tuple(block for block in counted.blocks if not isinstance(block, Line))
    verdict = tuple(line for line in said if line.emphasis is Emphasis.STRONG)
    others = tuple(line for line in said if line.emphasis is not Emphasis.STRONG)
    return replace(
        shown,
        lines=(*verdict, *shown.lines, *others),
        sections=(
            replace(messages, heading=_("Ses courriels, et ce qui les relie")),
            Section(_("Jour par jour"), days),
        ),
    )
