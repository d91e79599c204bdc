"""Addresses as they are compared: no names, one case, one spelling of each domain."""

from __future__ import annotations

import re
from functools import lru_cache

from mailsla.core.mail.erased import ERASED

MOST_ADDRESSES = 1_000
LONGEST = 320

_SIMPLE = re.compile(r'[^<>,;:"()@\\\[\]]*<([A-Za-z0-9.!#$%&\'*+/?^_`{|}~-]+@[A-Za-z0-9.-]+)>\s*')
_BARE = re.compile(r"\s*([A-Za-z0-9.!#$%&'*+/?^_`{|}~-]+@[A-Za-z0-9.-]+)\s*")
_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?'  # a quoted name or local part
    r"|\((?:[^()\\]|\\.)*\)?"  # a comment
    r"|<[^<>]*>?"  # an address in brackets
    r"|[,;]|[^\",;(<]+|.",
    re.DOTALL,
)
_REFUSED = re.compile(r"[\s<>()\",;:\\]")


def is_reduced(address: str) -> bool:
    """Tell whether an address is all that is kept of an agent's: whose it was went, and that it was the office's."""
    return address.startswith(f"{ERASED}@")


def parse_addresses(written: str) -> tuple[str, ...]:
    """Return the addresses of a field as compared, in order and without duplicates.

    Names, comments and groups (RFC 5322 §3.4) are read and dropped; what holds no address yields none. At most
    a thousand are kept.

    >>> parse_addresses('"Durand, Camille" <Camille@Example.fr>, Service : a@x.fr, b@x.fr;')
    ('camille@example.fr', 'a@x.fr', 'b@x.fr')
    """
    if "@" not in written:
        return ()
    # What is longer than that is not remembered: hostile mail writes megabytes.
    return _remembered(written) if len(written) <= 2 * LONGEST else _parsed(written)


def _parsed(written: str) -> tuple[str, ...]:
    simple = _SIMPLE.fullmatch(written) or _BARE.fullmatch(written)
    if simple is not None:
        found = normalised(simple[1])
        return () if found is None else (found,)
    addresses: dict[str, None] = {}
    for candidate in _candidates(written):
        address = normalised(candidate)
        if address is not None:
            addresses[address] = None
            if len(addresses) == MOST_ADDRESSES:
                break
    return tuple(addresses)


_remembered = lru_cache(maxsize=2_048)(_parsed)
"""Most mails of an office name its own addresses, written alike."""


def _candidates(written: str) -> list[str]:
    """Return one candidate for each member of the list: what stands in brackets, else what holds an @."""
    found: list[str] = []
    words: list[str] = []
    bracketed: str | None = None
    for token in (*(match[0] for match in _TOKEN.finditer(written)), ","):
        if token in {",", ";"}:
            if bracketed is not None:
                found.append(bracketed)
            else:
                found += _bare("".join(words))
            words, bracketed = [], None
        elif token.startswith("<"):
            inside = token.strip("<>")
            bracketed = inside if "@" in inside or bracketed is None else bracketed
        elif not token.startswith("("):
            words.append(token)
    return found


def _bare(text: str) -> list[str]:
    """Return the address of a member without brackets: its last word with an @."""
    text = text.replace('"', " ") if '"@' not in text else text
    words = [word for word in text.split() if "@" in word]
    return [words[-1].rpartition(":")[2] if not words[-1].startswith("@") else words[-1]] if words else []


def normalised(address: str) -> str | None:
    """Return an address as compared, or None when it is none.

    Case is ignored, in the local part too: RFC 5321 §2.4 lets it matter, no mailbox in use does. A domain in
    another script is written in A-labels (RFC 5890); a source route (RFC 5322 §4.4) is dropped.
    """
    if len(address) > 2 * LONGEST:
        return None
    bare = address.strip().removeprefix("mailto:").strip("'\"<> ")
    if bare.startswith("@"):
        bare = bare.rpartition(":")[2]
    local, at, domain = bare.rpartition("@")
    domain = domain.rstrip(".")
    if not (local and at and domain) or len(bare) > LONGEST or _REFUSED.search(bare):
        return None
    if not bare.isprintable():
        return None
    return f"{local.lower()}@{_ascii_domain(domain.lower())}"


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def plain(address: str) -> str:
    """Return an address without its tag (RFC 5233 subaddressing): `a+x@example.fr` is `a@example.fr`."""
    local, plus, rest = address.partition("+")
    if not plus or not local:
        return address
    return f"{local}@{rest.rpartition('@')[2]}"
