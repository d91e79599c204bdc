"""What mailsla says to an IMAP server: the one list that tests hold it to, and that docs/exploitation.md prints.

python -m tests.imap_page            tell whether the page says what the list says
python -m tests.imap_page --update   write that part of the page anew
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mailsla.core.mail.header import REQUESTED_FIELDS
from mailsla.core.office.body_evidence import READ_BYTES
from mailsla.usecases.terms import Limits

PAGE = Path(__file__).parents[1] / "docs" / "exploitation.md"
CONTENT_FIELDS = "CONTENT-TYPE CONTENT-TRANSFER-ENCODING"
BEGIN = "<!-- Écrit par `python -m tests.imap_page --update`. -->\n"
END = "<!-- Fin de ce qui est écrit ainsi. -->\n"


class Said(NamedTuple):
    """One thing said to a server: its forms, each with placeholders, and what for."""

    forms: tuple[str, ...]
    purpose: str


PLACEHOLDERS = {
    "compte": r".+",
    "mot de passe": r".+",
    "dossier": r'"(?:[^"\\]|\\.)*"',
    "nombres": r"MESSAGES UIDNEXT UIDVALIDITY(?: HIGHESTMODSEQ)?",
    "UID": r"[\d:,]+",
    "premier": r"\d+",
    "dernier": r"(?:\d+|\*)",
    "date": r'"?\d{2}-[A-Z][a-z]{2}-\d{4}"?',
    "mot-clé": r"\S+",
    "champs": re.escape(" ".join(REQUESTED_FIELDS).upper()),
}
"""What stands between ‹ and › in a form: what it may be, exactly."""

SAID = (
    Said(("CAPABILITY",), "savoir ce dont le serveur est capable"),
    Said(("STARTTLS",), 'passer en TLS, avec `tls = "starttls"`'),
    Said(("LOGIN ‹compte› ‹mot de passe›",), "entrer"),
    Said(("AUTHENTICATE PLAIN",), "entrer, quand le compte ou le mot de passe est accentué"),
    Said(
        ("AUTHENTICATE XOAUTH2", "AUTHENTICATE OAUTHBEARER"),
        "entrer avec un jeton, selon `[accounts.oauth2] mechanism`",
    ),
    Said(
        (
            'LIST "" "*"',
            'LIST "" "*" RETURN (STATUS (‹nombres›))',
            'LIST "" "*" RETURN (SPECIAL-USE STATUS (‹nombres›))',
        ),
        "les noms et les attributs des dossiers ; en une fois avec leurs nombres, là où le serveur a LIST-STATUS",
    ),
    Said(("STATUS ‹dossier› (‹nombres›)",), "les nombres d'un dossier, sans l'ouvrir"),
    Said(("EXAMINE ‹dossier›",), "ouvrir un dossier en lecture seule"),
    Said(("UNSELECT",), "le refermer, sans rien y effacer"),
    Said(
        ("UID SEARCH UID ‹premier›:‹dernier›", "UID SEARCH UID ‹premier›:‹dernier› SINCE ‹date›"),
        "les numéros (UID) des courriels nouveaux, ou encore là ; à partir de `since`",
    ),
    Said(("UID SEARCH *",), f"le dernier numéro, dans un dossier de plus de {Limits().window} courriels"),
    Said(
        ("UID SEARCH KEYWORD ‹mot-clé›",),
        "les courriels qui portent un mot-clé IMAP nommé dans la configuration",
    ),
    Said(
        ("UID SEARCH DRAFT",),
        "les courriels non envoyés (`\\Draft`) d'un dossier qui a changé, ou qui en contenait",
    ),
    Said(
        ("UID FETCH ‹UID› (FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (‹champs›)])",),
        "les drapeaux (seul `\\Draft` est retenu), la date d'arrivée, et les champs d'en-tête nommés ci-dessous, "
        "s'ils y sont",
    ),
    Said(
        (f"UID FETCH ‹UID› (BODY.PEEK[HEADER.FIELDS ({CONTENT_FIELDS})] BODY.PEEK[TEXT]<0.{READ_BYTES}>)",),
        "le début d'un corps, dans les cinq cas dits ci-dessous",
    ),
    Said(
        ("UID FETCH ‹UID› (BODYSTRUCTURE)",),
        "de quelles parties est fait un courriel dont l'objet commence comme une invitation ; rien n'en est lu",
    ),
    Said(("IDLE", "DONE"), "attendre que le serveur dise qu'un courriel est arrivé, puis cesser"),
    Said(("LOGOUT",), "partir"),
)


@cache
def pattern(form: str) -> re.Pattern[str]:
    """Return what a form may look like on the wire.

    >>> pattern("EXAMINE ‹dossier›").fullmatch('EXAMINE "INBOX"') is not None
    True
    """
    pieces = re.split(r"‹([^›]+)›", form)
    exact = [PLACEHOLDERS[piece] if index % 2 else re.escape(piece) for index, piece in enumerate(pieces)]
    # The library writes some names of commands in lower case.
    return re.compile("".join(exact), re.IGNORECASE)


def forms() -> set[str]:
    """Return every form."""
    return {form for said in SAID for form in said.forms}


def recognised(commands: Iterable[str]) -> set[str]:
    """Return the forms of some commands, without tags.

    Raises:
        AssertionError: When one has none: mailsla says what it should not.
    """
    found = set()
    for command in commands:
        form = next((form for form in forms() if pattern(form).fullmatch(command)), None)
        assert form is not None, command
        found.add(form)
    return found


def part() -> str:
    """Return the part of the page that the list makes."""
    table = "".join(
        f"| {', '.join(f'`{form}`' for form in said.forms)} | {said.purpose} |\n" for said in SAID
    )
    fields = ", ".join(f"`{name}`" for name in REQUESTED_FIELDS)
    return (
        f"{BEGIN}\n| commande | pour |\n| --- | --- |\n{table}\n"
        "‹nombres› est `MESSAGES UIDNEXT UIDVALIDITY`, avec `HIGHESTMODSEQ` si le serveur a CONDSTORE.\n\n"
        f"‹champs› est : {fields}.\n\n{END}"
    )


def page_with(made: str) -> str:
    """Return the page with that part in its place."""
    text = PAGE.read_text(encoding="utf-8")
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return before + made + after


if __name__ == "__main__":
    if "--update" in sys.argv:
        PAGE.write_text(page_with(part()), encoding="utf-8")
    is_right = part() in PAGE.read_text(encoding="utf-8")
    sys.stdout.write("" if is_right else f"{PAGE} is out of date: run `python -m tests.imap_page --update`\n")
    sys.exit(0 if is_right else 1)
