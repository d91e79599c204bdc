"""Who asked, who answered, and when the clock stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailsla.core.mail.copies import Copy, Mail, MailboxRole
from mailsla.core.mail.instants import Basis
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import Side
from mailsla.core.pairing.derivation import Derivation, derive
from mailsla.core.pairing.doubts import DoubtCode
from mailsla.core.pairing.request import ServiceBasis
from mailsla.core.pairing.rules import Part
from tests.factories import CITIZEN, CONTACT, RULES, mail, paris, reply

OTHER = "claude.petit@example.net"
AGENT = "agent@pref.example.fr"


def derived(*mails: Mail, **rules: object) -> Derivation:
    return derive(mails, replace(RULES, **rules))  # type: ignore[arg-type]  # (fields by name: a wrong one raises)


def parts(derivation: Derivation) -> list[list[str]]:
    """Return, for each request, what its messages are."""
    return [[step.part.value for step in request.steps] for request in derivation.requests]


def test_a_citizen_s_mail_opens_a_request_and_the_reply_stops_its_clock() -> None:
    asked = mail("2026-11-02 10:00")
    answered = reply("2026-11-04 15:00", asked)

    [request] = derived(asked, answered).requests

    assert request.received.at == paris("2026-11-02 10:00")
    assert request.answered is not None
    assert request.answered.at == paris("2026-11-04 15:00")
    assert request.answered_by == answered.key


def test_a_reminder_before_any_reply_keeps_the_request_and_its_clock() -> None:
    asked = mail("2026-11-02 10:00")
    again = mail("2026-11-05 10:00", replies_to=asked.header.message_id, subject="Toujours rien reçu")
    answered = reply("2026-11-06 15:00", again)

    derivation = derived(asked, again, answered)

    assert parts(derivation) == [["request", "reminder", "reply"]]
    assert derivation.requests[0].received.at == paris("2026-11-02 10:00")


def test_writing_again_after_the_reply_is_a_follow_up_with_its_own_clock() -> None:
    asked = mail("2026-11-02 10:00")
    answered = reply("2026-11-04 15:00", asked)
    again = mail("2026-11-05 09:00", replies_to=answered.header.message_id, subject=answered.header.subject)

    derivation = derived(asked, answered, again)

    assert parts(derivation) == [["request", "reply"], ["follow_up"]]
    assert [request.follow_up for request in derivation.requests] == [False, True]
    assert derivation.requests[1].answered is None


def test_a_bare_thank_you_opens_nothing() -> None:
    asked = mail("2026-11-02 10:00")
    answered = reply("2026-11-04 15:00", asked)
    thanks = mail("2026-11-05 09:00", replies_to=answered.header.message_id, subject="Merci")

    assert parts(derived(asked, answered, thanks)) == [["request", "reply", "thanks"]]


@pytest.mark.parametrize(
    ("at", "subject", "is_new"),
    [
        ("2026-12-03 09:00", "Renouvellement de mon titre", False),
        ("2026-12-05 09:00", "Renouvellement de mon titre", True),  # more than 30 days after the reply
        ("2026-11-05 09:00", "Permis de conduire perdu", True),
    ],
)
def test_a_new_question_in_an_old_conversation_is_a_new_request(at: str, subject: str, is_new: bool) -> None:
    asked = mail("2026-11-02 10:00")
    answered = reply("2026-11-04 15:00", asked)
    again = mail(at, replies_to=answered.header.message_id, subject=subject)

    derivation = derived(asked, answered, again)

    assert len(derivation.requests) == 2
    assert derivation.requests[1].follow_up is not is_new


def test_a_reply_to_somebody_else_answers_nobody() -> None:
    asked = mail("2026-11-02 10:00")
    elsewhere = mail(
        "2026-11-03 10:00",
        by=CONTACT,
        to="guichet@other-office.example",
        subject=f"TR : {asked.header.subject}",
        replies_to=asked.header.message_id,
    )

    [request] = derived(asked, elsewhere).requests

    assert request.answered is None


def test_a_forward_inside_the_office_names_the_service_and_answers_nobody() -> None:
    asked = mail("2026-11-02 10:00")
    forward = mail(
        "2026-11-03 10:00",
        by=CONTACT,
        to="etrangers@pref.example.fr",
        subject=f"TR : {asked.header.subject}",
        references=[asked.header.message_id or ""],
    )

    [request] = derived(asked, forward).requests

    assert request.answered is None
    assert request.service == "Étrangers"
    assert request.assignments[0].basis is ServiceBasis.FORWARD
    assert request.assignments[0].since == paris("2026-11-03 10:00")


def test_the_recipient_says_the_service_before_the_mailbox_does() -> None:
    permits = Copy("contact", "Permis", MailboxRole.INBOX, paris("2026-11-02 10:00"))
    later = permits._replace(internal_at=paris("2026-11-02 11:00"))
    by_recipient = mail("2026-11-02 10:00", to="etrangers@pref.example.fr", copies=[permits])
    by_mailbox = mail("2026-11-02 11:00", copies=[later])

    derivation = derived(by_recipient, by_mailbox)

    assert [request.service for request in derivation.requests] == ["Étrangers", "Permis"]


def test_an_automatic_acknowledgement_is_no_reply() -> None:
    asked = mail("2026-11-02 10:00")
    automatic = reply("2026-11-02 10:01", asked, kept=[("auto-submitted", "auto-replied")])

    derivation = derived(asked, automatic)

    assert derivation.requests[0].answered is None
    assert derivation.readings[automatic.key].kind is MailKind.AUTOMATIC_REPLY


@pytest.mark.parametrize("stops", [False, True])
def test_a_holding_reply_stops_the_clock_only_where_the_site_says_so(stops: bool) -> None:
    asked = mail("2026-11-02 10:00")
    holding = mail(
        "2026-11-03 10:00",
        by=CONTACT,
        to=CITIZEN,
        subject="Réponse d'attente – votre demande",
        replies_to=asked.header.message_id,
    )

    [request] = derived(asked, holding, holding_stops=stops).requests

    assert (request.answered is not None) is stops
    assert request.steps[1].part is Part.HOLDING_REPLY


def test_a_reply_dated_before_its_request_takes_the_server_s_instant() -> None:
    asked = mail("2026-11-02 10:00")
    sent = (Copy("contact", "Sent", MailboxRole.SENT, paris("2026-11-03 09:00")),)
    answered = reply("2026-11-03 09:00", asked, dated="2026-10-31 09:00", copies=sent)

    [request] = derived(asked, answered).requests

    assert request.answered is not None
    assert (request.answered.at, request.answered.basis) == (paris("2026-11-03 09:00"), Basis.SERVER)


def test_receipt_is_the_server_s_not_the_citizen_s_clock() -> None:
    asked = mail("2026-11-02 10:00", dated="2026-10-01 08:00")

    assert derived(asked).requests[0].received.at == paris("2026-11-02 10:00")
    assert derived(asked).requests[0].received.basis is Basis.SERVER


def test_a_migration_that_pushed_the_server_s_date_is_seen_through_the_last_hop() -> None:
    moved = Copy(
        "contact",
        "INBOX",
        MailboxRole.INBOX,
        internal_at=paris("2026-11-10 03:00"),
        hop_at=paris("2026-11-02 10:00"),
    )

    received = derived(mail("2026-11-10 03:00", copies=[moved])).requests[0].received

    assert (received.at, received.basis) == (paris("2026-11-02 10:00"), Basis.LAST_HOP)


def test_an_absurd_date_is_never_believed() -> None:
    absurd = Copy(
        "contact",
        "INBOX",
        MailboxRole.INBOX,
        internal_at=paris("2026-11-02 10:00"),
        hop_at=paris("1970-01-01 10:00"),
    )

    received = derived(mail("2026-11-02 10:00", copies=[absurd])).requests[0].received

    assert (received.at, received.basis) == (paris("2026-11-02 10:00"), Basis.SERVER)


def test_spam_is_what_lies_in_junk_and_nowhere_else() -> None:
    at = paris("2026-11-02 10:00")
    junk, inbox = Copy("c", "Junk", MailboxRole.JUNK, at), Copy("c", "INBOX", MailboxRole.INBOX, at)

    assert derived(mail("2026-11-02 10:00", copies=[junk])).requests == ()
    assert len(derived(mail("2026-11-02 10:00", copies=[junk, inbox])).requests) == 1
    moved = inbox._replace(present=False)
    assert derived(mail("2026-11-02 10:00", copies=[junk, moved])).requests == ()


def test_spam_stays_spam_when_it_is_emptied() -> None:
    at = paris("2026-11-02 10:00")
    put_there = Copy("c", "INBOX", MailboxRole.INBOX, at, present=False, gone_at=paris("2026-11-03 10:00"))
    emptied = Copy("c", "Junk", MailboxRole.JUNK, at, present=False, gone_at=paris("2026-12-03 10:00"))
    together = put_there._replace(gone_at=paris("2026-12-03 09:59"))

    assert derived(mail("2026-11-02 10:00", copies=[put_there, emptied])).requests == ()
    assert len(derived(mail("2026-11-02 10:00", copies=[together, emptied])).requests) == 1
    rescued = put_there._replace(gone_at=paris("2027-01-03 10:00"))
    assert len(derived(mail("2026-11-02 10:00", copies=[rescued, emptied])).requests) == 1


def test_spam_thrown_away_soon_or_through_the_bin_stays_spam() -> None:
    """One collection sees it in Junk, the next one, minutes later, nowhere or in the bin."""
    at = paris("2026-11-02 10:00")
    came = Copy("c", "INBOX", MailboxRole.INBOX, at, present=False, first_seen_at=at)
    came = came._replace(gone_at=paris("2026-11-02 10:05:01"))
    spam = Copy("c", "Junk", MailboxRole.JUNK, at, first_seen_at=paris("2026-11-02 10:05:02"))
    gone = spam._replace(present=False, gone_at=paris("2026-11-02 10:10"))
    thrown = Copy("c", "Trash", MailboxRole.TRASH, at, first_seen_at=paris("2026-11-02 10:10:01"))
    kept = came._replace(first_seen_at=paris("2026-11-02 10:10"), gone_at=paris("2026-11-02 10:20"))

    def requests(*places: Copy) -> int:
        return len(derived(mail("2026-11-02 10:00", copies=places)).requests)

    assert requests(came, spam) == requests(came, gone) == requests(came, gone, thrown) == 0
    assert requests(came, thrown) == requests(came, gone, kept) == requests(came, gone, kept, thrown) == 1


def test_a_form_speaks_for_the_citizen_named_in_reply_to() -> None:
    form = "formulaire@pref.example.fr"
    generated = [("auto-submitted", "auto-generated")]
    one = mail("2026-11-02 10:00", by=form, reply_to=[CITIZEN], subject="Formulaire", kept=generated)
    two = mail("2026-11-02 11:00", by=form, reply_to=[OTHER], subject="Formulaire", kept=generated)
    answered = mail("2026-11-03 10:00", by=CONTACT, to=CITIZEN, subject="RE : Formulaire")

    first, second = derived(one, two, answered).requests

    assert first.answered_by == answered.key
    assert second.answered is None


def test_a_reply_without_references_is_tied_by_recipient_and_subject() -> None:
    asked = mail("2026-11-02 10:00")
    answered = mail("2026-11-03 10:00", by=AGENT, to=CITIZEN, subject="RE : Renouvellement de mon titre")

    derivation = derived(asked, answered)

    assert derivation.requests[0].answered_by == answered.key
    assert derivation.links[answered.key].evidence.value == "recipient-and-subject"


@pytest.mark.parametrize(("sent", "tied"), [("2026-12-31 23:00", True), ("2027-01-02 10:00", False)])
def test_recipient_and_subject_hold_for_60_days(sent: str, tied: bool) -> None:
    asked = mail("2026-11-02 10:00")
    answered = mail(sent, by=AGENT, to=CITIZEN, subject="RE : Renouvellement de mon titre")

    assert (derived(asked, answered).requests[0].answered is not None) is tied


def test_when_several_requests_fit_nothing_is_decided() -> None:
    one = mail("2026-11-02 10:00")
    two = mail("2026-11-03 10:00")
    answered = mail("2026-11-04 10:00", by=AGENT, to=CITIZEN, subject="RE : Renouvellement de mon titre")

    derivation = derived(one, two, answered)

    assert [request.answered for request in derivation.requests] == [None, None]
    [doubt] = derivation.doubts
    assert (doubt.code, doubt.candidates) == (DoubtCode.SEVERAL_FIT, (one.key, two.key))


def test_another_subject_leaves_the_reply_to_a_person() -> None:
    asked = mail("2026-11-02 10:00")
    answered = mail("2026-11-04 10:00", by=AGENT, to=CITIZEN, subject="Votre titre est prêt")

    derivation = derived(asked, answered)

    assert derivation.requests[0].answered is None
    assert [doubt.code for doubt in derivation.doubts] == [DoubtCode.OTHER_SUBJECT]


def test_the_same_subject_from_strangers_ties_nobody() -> None:
    one = mail("2026-11-02 10:00", subject="Demande")
    two = mail("2026-11-02 11:00", by=OTHER, subject="Demande")

    assert len(derived(one, two).conversations) == 2


def test_two_citizens_in_one_conversation_each_need_their_answer() -> None:
    asked = mail("2026-11-02 10:00")
    forwarded = mail(
        "2026-11-03 10:00", by=OTHER, replies_to=asked.header.message_id, subject="La même chose"
    )
    answered = reply("2026-11-04 10:00", asked)

    first, second = derived(asked, forwarded, answered).requests

    assert (first.citizens, first.answered is not None) == ((CITIZEN,), True)
    assert (second.citizens, second.answered) == ((OTHER,), None)


def test_someone_copied_on_a_request_shares_it() -> None:
    asked = mail("2026-11-02 10:00", cc=[OTHER])
    again = mail("2026-11-03 10:00", by=OTHER, replies_to=asked.header.message_id, subject="Relance")
    answered = reply("2026-11-04 10:00", again)

    assert parts(derived(asked, again, answered)) == [["request", "reminder", "reply"]]


@pytest.mark.parametrize(
    ("kept", "kind"),
    [
        ([("auto-submitted", "auto-replied (vacation)")], MailKind.AUTOMATIC_REPLY),
        ([("list-id", "<lettre.example.org>"), ("list-unsubscribe", "<https://x.example>")], MailKind.LIST),
        ([("content-type", "multipart/report; report-type=delivery-status")], MailKind.DELIVERY_REPORT),
        ([("x-mailsla", "alert")], MailKind.OWN_ALERT),
    ],
)
def test_automatic_mail_opens_no_request_and_keeps_its_reason(
    kept: list[tuple[str, str]], kind: MailKind
) -> None:
    automatic = mail("2026-11-02 10:00", kept=kept)

    derivation = derived(automatic)

    reading = derivation.readings[automatic.key]
    assert derivation.requests == ()
    assert (reading.side, reading.kind) == (Side.ASIDE, kind)
    assert reading.reason is not None


def test_mail_of_the_office_to_itself_is_no_request() -> None:
    internal = mail("2026-11-02 10:00", by=AGENT, to=CONTACT)

    derivation = derived(internal)

    assert derivation.requests == ()
    assert derivation.readings[internal.key].side is Side.INTERNAL
