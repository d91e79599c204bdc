"""How préfectures answer, and what else falls into their boxes: one function writes one conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from mailsla.core.mail.copies import MailboxRole
from mailsla.core.mail.kinds import MailKind
from mailsla.core.office.sides import Side
from mailsla.core.pairing.rules import Part
from tests.trials.mail.scenes import (
    CONTACT,
    DOMAIN,
    FORM,
    FORM_SUBJECT,
    GENERIC,
    OUTSIDE_DESK,
    SERVICES,
    SUBJECTS,
    Answer,
    Letter,
    Scene,
    Tie,
    World,
)


class Group(Enum):
    """What a habit's mail lets be known."""

    CARRIED = "Replies that carry evidence 1 to 4"
    NOISE = "Mail that answers nothing, among replies that carry evidence"
    DOUBTFUL = "Replies whose headers cannot decide"


@dataclass(frozen=True, slots=True)
class Habit:
    """One way of writing.

    Attributes:
        name: As printed.
        write: Writes one conversation.
        subjects: What its subject is drawn from.
        regular: Whether its citizens may have other requests, about something else.
        group: What its mail lets be known.
        weight: How often it comes, for one of an ordinary habit.
    """

    name: str
    write: Callable[[Scene], object]
    subjects: Sequence[str] = SUBJECTS
    regular: bool = False
    group: Group = Group.CARRIED
    weight: int = 1


def fill(world: World, conversations: int) -> None:
    """Write about that many conversations, every habit at least once, its share by its weight."""
    turns = [habit for habit in HABITS for _ in range(habit.weight)]
    for number in range(max(conversations, len(turns))):
        habit = turns[number % len(turns)]
        habit.write(Scene(world, habit.name, subjects=habit.subjects, regular=habit.regular))


# Replies that carry evidence.


def _outlook(scene: Scene) -> None:
    asked = scene.ask(thread_index=scene.thread_root() if scene.chance(0.5) else b"")
    scene.wait(0.01, 20)
    on_behalf = f"Agent <{scene.agent}>" if scene.chance(0.3) else ""
    first = scene.answer(asked, by=CONTACT, sender=on_behalf)
    if scene.chance(0.2):
        scene.wait(0.1, 10)
        parent = scene.rng.choice((asked, first))
        scene.answer(parent, asked, to=(scene.citizen,), note="complement")


def _references_only(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.01, 20)
    scene.answer(asked, tie=Tie.REFERENCES)


def _thread_index(scene: Scene) -> None:
    asked = scene.ask(thread_index=scene.thread_root())
    last = asked
    if scene.chance(0.3):
        scene.wait(1, 8)
        last = scene.again(asked, Part.REMINDER, tie=Tie.FULL)
    scene.wait(0.01, 20)
    scene.answer(last, asked, tie=Tie.THREAD_INDEX)


def _personal(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.01, 25)
    by = OUTSIDE_DESK if scene.chance(0.15) else scene.agent
    scene.answer(asked, by=by, tie=scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO)))


def _copy_only(scene: Scene) -> None:
    asked = scene.ask(thread_index=scene.thread_root())
    scene.wait(0.01, 25)
    by = scene.rng.choice((scene.agent, *SERVICES))
    tie = scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.THREAD_INDEX, Tie.NOTHING))
    way = scene.rng.randrange(3)
    scene.answer(
        asked,
        by=by,
        tie=tie,
        role=MailboxRole.INBOX,
        cc=(CONTACT,) if way == 0 else (),
        bcc=(CONTACT,) if way == 1 else (),
        fields=(("Delivered-To", CONTACT),),
    )


def _form(scene: Scene) -> None:
    named = not scene.chance(0.15)
    asked = scene.ask(
        by=FORM,
        subject=FORM_SUBJECT,
        reply_to=(scene.citizen,) if named else (),
        fields=(("Auto-Submitted", "auto-generated"), ("X-Mailer", "PHPMailer 6.9")),
        thread_index=scene.thread_root(),
    )
    scene.wait(0.01, 25)
    ties = (Tie.FULL, Tie.IN_REPLY_TO, Tie.THREAD_INDEX, Tie.NOTHING)
    said = scene.answer(asked, tie=scene.rng.choice(ties) if named else Tie.FULL)
    if named and scene.chance(0.2):
        scene.wait(1, 10)
        scene.again(said, Part.FOLLOW_UP)


