"""One mail that was delivered several times is one request; two mails that say the same are two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.office.sides import Side
from mailsla.core.pairing.conversation import Evidence, Link
from mailsla.core.pairing.decision import Action, Decision
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.one_mail import one_mails
from tests.factories import CONTACT, OFFICE, RULES, mail, paris, reply

ID = "CAF.abc.123@mail.example"
AT = "2026-11-02 09:00"
SEEN = paris("2026-11-02 10:00")
PARENT = "x-ms-exchange-parent-message-id"
FORM = "formulaire@pref.example.fr"


def seen(found: Mail, minutes: int = 0) -> Mail:
    return found._replace(first_seen_at=SEEN + timedelta(minutes=minutes))


def lying(
    mailbox: str, at: str = AT, *, since: int = 0, gone: int | None = None, account: str = "contact"
) -> Copy:
    """Return a copy in a mailbox, from so many minutes after SEEN to so many."""
    gone_at = None if gone is None else SEEN + timedelta(minutes=gone)
    first = SEEN + timedelta(minutes=since)
    return Copy(
        account,
        mailbox,
        MailboxRole.INBOX,
        paris(at),
        present=gone is None,
        gone_at=gone_at,
        first_seen_at=first,
    )


def kept_keys(mails: Sequence[Mail]) -> list[str]:
    return sorted(one.mail.key for one in one_mails(mails, OFFICE))


def requests(*mails: Mail) -> Derivation:
    return derive(mails, RULES)


@pytest.mark.parametrize("tag", ["***SPAM*** ", "EXTERNE: ", "[EXTERNE] ", "{Publicité ?} "])
def test_a_tag_in_the_subject_of_one_delivery_makes_no_other_mail(tag: str) -> None:
    plain = seen(mail(AT, subject="Carte grise", message_id=ID), 5)
    tagged = seen(mail(AT, subject=f"{tag}Carte grise", message_id=ID))

    for order in permutations((plain, tagged)):
        [one] = one_mails(order, OFFICE)
        assert (one.mail.key, one.mail.header.subject) == (tagged.key, "Carte grise")
        assert one.mail.copies == tuple(
            copy for item in sorted(order, key=lambda item: item.key) for copy in item.copies
        )
    [request] = requests(plain, tagged).requests
    assert (request.key, request.subject) == (tagged.key, "Carte grise")


def test_a_tagged_copy_that_is_called_spam_does_not_hide_the_plain_one() -> None:
    plain = seen(mail(AT, message_id=ID, subject="Un"), 5)
    spam = seen(mail(AT, message_id=ID, subject="[S] Un", kept=[("x-spam-flag", "YES")]))

    assert len(requests(plain, spam).requests) == 1
    assert requests(spam).requests == ()


def test_a_redirect_is_the_mail_it_names_and_a_reply_to_it_answers() -> None:
    asked = seen(mail(AT, message_id=ID))
    redirect = seen(mail(AT, message_id="0123456789@exch.example.fr", kept=[(PARENT, f"<{ID}>")]), 5)
    again = seen(mail(AT, message_id="9876543210@exch.example.fr", kept=[(PARENT, f"<{ID}>")]), 6)
    answer = reply("2026-11-03 10:00", redirect)

    found = requests(asked, redirect, again, answer)
    unseen = requests(redirect, again, answer)

    for derivation, key in ((found, asked.key), (unseen, redirect.key)):
        [request] = derivation.requests
        assert (request.key, request.answered_by) == (key, answer.key)
        assert derivation.doubts == ()
    assert found.readings[redirect.key].side is Side.SAME
    assert found.links[redirect.key] == Link(Evidence.SAME_MAIL, asked.key)
    assert found.conversations == {
        min(found.conversations): tuple(sorted((asked.key, redirect.key, again.key, answer.key)))
    }


def test_of_two_redirects_first_seen_the_name_is_that_of_the_first_and_the_header_the_first_sender_s() -> (
    None
):
    asked = seen(mail(AT, message_id=ID), 9)
    redirect = seen(
        mail(AT, message_id="0123456789@exch.example.fr", subject="tre", kept=[(PARENT, f"<{ID}>")])
    )

    [one] = one_mails([asked, redirect], OFFICE)

    assert (one.mail.key, one.mail.header.message_id) == (redirect.key, ID)
    assert [other.key for other in one.others] == [asked.key]
    assert one.ids == (ID, "0123456789@exch.example.fr")
    assert one_mails([asked], OFFICE)[0].ids == (ID,)


def test_what_a_person_decided_of_either_delivery_holds() -> None:
    plain = seen(mail(AT, subject="Carte grise", message_id=ID), 5)
    tagged = seen(mail(AT, subject="***SPAM*** Carte grise", message_id=ID))
    orphan = mail("2026-11-04 10:00", by=CONTACT, to=plain.header.senders, subject="Autre")
    out = Decision(1, plain.key, Action.EXCLUDE, "doublon", "référent", SEEN)
    join = Decision(1, orphan.key, Action.JOIN, "vu", "référent", SEEN, other=plain.key)

    [excluded] = derive([plain, tagged], RULES, [out]).requests
    [joined] = derive([plain, tagged, orphan], RULES, [join]).requests

    assert (excluded.key, excluded.excluded) == (tagged.key, "doublon")
    assert joined.answered_by == orphan.key


def test_an_id_that_two_authors_or_two_dates_bear_names_no_mail() -> None:
    by_two = [mail(AT, message_id=ID), mail(AT, message_id=ID, by="nour@example.org")]
    of_two = [mail(AT, message_id=ID), mail("2026-11-02 09:01", message_id=ID)]
    form = [
        mail(AT, by=FORM, message_id=ID, subject=name, reply_to=[f"{name}@example.org"])
        for name in ("nour", "eloi")
    ]
    later = mail("2026-11-03 09:00", by=FORM, message_id=ID, subject="lou", reply_to=["lou@example.org"])

    assert kept_keys(by_two) == sorted(item.key for item in by_two)
    assert kept_keys(of_two) == sorted(item.key for item in of_two)
    assert kept_keys([*form, later]) == sorted(item.key for item in (*form, later))
    assert len(kept_keys(form)) == 1


def without_id(at: str = AT, *, key: str, copies: Sequence[Copy] = (), **changes: object) -> Mail:
    """Return a form's mail without Message-ID, under a key of its own."""
    made = mail(at, by=FORM, subject="Formulaire", copies=copies, **changes)  # type: ignore[arg-type]  # (fields by name)
    return seen(made)._replace(key=key, header=made.header._replace(message_id=None))


