"""Links that open a ready-written mail in whatever client the reader has (RFC 6068)."""

from __future__ import annotations

from urllib.parse import quote

LONGEST_LINK = 1_900
"""Characters: Outlook on Windows and Internet Explorer's old dialogue cut what is longer than 2,083."""


def mailto_link(address: str, subject: str, body: str) -> str:
    """Return the link that opens a mail to `address`, with a subject and a text whose lines LF ends.

    Every character but the unreserved ones is percent-encoded as UTF-8, a line's end as `%0D%0A` (RFC 6068 §5), and a
    space as `%20`: a `+` would stay one.

    >>> mailto_link("a+b@example.fr", "Été & co", "Oui,\\n1")
    'mailto:a%2Bb@example.fr?subject=%C3%89t%C3%A9%20%26%20co&body=Oui%2C%0D%0A1'
    """
    subject, body = (quote(text.replace("\n", "\r\n"), safe="") for text in (subject, body))
    return f"mailto:{quote(address, safe='@')}?subject={subject}&body={body}"