def _forward(scene: Scene) -> None:
    asked = scene.ask(thread_index=scene.thread_root())
    scene.wait(0.01, 3)
    service = scene.rng.choice(SERVICES)
    passed = scene.post(
        by=CONTACT,
        to=(service,),
        subject=scene.rng.choice(("TR : ", "TR: ", "Fwd: ")) + asked.subject,
        side=Side.INTERNAL,
        parent=asked,
        tie=scene.rng.choice((Tie.FULL, Tie.REFERENCES, Tie.THREAD_INDEX, Tie.NOTHING)),
    )
    scene.wait(0.1, 20)
    scene.answer(
        passed,
        asked,
        by=service,
        to=(scene.citizen,),
        cc=(CONTACT,),
        role=MailboxRole.INBOX,
        tie=scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.NOTHING)),
        subject="RE : " + passed.subject,
    )


def _relayed(scene: Scene) -> None:
    """The service answers the contact box, which passes the answer on to the citizen."""
    asked = scene.ask()
    scene.wait(0.01, 2)
    service = scene.rng.choice(SERVICES)
    inside: dict[str, Any] = {"side": Side.INTERNAL, "tie": Tie.FULL}
    passed = scene.post(by=CONTACT, to=(service,), subject=f"TR : {asked.subject}", parent=asked, **inside)
    scene.wait(0.2, 8)
    told = scene.post(
        by=service,
        to=(CONTACT,),
        subject=f"RE : TR : {asked.subject}",
        parent=passed,
        role=MailboxRole.INBOX,
        **inside,
    )
    scene.wait(0.01, 2)
    scene.answer(told, asked, by=CONTACT, to=(scene.citizen,), subject=f"TR : {asked.subject}")


def _mobile(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.01, 25)
    scene.answer(asked, tie=Tie.IN_REPLY_TO)


def _mobile_fresh(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.01, 55)
    scene.answer(asked, tie=Tie.NOTHING)


def _written_back(scene: Scene) -> None:
    """A fresh mail with `Re:`, to which the citizen answers: the conversation then opens with the reply."""
    asked = scene.ask()
    scene.wait(0.1, 40)
    said = scene.answer(asked, tie=Tie.NOTHING, note="the citizen wrote back, citing this reply")
    scene.wait(0.1, 5)
    if scene.chance(0.4):
        scene.again(said, Part.THANKS, subject="Merci")
    else:
        sequel = scene.again(said, Part.FOLLOW_UP)
        scene.wait(0.1, 10)
        scene.answer(sequel)


def _rewritten(scene: Scene) -> None:
    asked = scene.ask(subject=scene.rng.choice(("", "", "[EXTERNE] ", "TR : ", "Tr: [EXT] ")) + scene.subject)
    scene.wait(0.01, 50)
    prefix = scene.rng.choice(
        (
            "RE : TR : [EXTERNE] ",
            "Rép : ",
            "RÉP. : ",
            "Rép\u00a0: [EXTERNE] ",
            "Re: [EXT] Re: ",
            "[EXTERNE] RE: ",
            "Re[2]: ",
            "RE (2) : ",
            "Réponse : ",
            "RE: Tr : ",
            "[INTERNET] RE : ",
        )
    )
    scene.answer(
        asked,
        tie=Tie.NOTHING if scene.chance(0.6) else Tie.IN_REPLY_TO,
        subject=prefix + scene.subject,
        note=prefix,
    )


def _renamed_in_thread(scene: Scene) -> None:
    asked = scene.ask(thread_index=scene.thread_root())
    scene.wait(0.01, 25)
    scene.answer(asked, tie=scene.rng.choice((Tie.FULL, Tie.THREAD_INDEX)), subject="Votre demande - réponse")


def _reminders(scene: Scene) -> None:
    asked = scene.ask()
    heard = [asked]
    for _ in range(scene.rng.randrange(1, 4)):
        scene.wait(2, 9)
        altered = {"subject": f"Relance : {asked.subject}"} if scene.chance(0.3) else {}
        heard.append(scene.again(scene.rng.choice(heard), Part.REMINDER, **altered))
    scene.wait(0.01, 15)
    scene.answer(scene.rng.choice(heard), asked)


def _follow_ups(scene: Scene) -> None:
    asked = scene.ask(thread_index=scene.thread_root() if scene.chance(0.4) else b"")
    scene.wait(0.1, 15)
    said = scene.answer(asked)
    scene.wait(0.1, 10)
    if scene.chance(0.25):
        scene.again(said, Part.THANKS, subject=scene.rng.choice(("Merci", "RE : Merci beaucoup")))
        return
    sequel = scene.again(said, Part.FOLLOW_UP)
    scene.wait(0.1, 15)
    scene.answer(sequel, tie=scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.NOTHING)))


