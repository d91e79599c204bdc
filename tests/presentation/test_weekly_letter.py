"""Once a week: what is late and what is to check, bounded, masked where the site says so, nothing cut off unsaid."""

from __future__ import annotations

from dataclasses import replace

from mailsla.core.pairing.derivation import ListedMail
from mailsla.core.pairing.doubts import Doubt, DoubtCode
from mailsla.presentation.pages.letter import News
from mailsla.presentation.pages.weekly_letter import MOST_SHOWN, Links, Weekly, weekly_news
from tests.factories import PARIS
from tests.presentation.samples import HOSTILE, NOW, UNSAFE, judged
from tests.presentation.test_action_mails import MAILS

LATE = judged("a" * 32)
DOUBT = Doubt("b" * 32, NOW, ("a" * 32,), DoubtCode.OTHER_SUBJECT)
MAIL = ListedMail("b" * 32, NOW, "outbound", "person", (), "Votre titre", (), (), (), "")


def news(weekly: Weekly, links: Links = Links(), *, shows: bool = True) -> list[News]:  # noqa: B008 (a frozen value)
    return list(weekly_news(weekly, links, PARIS, shows_subject=shows))


def test_each_has_its_links() -> None:
    links = Links(MAILS.for_doubt, MAILS.for_late)

    late, unsure = news(Weekly([(DOUBT, MAIL)], [LATE]), links)

    assert late.actions == MAILS.for_late("a" * 32, LATE.case.received_at)
    assert unsure.actions == MAILS.for_doubt(DOUBT)
    assert [item.actions for item in news(Weekly([(DOUBT, MAIL)], [LATE]))] == [(), ()]


def test_a_subject_is_shown_where_the_site_agrees() -> None:
    weekly = Weekly([(DOUBT, MAIL)], [LATE])

    assert "« Votre titre »" in news(weekly)[1].said
    hidden = "".join(item.said for item in news(weekly, shows=False))
    assert "Votre titre" not in hidden
    assert LATE.case.subject not in hidden
    assert "courriel mbbbbbbbb, du" in news(Weekly([(DOUBT, None)]))[0].said


def test_what_is_left_is_said_with_its_list() -> None:
    many = Weekly([(DOUBT, MAIL)] * (MOST_SHOWN + 2), [LATE] * (MOST_SHOWN + 1))
    said = [item.said for item in news(many)]

    assert len(said) == 2 * MOST_SHOWN + 2
    assert said[MOST_SHOWN] == "Et 1 autre : mailsla requests --state overdue."
    assert said[-1] == "Et 2 autres : mailsla requests --state to-check."
    on_site = [item.said for item in news(many, Links(on_site=True))]
    assert on_site[-1].startswith("Et 2 autres, à régler de même depuis le site (ou : mailsla requests")


def test_how_many_there_are_is_said_of_what_there_is() -> None:
    assert Weekly([(DOUBT, MAIL)] * 2, [LATE]).counts() == ("1 demande en retard", "2 courriels à vérifier")
    assert Weekly((), [LATE]).counts() == ("1 demande en retard",)
    assert Weekly().counts() == ()
    assert news(Weekly()) == []


def test_a_stranger_s_subject_moves_no_cursor() -> None:
    late = replace(LATE, case=replace(LATE.case, subject=HOSTILE))
    said = "".join(item.said for item in news(Weekly([(DOUBT, MAIL._replace(subject=HOSTILE))], [late])))

    assert set(said).isdisjoint(UNSAFE)
