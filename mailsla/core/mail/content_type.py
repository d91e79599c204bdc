"""Content-Type, parsed: what it says of a whole mail (RFC 2045 §5.1)."""

from __future__ import annotations

import re

_TYPE = re.compile(r"\s*([^\s/;()<>@,:\\\"\[\]?=]+/[^\s/;()<>@,:\\\"\[\]?=]+)")
_PARAMETER = re.compile(r';\s*([^\s=;"*]+)\*?\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;"]*))')
_QUOTED_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|\([^()]*\)')


def without_comments(written: str) -> str:
    """Return a structured field without its comments (RFC 5322 §3.2.2); what stands in quotes is none."""
    return _QUOTED_OR_COMMENT.sub(lambda found: found[1] or " ", written) if "(" in written else written


def whole_type(written: str) -> str:
    """Return the media type that a Content-Type gives, in lower case; empty when it gives none.

    >>> whole_type('Multipart/Report ; report-type="delivery-status"'), whole_type("text")
    ('multipart/report', '')
    """
    found = _TYPE.match(without_comments(written))
    return found[1].lower() if found is not None else ""


def parameter(written: str, name: str) -> str:
    """Return the value of a parameter, in lower case; empty when it is not there.

    A name inside another parameter's value is none; a charset before a value is left out (RFC 2231 §4).

    >>> parameter('text/plain; name="report-type=delivery-status"', "report-type")
    ''
    """
    for found in _PARAMETER.finditer(without_comments(written)):
        if found[1].lower() == name:
            value = (found[3] if found[2] is None else found[2]).strip().lower()
            return value.rpartition("''")[2]
    return ""