def _new_question(scene: Scene) -> None:
    """The citizen reuses an old conversation for something else."""
    asked = scene.ask()
    scene.wait(0.1, 15)
    said = scene.answer(asked)
    if scene.chance(0.5):
        scene.wait(2, 20)
        another = scene.rng.choice([item for item in SUBJECTS[:8] if item not in asked.subject])
        other = scene.again(said, Part.REQUEST, subject=f"Autre question : {another}")
    else:
        scene.wait(32, 90)
        other = scene.again(said, Part.REQUEST)
    scene.wait(0.1, 15)
    scene.answer(other)


def _several_citizens(scene: Scene) -> None:
    other = scene.world.stranger()
    way = scene.rng.randrange(4)
    asked = scene.ask(cc=(other,) if way in {0, 3} else ())
    scene.wait(0.1, 5)
    if way == 0:
        scene.answer(asked, cc=(other,))
        return
    if way == 3:
        again = scene.again(asked, Part.REMINDER, by=other, cc=(scene.citizen,))
        scene.wait(0.1, 9)
        scene.answer(again, asked, cc=(scene.citizen,))
        return
    joining = scene.again(asked, Part.REQUEST, by=other)
    scene.wait(0.1, 9)
    if way == 1:
        scene.answer(joining)
        scene.wait(0.1, 9)
        scene.answer(asked)
    else:
        scene.answer(joining, joining, asked, to=(other, scene.citizen))


def _holding(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.1, 5)
    subject = scene.rng.choice(
        (
            f"Réponse d'attente : {asked.subject}",
            f"RE : Réponse d'attente - {asked.subject}",
            "Réponse d'attente : vous aurez une réponse avant le 15 décembre",
        )
    )
    held = scene.answer(asked, subject=subject, note="holding")
    scene.wait(2, 20)
    scene.answer(scene.rng.choice((asked, held)), asked, to=(scene.citizen,))


def _redelivered(scene: Scene) -> None:
    asked = scene.ask()
    for _ in range(scene.rng.randrange(1, 3)):
        scene.wait(0.001, 2)
        scene.deliver_again(asked, tag=scene.rng.choice(("", "", "[EXTERNE]")))
    scene.wait(0.1, 20)
    said = scene.answer(asked, tie=scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.NOTHING)))
    if scene.chance(0.3):
        scene.wait(0.01, 0.1)
        scene.deliver_again(said)


def _without_id(scene: Scene) -> None:
    asked = scene.ask(message_id=None, thread_index=scene.thread_root())
    scene.wait(0.1, 20)
    scene.answer(asked, tie=scene.rng.choice((Tie.THREAD_INDEX, Tie.NOTHING)))


def _bogus_ids(scene: Scene) -> None:
    """An id that strangers share: of a scanner, of a script, of a broken client."""
    bogus = scene.rng.choice(
        ("yes", "0@localhost", "scan@copieur.example.net", "mail.20250101@localhost", "1@x")
    )
    asked = scene.ask(message_id=bogus)
    scene.wait(0.1, 20)
    scene.answer(asked, tie=scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.REFERENCES)))


def _bogus_ids_twice(scene: Scene) -> None:
    """One citizen's client gives all its mails one id; both questions are answered in turn, then together."""
    bogus = scene.rng.choice(("yes", "scan@copieur.example.net", "mail.20250101@localhost"))
    first = scene.ask(message_id=bogus, subject=SUBJECTS[scene.rng.randrange(8)])
    scene.wait(0.1, 5)
    if scene.chance(0.5):
        scene.answer(first)
        scene.wait(0.1, 5)
        second = scene.ask(message_id=bogus, subject=SUBJECTS[8 + scene.rng.randrange(8)])
        scene.wait(0.1, 5)
        scene.answer(second)
    else:
        second = scene.ask(message_id=bogus, subject=SUBJECTS[8 + scene.rng.randrange(8)])
        scene.wait(0.1, 5)
        scene.answer(second, note="both open, the second answered first")
        scene.wait(0.1, 5)
        scene.answer(first, note="both open, the first answered last")