def test_without_an_id_who_asks_tells_two_citizens_of_one_second_apart() -> None:
    one = without_id(key="1", reply_to=["nour@example.org"])
    two = without_id(key="2", reply_to=["eloi@example.org"])
    named = without_id(key="3", reply_to=["nour@example.org"])
    named = named._replace(header=named.header._replace(asked_by=("lou@example.org",)))

    assert kept_keys([one, two, named]) == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("copies", "count"),
    [
        # Delivered to two boxes, seconds apart, or to one of them after a while.
        ([lying("INBOX")], 1),
        ([lying("INBOX", "2026-11-02 09:01")], 1),
        ([lying("INBOX", "2026-11-02 09:02")], 2),
        ([lying("Archive", "2026-11-02 09:02")], 1),
        ([lying("INBOX", "2026-11-02 09:02", account="permis")], 1),
        # It came after the other had been moved away, or went before the other came.
        ([lying("INBOX", "2026-11-02 09:02", since=-9, gone=0)], 1),
        ([lying("INBOX", "2026-11-02 09:02", since=-9, gone=1)], 2),
    ],
)
def test_without_an_id_what_lay_in_one_mailbox_at_one_time_is_two_mails(
    copies: list[Copy], count: int
) -> None:
    one = without_id(key="1", copies=[lying("INBOX")])
    two = without_id(key="2", copies=copies)

    assert len(one_mails([one, two], OFFICE)) == count
    assert len(one_mails([two, one], OFFICE)) == count


def test_without_id_nor_date_only_what_came_within_a_minute_is_one() -> None:
    first, second, third = (
        without_id(key=key, copies=[lying(mailbox, at)])
        for key, mailbox, at in (
            ("1", "INBOX", "2026-11-02 09:00"),
            ("2", "Archive", "2026-11-02 09:01"),
            ("3", "Permis", "2026-11-02 09:02"),
        )
    )
    dateless = [item._replace(header=item.header._replace(sent_at=None)) for item in (first, second, third)]

    assert kept_keys(dateless) == ["1", "3"]
    assert kept_keys([first, second, third]) == ["1"]


def test_the_mails_of_the_office_are_one_too() -> None:
    asked = mail(AT)
    sent = reply("2026-11-03 10:00", asked)
    tagged = sent._replace(
        key="f" * 32,
        header=sent.header._replace(subject=f"[EXTERNE] {sent.header.subject}"),
        copies=(Copy("contact", "INBOX", MailboxRole.INBOX),),
    )

    derivation = requests(asked, sent, tagged)

    assert derivation.requests[0].answered_by == sent.key
    assert [step.key for step in derivation.requests[0].steps] == [asked.key, sent.key]
    assert OFFICE.wrote(derivation.readings[tagged.key].mail.header)
