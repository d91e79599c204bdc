"""Evidence 1 to 3 alone: every subject is another one, so that nothing else can tie what it should tie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from mailsla.core.mail.header import Header
from mailsla.core.mail.message_ids import looks_unique
from mailsla.core.pairing.conversation import (
    Evidence,
    Link,
    Threaded,
    Threads,
    cited_ids,
    correspondents,
    thread,
)
from mailsla.core.pairing.forest import Forest

OURS = "contact@pref.example.fr"
CAMILLE = "camille@example.org"
CLAUDE = "claude@example.net"
ALONE = Link(Evidence.NONE)


def outside(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(address for address in addresses if not address.endswith("@pref.example.fr"))


def said(
    key: str,
    message_id: str | None = None,
    *,
    by: str = CAMILLE,
    to: str = OURS,
    answers: tuple[str, ...] = (),
    cites: tuple[str, ...] = (),
    root: str | None = None,
    subject: str | None = None,
    day: int | None = 0,
) -> Threaded:
    at = None if day is None else datetime(2026, 11, 2, tzinfo=UTC) + timedelta(days=day)
    header = Header(
        message_id=message_id,
        in_reply_to=answers,
        references=cites,
        thread_index=root,
        subject=key if subject is None else subject,
        sent_at=at,
        senders=(by,),
        to=(to,),
    )
    return Threaded(key, header, (message_id,) if message_id else ())


def threaded(*messages: Threaded) -> Threads:
    """Thread messages in every order; the result must be one."""
    found = [thread(order, outside) for order in permutations(messages)]
    assert all(item == found[0] for item in found)
    return found[0]


ASKED = said("asked", "asked@x.fr")


@pytest.mark.parametrize(
    ("reply", "link"),
    [
        (said("reply", by=OURS, to=CAMILLE, answers=("asked@x.fr",)), Link(Evidence.IN_REPLY_TO, "asked")),
        (said("reply", by=OURS, to=CLAUDE, answers=("asked@x.fr",)), Link(Evidence.IN_REPLY_TO, "asked")),
        (
            said("reply", by=OURS, to=CAMILLE, answers=("unseen@x.fr", "asked@x.fr")),
            Link(Evidence.IN_REPLY_TO, "asked"),
        ),
        (said("reply", by=OURS, to=CAMILLE, cites=("asked@x.fr",)), Link(Evidence.REFERENCES, "asked")),
        (
            said("reply", by=OURS, to=CAMILLE, answers=("unseen@x.fr",), cites=("asked@x.fr", "gone@x.fr")),
            Link(Evidence.REFERENCES, "asked"),
        ),
    ],
)
def test_a_reply_that_names_a_mail_is_tied_to_it_beside_mails_without_any_id(
    reply: Threaded, link: Link
) -> None:
    silent = said("silent")

    found = threaded(silent, ASKED, reply)

    assert found.members == (("asked", "reply"), ("silent",))
    assert found.links == {"asked": ALONE, "silent": ALONE, "reply": link}


def test_in_reply_to_names_before_references_and_references_from_the_last() -> None:
    other, third = said("other", "other@x.fr"), said("third", "third@x.fr")

    first = threaded(ASKED, other, said("reply", answers=("asked@x.fr",), cites=("asked@x.fr", "other@x.fr")))
    last = threaded(ASKED, third, said("reply", cites=("asked@x.fr", "third@x.fr")))

    assert first.links["reply"] == Link(Evidence.IN_REPLY_TO, "asked")
    assert last.links["reply"] == Link(Evidence.REFERENCES, "third")
    assert last.members == (("asked", "reply", "third"),)


def test_a_mail_never_seen_ties_those_of_one_citizen_that_name_it() -> None:
    one = said("one", "one@x.fr", by=OURS, to=CAMILLE, answers=("unseen@x.fr",))
    two = said("two", "two@x.fr", by=OURS, to=CAMILLE, cites=("unseen@x.fr",), day=1)
    stranger = said("three", "three@x.fr", by=OURS, to=CLAUDE, answers=("unseen@x.fr",))

    found = threaded(one, two, stranger)

    assert found.members == (("one", "two"), ("three",))
    assert found.links == {"one": ALONE, "two": Link(Evidence.REFERENCES), "three": ALONE}


@pytest.mark.parametrize(
    ("second", "link"),
    [
        (said("two", answers=("unseen@x.fr",), cites=("a@x.fr",), day=1), Link(Evidence.IN_REPLY_TO)),
        (said("two", cites=("unseen@x.fr",), day=1), Link(Evidence.REFERENCES)),
        (said("two", root="ab", cites=("unseen@x.fr",), day=1), Link(Evidence.REFERENCES)),
    ],
)
def test_what_ties_mails_through_one_never_seen_is_said_of_all_but_the_first(
    second: Threaded, link: Link
) -> None:
    found = threaded(said("one", answers=("unseen@x.fr",)), second)

    assert found.members == (("one", "two"),)
    assert found.links == {"one": ALONE, "two": link}


def test_the_first_of_silent_mails_is_the_earliest_then_the_least_key() -> None:
    def links(*days: int | None) -> dict[str, Link]:
        messages = [said(f"m{number}", root="ab", day=day) for number, day in enumerate(days)]
        return threaded(*messages).links

    tied = Link(Evidence.THREAD_INDEX)
    assert links(1, 0) == {"m0": tied, "m1": ALONE}
    assert links(1, 1) == {"m0": ALONE, "m1": tied}
    assert links(1, None) == {"m0": tied, "m1": ALONE}
    assert links(0, 1, 2) == {"m0": ALONE, "m1": tied, "m2": tied}


def test_thread_index_ties_only_those_who_share_a_citizen() -> None:
    one = said("one", root="ab")
    answer = said("two", by=OURS, to=CAMILLE, root="ab", day=1)
    stranger = said("three", by=CLAUDE, root="ab")
    other = said("four", root="cd")

    found = threaded(one, answer, stranger, other)

    assert found.members == (("four",), ("one", "two"), ("three",))
    assert found.links["two"] == Link(Evidence.THREAD_INDEX)


def test_an_id_that_several_mails_bear_names_the_one_that_shares_a_citizen() -> None:
    camille, claude = said("camille", "same@x.fr"), said("claude", "same@x.fr", by=CLAUDE)

    found = threaded(camille, claude, said("reply", by=OURS, to=CLAUDE, answers=("same@x.fr",), day=1))

    assert found.members == (("camille",), ("claude", "reply"))
    assert found.links == {
        "camille": ALONE,
        "claude": ALONE,
        "reply": Link(Evidence.IN_REPLY_TO, "claude"),
    }


def test_an_id_that_one_citizen_repeats_says_something_only_on_one_subject() -> None:
    twice = [said("one", "same@x.fr", subject="titre"), said("two", "same@x.fr", subject="Re: titre", day=1)]
    apart = [said("one", "same@x.fr", subject="titre"), said("two", "same@x.fr", subject="permis", day=1)]
    reply = said("reply", by=OURS, to=CAMILLE, answers=("same@x.fr",), day=2)

    assert threaded(*twice).members == (("one", "two"),)
    assert threaded(*twice, reply).members == (("one", "reply", "two"),)
    assert threaded(*twice, reply).links["reply"] == Link(Evidence.IN_REPLY_TO)
    assert threaded(*apart).members == (("one",), ("two",))
    assert threaded(*apart, reply).members == (("one",), ("reply",), ("two",))
    assert threaded(*apart, reply).links["reply"] == ALONE


def test_a_bogus_id_ties_a_reply_to_its_citizen_s_one_mail_and_to_no_stranger_s() -> None:
    camille, claude = said("camille", "yes"), said("claude", "yes", by=CLAUDE)
    reply = said("reply", by=OURS, to=CAMILLE, answers=("yes",), day=1)

    assert threaded(camille, claude, reply).members == (("camille", "reply"), ("claude",))
    assert threaded(camille, reply).links["reply"] == Link(Evidence.IN_REPLY_TO, "camille")
    assert threaded(camille, said("again", "yes", subject="camille")).members == (("again",), ("camille",))
    assert threaded(camille, said("stranger", by=CLAUDE, answers=("yes",))).members == (
        ("camille",),
        ("stranger",),
    )


def test_a_mail_is_never_tied_to_itself() -> None:
    own = said("own", "own@x.fr", answers=("own@x.fr",), cites=("own@x.fr",))
    shared = said("shared", "yes", answers=("yes",))

    assert threaded(own).links == {"own": ALONE}
    assert threaded(shared).links == {"shared": ALONE}
    assert threaded(own, said("reply", answers=("own@x.fr",))).links["own"] == ALONE
    assert thread([]) == Threads((), {})


def test_without_an_office_every_address_tells_people_apart() -> None:
    messages = [said("one", root="ab"), said("two", by=CLAUDE, root="ab", day=1)]

    assert thread(messages).members == (("one", "two"),)
    assert thread(messages, outside).members == (("one",), ("two",))


def test_ids_are_cited_strongest_first_without_one_s_own() -> None:
    header = Header(message_id="own", in_reply_to=("a", "own"), references=("b", "a", "c"))

    assert cited_ids(header) == ("a", "c", "b")
    assert cited_ids(Header(in_reply_to=("a",))) == ("a",)


def test_the_correspondents_of_a_mail_are_all_those_it_names() -> None:
    header = Header(senders=("a",), sender=("s",), reply_to=("b",), to=("c",), cc=("d",), bcc=("e",))

    assert correspondents(header) == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize(
    ("message_id", "looks"),
    [
        ("abcd@x", True),
        ("abc@x", False),
        ("abcd@", False),
        ("abcd", False),
        ("@x", False),
        ("abcd@x@y", True),
    ],
)
def test_an_id_made_for_one_mail_has_a_left_of_four_letters_and_a_right(message_id: str, looks: bool) -> None:
    assert looks_unique(message_id) is looks


@pytest.mark.parametrize("joins", list(permutations([(1, 2), (3, 4), (2, 3), (6, 7)])))
def test_sets_do_not_depend_on_the_order_of_the_joins(joins: tuple[tuple[int, int], ...]) -> None:
    forest = Forest()
    for one, other in joins:
        forest.join(one, other)

    names = [forest.find(number) for number in range(1, 8)]

    assert len(set(names[:4])) == 1
    assert names[4] == 5
    assert names[5] == names[6]
    assert len(set(names)) == 3