def _asks_again(scene: Scene) -> None:
    """An unrelated question under the same subject, once the first was answered."""
    first = scene.ask()
    scene.wait(0.1, 10)
    scene.answer(first, tie=scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO)))
    scene.wait(1, 25)
    second = scene.ask()
    scene.wait(0.1, 20)
    scene.answer(second, tie=scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO)))


def _late_clock(scene: Scene) -> None:
    """The agent's clock runs late: the reply is dated before the mail it answers."""
    asked = scene.ask(thread_index=scene.thread_root())
    scene.wait(0.003, 0.01)
    tie = scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.REFERENCES, Tie.THREAD_INDEX))
    scene.answer(asked, tie=tie, clock=-timedelta(minutes=30), note=f"clock late, {tie.value}")


def _tagged(scene: Scene) -> None:
    """The citizen writes from a tagged address (RFC 5233)."""
    local, _, domain = scene.citizen.partition("@")
    scene.citizen = f"{local}+prefecture@{domain}"
    asked = scene.ask()
    scene.wait(0.1, 20)
    tie = scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.NOTHING))
    scene.answer(asked, tie=tie, note=f"tagged address, {tie.value}")


def _look_alikes(scene: Scene) -> None:
    """People whose mail looks like a machine's."""
    suppressed = ("X-Auto-Response-Suppress", "DR, OOF, AutoReply")
    subject, fields = scene.rng.choice(
        (
            ("Absence de réponse", (suppressed,)),
            ("Absence de récépissé", (suppressed,)),
            ("Absence de réponse à ma demande", ()),
            (scene.subject, (suppressed,)),
            (scene.subject, (("Auto-Submitted", "auto-generated"),)),
            (scene.subject, (("Precedence", "bulk"),)),
            ("Courrier non distribué", ()),
            ("Accusé de réception non reçu", (suppressed,)),
            ("Lu et approuvé", (suppressed,)),
            (scene.subject, (("Auto-Submitted", "no"),)),
            ("Invitation : cérémonie du 14 juillet", ()),
        )
    )
    asked = scene.ask(
        subject=subject, fields=fields, note=f"{subject!r}, {', '.join(name for name, _ in fields)}"
    )
    scene.wait(0.1, 20)
    scene.answer(asked, note=asked.note)


def _out_of_junk(scene: Scene) -> None:
    """A citizen's mail, first taken for spam, that an agent moved."""
    asked = scene.ask()
    asked.copies.insert(0, scene.place(asked, MailboxRole.JUNK, present=False))
    scene.wait(0.1, 20)
    scene.answer(asked)


# Replies whose headers cannot decide: a person must be asked.


def _new_mail(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.1, 50)
    scene.answer(asked, tie=Tie.NOTHING, carried=False, subject=scene.subject)


def _renamed(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.1, 50)
    subject = scene.rng.choice(
        ("Votre demande", "Suite à votre courriel", "Préfecture - pièces à fournir", "RE : dossier")
    )
    scene.answer(asked, tie=Tie.NOTHING, carried=False, subject=subject)


def _new_mail_written_back(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.1, 40)
    subject = scene.rng.choice((scene.subject, "Votre demande"))
    note = "the citizen wrote back, citing this reply"
    said = scene.answer(asked, tie=Tie.NOTHING, carried=False, subject=subject, note=note)
    scene.wait(0.1, 5)
    scene.again(said, Part.THANKS, subject="Merci")


def _forward_unseen(scene: Scene) -> None:
    """Forwarded from a box that nobody watches: the service's reply names that forward alone."""
    asked = scene.ask()
    scene.wait(0.1, 15)
    scene.answer(
        asked,
        by=scene.rng.choice(SERVICES),
        cc=(CONTACT,),
        role=MailboxRole.INBOX,
        cites=(scene.fresh_id(scene.agent),),
        carried=False,
        subject=f"RE : TR : {asked.subject}",
        note="In-Reply-To names a forward never seen",
    )


def _ambiguous(scene: Scene) -> None:
    form = scene.chance(0.3)
    options: dict[str, Any] = (
        {"by": FORM, "subject": FORM_SUBJECT, "reply_to": (scene.citizen,)} if form else {}
    )
    first = scene.ask(**options)
    scene.wait(0.1, 10)
    second = scene.ask(**options)
    scene.wait(0.1, 20)
    scene.answer(second, tie=Tie.NOTHING, undecidable=(first, second), to=(scene.citizen,))


