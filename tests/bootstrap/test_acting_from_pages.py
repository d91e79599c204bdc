"""The site's pages bear the référent's actions, where it says so: nobody else's, whoever reads and copies them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailsla.bootstrap import commands
from mailsla.bootstrap.action_words import page_mails
from mailsla.bootstrap.application import Application
from mailsla.bootstrap.site_writing import write_site
from mailsla.config import parse
from mailsla.core.alerts.asked_action import ActOutcome, ActReason
from mailsla.core.alerts.signed_action import claimed
from mailsla.core.errors import ConfigError
from mailsla.core.mail.action_token import tokens_in
from mailsla.core.pairing.request import Request
from mailsla.presentation.static_site import places
from tests.bootstrap.test_actions import HEAD, NOW, OUTSIDE, REFERENT, Installation, installed
from tests.factories import CONTACT, mail
from tests.trials.crawling import crawl
from tests.trials.mail.clients import opened
from tests.trials.office import document

OF_LATE = ["Répondu autrement", "Attribuer", "Exclure"]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path, on_pages=True) as found:
        yield found


def written(app: Application, folder: Path) -> Path:
    app.derive()
    write_site(app, folder, lambda _count: None)
    return folder


def links_on(page: Path) -> dict[str, str]:
    """Return the ready-written mails of a page, by what each says."""
    found = re.findall(r'href="(mailto:[^"]+)">([^<]+)</a>', page.read_text(encoding="utf-8"))
    return {html.unescape(title).replace("\u2019", "'"): html.unescape(href) for href, title in found}


def token_of(link: str) -> str:
    [token] = tokens_in(opened(link).subject)
    return token


def test_what_is_late_and_what_is_to_check_have_their_actions_which_are_the_referent_s_alone(
    site: Installation, tmp_path: Path
) -> None:
    late = site.add(mail("2026-10-20 09:00", to="permis@pref.example.fr"))
    other = site.add(mail("2026-11-02 09:00", by="lou@example.org", subject="Titre"))
    unsure = mail("2026-11-04 09:00", by=CONTACT, to="lou@example.org", subject="Autre objet")
    site.add(unsure, mailbox="SENT")

    pages = written(site.app, tmp_path / "pages")

    of_late = links_on(pages / places.of_request(late.key))
    of_other = links_on(pages / places.of_request(other.key))
    to_check = links_on(pages / places.TO_CHECK)
    answers = f"Il répond à la demande m{other.key[:8]}"
    assert list(of_late) == OF_LATE
    assert list(to_check) == [answers, "Rien à changer"]
    assert list(of_other) == [*OF_LATE, answers, "Rien à changer"]
    lists = [links_on(page) for page in pages.glob("listes/*/*.html")]
    assert of_late in lists
    assert crawl(pages).wrong == []

    token = token_of(to_check[answers])
    copied = site.ask(token, by=HEAD)
    forged = site.ask(token, by=REFERENT, trace=OUTSIDE)
    theirs = site.ask(token, by=REFERENT)

    assert (copied.outcome, copied.reason) == (ActOutcome.REFUSED, ActReason.UNKNOWN)
    assert (forged.outcome, forged.reason) == (ActOutcome.WAITING, ActReason.NOT_BELIEVED)
    assert theirs.outcome is ActOutcome.DONE
    assert site.request(other).answered_by == unsure.key
    again = written(site.app, tmp_path / "pages")
    assert links_on(again / places.of_request(other.key)) == links_on(again / places.TO_CHECK) == {}


def links_of(app: Application, request: Request) -> dict[str, str]:
    """Return the tokens that pages bear about a request that waits, by what each says."""
    mails = page_mails(app)
    assert mails is not None
    return {link.title: token_of(link.href) for link in mails.for_referent(request)}


def test_what_was_used_up_is_signed_again_and_nothing_else_changes_within_a_month(site: Installation) -> None:
    late = site.request(site.add(mail("2026-10-20 09:00", to="permis@pref.example.fr")))
    first = links_of(site.app, late)
    site.at[0] = NOW + timedelta(days=3)
    assert links_of(site.app, late) == first

    site.ask(first["Attribuer"], "Service : Étrangers\nPourquoi : essai", by=REFERENT)
    second = links_of(site.app, late)
    back = site.ask(second["Attribuer"], "Service : Permis\nPourquoi : non", by=REFERENT)

    assert {name for name in OF_LATE if first[name] != second[name]} == {"Attribuer"}
    assert (back.outcome, commands.request_named(site.app, late.key).service) == (ActOutcome.DONE, "Permis")
    signed = claimed(first["Exclure"])
    assert signed is not None
    assert signed.expires_on == date(2026, 12, 31)


def test_pages_bear_none_unless_they_are_to_nor_without_the_key(site: Installation, tmp_path: Path) -> None:
    with installed(tmp_path) as off:
        assert page_mails(off.app) is None
    assert page_mails(site.app) is not None
    (tmp_path / "cle-actions").unlink()
    assert page_mails(site.app) is None


@pytest.mark.parametrize(
    "sections", [{"alerts": {"referent": REFERENT}}, {"actions": {}}, {"alerts": {}, "actions": {}}]
)
def test_pages_that_are_to_bear_actions_need_them_and_somebody_to_sign_for(
    sections: dict[str, object], tmp_path: Path
) -> None:
    account = {"host": "127.0.0.1", "port": 1, "tls": "none", "user": CONTACT, "password": "x"}
    with pytest.raises(ConfigError, match=r"pages\.actions demande \[actions\], et \[alerts\] referent"):
        parse(document(account, pages={"actions": True}, **sections), folder=tmp_path)
