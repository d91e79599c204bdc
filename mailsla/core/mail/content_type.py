"""Content-Type, parsed: what it says of a whole mail (RFC 2045 §5.1)."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"\([^()]*\)")
_TYPE = re.compile(r"\s*([^\s/;()<>@,:\\\"\[\]?=]+/[^\s/;()<>@,:\\\"\[\]?=]+)")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;"]*))')


def whole_type(written: str) -> str:
    """Return the media type that a Content-Type gives, in lower case; empty when it gives none.

    >>> whole_type('Multipart/Report ; report-type="delivery-status"'), whole_type("text")
    ('multipart/report', '')
    """
    found = _TYPE.match(_COMMENT.sub(" ", written))
    return found[1].lower() if found is not None else ""


def parameter(written: str, name: str) -> str:
    """Return the value of a parameter, in lower case; empty when it is not there.

    A name inside another parameter's value is none.

    >>> parameter('text/plain; name="report-type=delivery-status"', "report-type")
    ''
    """
    for found in _PARAMETER.finditer(written):
        if found[1].lower() == name:
            return (found[3] if found[2] is None else found[2]).strip().lower()
    return ""