def _late_complement(scene: Scene) -> None:
    """A second mail about the first question, or the answer to the second one: the headers are the same."""
    first = scene.ask()
    scene.wait(0.1, 5)
    scene.answer(first)
    scene.wait(0.1, 5)
    second = scene.ask()
    scene.wait(0.1, 5)
    scene.answer(
        first,
        tie=Tie.NOTHING,
        undecidable=(first, second),
        subject=f"RE : {scene.subject}",
        note="answers the open question, or completes the answer to the former one",
    )


def _asks_again_bare(scene: Scene) -> None:
    """The same, when no reply has any header: the first one can only be known by evidence 4."""
    first = scene.ask()
    scene.wait(0.1, 10)
    scene.answer(first, tie=Tie.NOTHING)
    scene.wait(1, 25)
    second = scene.ask()
    scene.wait(0.1, 15)
    scene.answer(second, tie=Tie.NOTHING, carried=False)


def _bare_reminder(scene: Scene) -> None:
    """The citizen writes again without any header: nothing says whether it is the same question."""
    asked = scene.ask()
    scene.wait(3, 12)
    again = scene.ask(
        subject=scene.rng.choice((f"Relance : {scene.subject}", f"Re: {scene.subject}")), part=None
    )
    scene.wait(0.1, 10)
    scene.answer(again).answers.append(Answer(asked.key, carried=False))


def _one_for_several(scene: Scene) -> None:
    """One reply to several citizens who wrote apart."""
    others = [scene.world.stranger() for _ in range(2)]
    asked = [scene.ask()]
    for other in others:
        scene.wait(0.1, 2)
        asked.append(scene.ask(by=other))
    scene.wait(0.1, 15)
    named = scene.chance(0.5)
    said = scene.answer(
        asked[0],
        *asked,
        to=(scene.citizen, *others),
        carried=False,
        tie=Tie.FULL if named else Tie.NOTHING,
        note="In-Reply-To names one of the three" if named else "",
    )
    if named:
        said.answers[0] = Answer(asked[0].key, carried=True)


def _bare_holding(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.1, 5)
    scene.answer(asked, tie=Tie.NOTHING, carried=False, subject=f"Réponse d'attente : {asked.subject}")
    scene.wait(2, 20)
    scene.answer(asked)


def _very_late(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(62, 110)
    scene.answer(asked, tie=Tie.NOTHING, carried=False)


def _reused_reply(scene: Scene) -> None:
    """The agent answers by opening an old reply to somebody else and changing its recipient."""
    other = scene.world.stranger()
    old = scene.ask(by=other, thread_index=scene.thread_root())
    scene.wait(0.1, 10)
    template = scene.answer(old)
    scene.wait(0.1, 20)
    asked = scene.ask()
    scene.wait(0.1, 10)
    tie = scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.THREAD_INDEX))
    scene.answer(
        template,
        asked,
        to=(scene.citizen,),
        tie=tie,
        carried=False,
        note=f"{tie.value} of a reply to somebody else",
    )


# Mail of the office that answers nothing we hold.


def _unwatched(scene: Scene) -> None:
    """A reply to what the same citizen wrote, on another subject, to a box that nobody watches.

    On the same subject it would be tied: evidence 4 asks for recipient, subject and a single candidate only.
    """
    asked = scene.ask() if scene.chance(0.7) else None
    scene.wait(0.1, 5)
    unseen = scene.fresh_id(scene.citizen)
    scene.post(
        by=scene.rng.choice(SERVICES),
        to=(scene.citizen,),
        cc=(CONTACT,),
        subject=f"RE : {scene.subject} (copie)",
        side=Side.OUTBOUND,
        role=MailboxRole.INBOX,
        cites=(unseen,),
        note="In-Reply-To names a mail never seen",
    )
    if asked is not None and scene.chance(0.5):
        scene.wait(1, 10)
        scene.answer(asked)


def _passed_outside(scene: Scene) -> None:
    """The request goes to another authority; the citizen is told, or not."""
    asked = scene.ask()
    scene.wait(0.1, 5)
    authority = "accueil@autre-administration.example.org"
    options: dict[str, Any] = {"to": (authority,), "subject": f"TR : {asked.subject}"}
    if scene.chance(0.5):
        scene.answer(asked, cc=(scene.citizen,), **options)
    else:
        scene.post(
            by=CONTACT, side=Side.OUTBOUND, parent=asked, tie=Tie.FULL, note="to another authority", **options
        )


def _survey(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.1, 10)
    scene.answer(asked)
    scene.wait(5, 20)
    scene.post(by=CONTACT, to=(scene.citizen,), subject="Enquête de satisfaction", side=Side.OUTBOUND)


def _automatic(scene: Scene, by: str, to: str, parent: Letter, shape: int) -> None:
    """Write an automatic reply as one of the usual systems does."""
    subject, fields = (
        (f"Réponse automatique : {parent.subject}", (("Auto-Submitted", "auto-generated"), _SUPPRESS)),
        (f"Automatic reply: {parent.subject}", (_SUPPRESS, ("X-MS-Exchange-Inbox-Rules-Loop", to))),
        (f"Re: {parent.subject}", (("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"))),
        ("Absence", (("Auto-Submitted", "auto-replied (zimbra; vacation)"),)),
        (f"Auto: {parent.subject}", (("Auto-Submitted", "auto-replied (vacation)"),)),
        (f"Re: {parent.subject}", (("X-Autoreply", "yes"),)),
        ("Absence du bureau", (("Return-Path", "<>"),)),
        (
            f"Re: {parent.subject}",
            (("Precedence", "auto_reply"), ("X-Autorespond", parent.subject[:20] or "-")),
        ),
    )[shape]
    scene.post(
        by=by,
        to=(to,),
        subject=subject,
        side=Side.ASIDE,
        kind=MailKind.AUTOMATIC_REPLY,
        parent=parent,
        tie=scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.NOTHING)),
        fields=fields,
        note="automatic",
        role=MailboxRole.SENT if by == CONTACT else MailboxRole.INBOX,
    )


_SUPPRESS = ("X-Auto-Response-Suppress", "All")


def _automatic_replies(scene: Scene) -> None:
    asked = scene.ask()
    if scene.chance(0.6):
        scene.wait(0.0005, 0.001)
        _automatic(scene, CONTACT, scene.citizen, asked, scene.rng.randrange(8))
    scene.wait(0.2, 20)
    said = scene.answer(asked)
    scene.wait(0.0005, 0.001)
    _automatic(scene, scene.citizen, CONTACT, said, scene.rng.randrange(8))


def _marked_acknowledgement(scene: Scene) -> None:
    """The office's own acknowledgement, by a rule or a ticket tool that only says `auto-generated`."""
    asked = scene.ask()
    scene.wait(0.0005, 0.001)
    subject, fields = scene.rng.choice(
        (
            ("Accusé de réception de votre message", (("Auto-Submitted", "auto-generated"), _SUPPRESS)),
            (
                f"[#{scene.number}] Accusé de réception : {asked.subject}",
                (("Auto-Submitted", "auto-generated"),),
            ),
            (f"RE : {asked.subject}", (_SUPPRESS, ("X-MS-Exchange-Inbox-Rules-Loop", CONTACT))),
        )
    )
    scene.post(
        by=CONTACT,
        to=(scene.citizen,),
        subject=subject,
        side=Side.ASIDE,
        kind=MailKind.AUTOMATIC_REPLY,
        parent=asked,
        tie=Tie.FULL,
        fields=fields,
        role=MailboxRole.SENT,
        note=f"acknowledgement of the office: {', '.join(f'{name}: {value}' for name, value in fields)}",
    )
    scene.wait(0.2, 20)
    scene.answer(asked)


_REPORT = 'multipart/report; report-type=delivery-status;\r\n boundary="x"'
_BOUNCES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("MAILER-DAEMON", "Undelivered Mail Returned to Sender", (("Content-Type", _REPORT),)),
    ("postmaster", "Non remis : {}", (("X-MS-Exchange-Message-Is-Ndr", ""), ("Content-Type", _REPORT))),
    ("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e", "Undeliverable: {}", (("Content-Type", _REPORT),)),
    (
        "Mailer-Daemon",
        "Mail delivery failed: returning message to sender",
        (("X-Failed-Recipients", "a@example.org"), ("Auto-Submitted", "auto-replied")),
    ),
    ("MAILER-DAEMON", "failure notice", ()),
    ("mailer-daemon", "Delivery Status Notification (Failure)", (("X-Failed-Recipients", "a@example.org"),)),
    (
        "MAILER-DAEMON",
        "Returned mail: see transcript for details",
        (("Auto-Submitted", "auto-generated (failure)"),),
    ),
    ("postmaster", "Message non distribué", (("Return-Path", "<>"),)),
    ("MAILER-DAEMON", "Warning: message delayed 4 hours", (("Auto-Submitted", "auto-replied"),)),
    ("postmaster", "Échec de la remise", (("Return-Path", "<>"),)),
)


def _bounces(scene: Scene) -> None:
    asked = scene.ask()
    scene.wait(0.1, 20)
    said = scene.answer(asked)
    scene.wait(0.0005, 1)
    who, subject, fields = scene.rng.choice(_BOUNCES)
    tie = scene.rng.choice((Tie.FULL, Tie.IN_REPLY_TO, Tie.NOTHING))
    if (
        tie is not Tie.NOTHING
        and "delayed" not in subject
        and ("X-Failed-Recipients", "a@example.org") not in fields
    ):
        # Nobody has read it: it is a doubt, and no answer.
        said.undecidable, said.answers = [answer.request for answer in said.answers], []
    scene.post(
        by=f"{who}@mx.example.net",
        to=(CONTACT,),
        subject=subject.format(said.subject),
        side=Side.ASIDE,
        kind=MailKind.DELIVERY_REPORT,
        parent=said,
        fields=fields,
        note=f"{who}: {subject}",
        tie=tie,
    )


def _receipts(scene: Scene) -> None:
    asked = scene.ask()
    report = ("Content-Type", 'multipart/report; report-type=disposition-notification; boundary="y"')
    aside: dict[str, Any] = {"side": Side.ASIDE, "kind": MailKind.RECEIPT, "fields": (report,)}
    if scene.chance(0.5):
        scene.wait(0.01, 1)
        scene.post(
            by=CONTACT,
            to=(scene.citizen,),
            subject=f"Lu : {asked.subject}",
            parent=asked,
            tie=Tie.FULL,
            role=MailboxRole.SENT,
            **aside,
        )
    scene.wait(0.2, 20)
    said = scene.answer(asked)
    scene.wait(0.01, 2)
    if scene.chance(0.4):
        aside["fields"] = (("Auto-Submitted", "auto-replied"),)
    subject = scene.rng.choice(("Lu : ", "Read: ", "Non lu : ")) + said.subject
    scene.post(by=scene.citizen, to=(CONTACT,), subject=subject, parent=said, tie=Tie.IN_REPLY_TO, **aside)


def _calendar(scene: Scene) -> None:
    aside: dict[str, Any] = {"side": Side.ASIDE, "kind": MailKind.CALENDAR}
    method = scene.rng.choice(("REQUEST", "REPLY", "CANCEL"))
    fields = scene.rng.choice(
        (
            (("Content-Type", f'text/calendar; charset="utf-8"; method={method}'),),
            (
                ("Content-class", "urn:content-classes:calendarmessage"),
                ("Content-Type", "multipart/alternative"),
            ),
        )
    )
    by = scene.rng.choice((scene.citizen, scene.agent))
    scene.post(
        by=by,
        to=(CONTACT,),
        subject=f"Réunion : {scene.subject}",
        fields=fields,
        role=MailboxRole.INBOX,
        **aside,
    )


def _newsletter(scene: Scene) -> None:
    fields = scene.rng.choice(
        (
            (("List-Id", "<lettre.example.org>"), ("List-Unsubscribe", "<mailto:stop@lettre.example.org>")),
            (("List-Unsubscribe", "<https://lettre.example.org/stop>"), ("Precedence", "bulk")),
            (("Precedence", "list"),),
            (("Precedence", "bulk"), ("Feedback-ID", "1:2:3:lettre")),
            (("X-BeenThere", "liste@lettre.example.org"),),
        )
    )
    office = scene.chance(0.15)
    by = (
        f"communication@{DOMAIN}"
        if office
        else scene.rng.choice(("lettre@lettre.example.org", scene.citizen))
    )
    to = (scene.citizen,) if office else (CONTACT,)
    scene.post(
        by=by,
        to=to,
        subject=scene.rng.choice((f"Lettre n° {scene.number}", scene.subject)),
        side=Side.ASIDE,
        kind=MailKind.LIST,
        fields=fields,
        role=MailboxRole.INBOX,
    )


def _spam(scene: Scene) -> None:
    way = scene.rng.randrange(6)
    scene.post(
        by=CONTACT if way == 5 else scene.citizen,
        to=(CONTACT,),
        subject=scene.rng.choice((scene.subject, "Votre colis vous attend", f"RE: {scene.subject}")),
        side=Side.ASIDE,
        kind=MailKind.SPAM,
        role=MailboxRole.INBOX if way == 0 else MailboxRole.JUNK,
        fields=(("X-Spam-Flag", "YES"),) if way < 2 else (),
        note="our own address forged, in Junk" if way == 5 else "",
    )


def _own_alert(scene: Scene) -> None:
    scene.post(
        by=f"ne-pas-repondre@{DOMAIN}",
        to=(CONTACT,),
        subject=f"Demande sans réponse : {scene.subject}",
        side=Side.ASIDE,
        kind=MailKind.OWN_ALERT,
        role=MailboxRole.INBOX,
        fields=(("X-Mailsla", "alert"),),
    )


HABITS: tuple[Habit, ...] = (
    Habit("Outlook, References", _outlook, regular=True, weight=3),
    Habit("References only", _references_only, regular=True),
    Habit("Outlook, Thread-Index only", _thread_index, regular=True, weight=2),
    Habit("Personal mailbox, copy in our Sent", _personal, regular=True, weight=2),
    Habit("Known by its Cc or Bcc only", _copy_only, weight=2),
    Habit("Web form, citizen in Reply-To", _form, weight=2),
    Habit("Forwarded, answered by the service", _forward, weight=2),
    Habit("Answer passed on by the contact box", _relayed),
    Habit("Mobile, In-Reply-To", _mobile, regular=True, weight=2),
    Habit("Mobile, fresh mail with Re:", _mobile_fresh, regular=True, weight=2),
    Habit("Fresh mail with Re:, then written to", _written_back),
    Habit("Webmail that rewrites subjects", _rewritten, weight=2),
    Habit("Other subject, in the thread", _renamed_in_thread, regular=True),
    Habit("Reminders", _reminders, weight=2),
    Habit("Follow-ups", _follow_ups, weight=2),
    Habit("New question in an old thread", _new_question),
    Habit("Several citizens in a conversation", _several_citizens, weight=2),
    Habit("Holding replies", _holding),
    Habit("Delivered twice", _redelivered),
    Habit("No Message-ID", _without_id),
    Habit("Bogus id shared by strangers", _bogus_ids),
    Habit("Bogus id, one citizen twice", _bogus_ids_twice),
    Habit("Same subject, another question", _asks_again, subjects=GENERIC, weight=2),
    Habit("Agent's clock late", _late_clock),
    Habit("Tagged addresses", _tagged),
    Habit("People who look like machines", _look_alikes),
    Habit("Moved out of Junk", _out_of_junk),
    Habit("Passed to another authority", _passed_outside, group=Group.NOISE),
    Habit("Satisfaction survey", _survey, group=Group.NOISE),
    Habit("Reply to a mail never seen", _unwatched, group=Group.NOISE),
    Habit("Automatic replies", _automatic_replies, group=Group.NOISE, weight=2),
    Habit("Acknowledgement, auto-generated", _marked_acknowledgement, group=Group.NOISE),
    Habit("Bounces", _bounces, group=Group.NOISE, weight=2),
    Habit("Read receipts", _receipts, group=Group.NOISE),
    Habit("Calendar invitations", _calendar, group=Group.NOISE),
    Habit("Newsletters", _newsletter, group=Group.NOISE, weight=2),
    Habit("Spam", _spam, group=Group.NOISE, weight=2),
    Habit("mailsla's own alerts", _own_alert, group=Group.NOISE),
    Habit("New mail, same subject, no Re:", _new_mail, regular=True, group=Group.DOUBTFUL, weight=2),
    Habit("New mail, another subject", _renamed, regular=True, group=Group.DOUBTFUL, weight=2),
    Habit("New mail, then written to", _new_mail_written_back, group=Group.DOUBTFUL),
    Habit("Forwarded from an unwatched box", _forward_unseen, group=Group.DOUBTFUL),
    Habit("Two open requests, one subject", _ambiguous, subjects=(*SUBJECTS, *GENERIC), group=Group.DOUBTFUL),
    Habit("Answer or complement, no header", _late_complement, subjects=GENERIC, group=Group.DOUBTFUL),
    Habit("Same subject again, no header", _asks_again_bare, subjects=GENERIC, group=Group.DOUBTFUL),
    Habit("Reminder without headers", _bare_reminder, group=Group.DOUBTFUL),
    Habit("One reply to separate citizens", _one_for_several, group=Group.DOUBTFUL),
    Habit("Holding reply, no header", _bare_holding, group=Group.DOUBTFUL),
    Habit("Fresh mail after 60 days", _very_late, group=Group.DOUBTFUL),
    Habit("Old reply reused for another", _reused_reply, group=Group.DOUBTFUL),
)
"""Every habit, those whose replies carry evidence first."""
