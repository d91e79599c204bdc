"""The end of personal data: nobody is named any more, and every figure, proof and class stays what it was."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from mailsla.adapters.database.backup import copy_whole
from mailsla.adapters.database.engine import log_of, reading, writing
from mailsla.adapters.database.sealed_messages import SEALED
from mailsla.adapters.database.tables import ALERT, DERIVED_SHAPE, LOCATION, MESSAGE, OUTGOING, PURGE
from mailsla.bootstrap import commands, decisions, privacy
from mailsla.bootstrap.application import Application, open_application
from mailsla.bootstrap.past import as_known_at
from mailsla.config import load
from mailsla.core.alerts.memory import Told
from mailsla.core.alerts.outgoing import Outgoing
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.to_store import Batch, new_message
from mailsla.core.errors import UsageError
from mailsla.core.mail.authentication_results import Results
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.mail.trace_information import Hop, Trace
from mailsla.core.pairing.decision import Action, Recorded
from mailsla.core.pairing.ties import ties_digest
from mailsla.core.rate.note import Note, NoteKind
from mailsla.core.rate.period import parse_period
from mailsla.core.rate.publication import Published
from mailsla.core.rate.selection import Selection, State
from mailsla.core.retention.ended import Retention
from mailsla.core.retention.purged import Purged
from mailsla.core.retention.sealed import Sealed
from mailsla.presentation.documents.report import report_document
from mailsla.presentation.documents.values import text
from mailsla.usecases.decide import Answered, Exclude, OfMail, Signature
from mailsla.usecases.forget_office import forget_office, would_forget_office
from mailsla.usecases.purge import Ending, purge, would_purge
from tests.factories import CONTACT, mail, paris, reply
from tests.trials.office import document, toml

INBOX, SENT = ListedMailbox("INBOX", MailboxRole.INBOX), ListedMailbox("Sent", MailboxRole.SENT)
ARCHIVES = ListedMailbox("Archives", MailboxRole.INBOX)
NOW = paris("2026-11-27 09:00")
"""When everything was collected, and the store was first looked at."""

LATER = paris("2027-04-01 04:00")
"""The first day on which what fell due in 2025 is kept no more."""

YEARS = ("2024", "2025", "2026")
TRACE = Trace((Hop("mx.example.net", ("203.0.113.9",)),), (Results("mx.example.net", 0),))


@dataclass
class Life:
    """A site with its store, at some instant."""

    app: Application
    at: datetime = NOW

    def add(self, mailbox: ListedMailbox, *mails: Mail) -> None:
        """Collect some mails into a mailbox, each under a UID that no other had."""
        cursor = self.app.store.mailboxes.cursor("contact", mailbox)
        first = 1 + max((cursor.last_uid, 0))
        office = self.app.site.office
        found = tuple(
            new_message(uid, item.copies[0].internal_at, item.header, office)._replace(trace=TRACE)
            for uid, item in enumerate(mails, first)
        )
        batch = Batch(7, first + len(mails) - 1, found, (), ties_digest(office))
        self.app.store.messages.add(cursor, batch, self.at)

    @property
    def ending(self) -> Ending:
        app = self.app
        return Ending(Retention(), app.standard(), app.site.pairing, app.configured, self.at)

    def purge(self) -> Purged:
        return purge(self.app.store.purges, self.ending)

    def figures(self) -> str:
        """Return every figure of three years, and what they follow from, as the JSON that programs read."""
        app = self.app
        app.derive()
        reports = [
            report_document(commands.report(app, [parse_period(year)]), app.site.zone) for year in YEARS
        ]
        for found in reports:
            del found["sealed"]
        for section in (section for found in reports for section in found["sections"]):
            # Why people left requests out are their own words, which go; how many were left out stays.
            section["exclusions"] = sum(section["exclusions"].values())
        published = [str(item.revision) for item in commands.registered_publications(app)]
        stretch = (paris("2024-01-01 00:00"), NOW)
        [facts] = app.store.derivations.facts_digests([stretch])
        counted = (app.store.mails.balance(), facts, app.store.decisions.digest())
        return "\n".join((*map(text, reports), *published, *map(str, counted)))

    def sealed(self) -> set[str]:
        with reading(self.app.engine) as connection:
            return set(connection.execute(select(MESSAGE.c.key).where(SEALED)).scalars())

    @property
    def signed(self) -> Signature:
        return Signature("parce que Camille", "b.petit", self.at, Recorded("b.petit", self.at))

    def decide(self, opened_by: Mail, wanted: Exclude | Answered | OfMail) -> None:
        request = commands.request_named(self.app, opened_by.key)
        decisions.decide(self.app, request, wanted, self.signed)


@pytest.fixture
def life(engine: Engine, tmp_path: Path) -> Iterator[Life]:
    with a_life(engine.url.render_as_string(hide_password=False), tmp_path) as found:
        yield found


@contextmanager
def a_life(url: str, folder: Path) -> Iterator[Life]:
    folder.mkdir(exist_ok=True)
    config = folder / "mailsla.toml"
    said = document(
        {"host": "127.0.0.1", "tls": "none", "user": "contact", "password": "x"},
        store={"url": url},
        site={"name": "Préfecture d'essai", "departement": "18", "minimum": 1},
    )
    config.write_text(toml(said), encoding="utf-8")
    config.chmod(0o600)
    lived: list[Life] = []
    with open_application(load(config), now=lambda: lived[0].at) as app:
        lived.append(Life(app))
        yield lived[0]


def two_years(seed: int, count: int = 90) -> list[tuple[ListedMailbox, Mail]]:
    """Return the mail of a contact box: citizens who write once or again, forms, answers, and what is no request."""
    draw = random.Random(seed)
    found: list[tuple[ListedMailbox, Mail]] = []
    for number in range(count):
        at = paris("2024-02-01 09:00") + timedelta(hours=draw.randrange(24 * 1000))
        citizen = f"usager{draw.randrange(count // 2)}@example.org"
        asked = mail(written(at), by=citizen, subject=f"Ma question {draw.randrange(5)}")
        found.append((INBOX, asked))
        later = at + timedelta(hours=draw.randrange(1, 800))
        kind = draw.randrange(8)
        if kind < 4:
            answer = reply(written(later), asked)
            found.append((SENT, answer))
            if draw.random() < 0.3:
                again = later + timedelta(days=draw.randrange(1, 400))
                name = answer.header.message_id
                found.append((INBOX, mail(written(again), by=citizen, subject="Et encore", replies_to=name)))
        elif kind == 4:
            found.append(
                (SENT, mail(written(later), by=CONTACT, to=citizen, subject=f"RE: {asked.header.subject}"))
            )
        elif kind == 5:
            found.append(
                (
                    INBOX,
                    mail(written(later), by=citizen, subject="Relance", replies_to=asked.header.message_id),
                )
            )
        elif kind == 6:
            found.append((INBOX, mail(written(later), by=CONTACT, to="permis@pref.example.fr", subject="TR")))
            absent = [("auto-submitted", "auto-replied"), ("x-autoreply", f"de {citizen}")]
            found.append((INBOX, mail(written(later), by=citizen, subject="Absence", kept=absent)))
        else:
            unseen = f"reponse.{number}@pref.example.fr"
            found.append(
                (INBOX, mail(written(later), by=citizen, subject="RE: votre réponse", replies_to=unseen))
            )
    return found


def written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def add_all(life: Life, mails: Sequence[tuple[ListedMailbox, Mail]]) -> None:
    for mailbox in (INBOX, SENT):
        life.add(mailbox, *(item for place, item in mails if place is mailbox))


def settled(life: Life, seed: int) -> None:
    """Collect two years, decide on some of it, publish both years, and go on to when the first of them is over."""
    mails = two_years(seed)
    add_all(life, mails)
    life.app.derive()
    requests = [item for item in life.app.store.derivations.requests() if not item.follow_up]
    by_key = {item.key: item for _place, item in mails}
    for number in (0, 20, 40):
        request = requests[number]
        answered = Answered(request.received.at + timedelta(days=3), "téléphone de Camille")
        life.decide(by_key[request.key], answered if number == 20 else Exclude())
    built = commands.report(life.app, [parse_period(year) for year in YEARS[:2]])
    commands.publish(life.app, built, Published("b.petit", Recorded("b.petit", life.at)))
    life.at = LATER


@pytest.mark.in_parts(2)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_figure_stays_when_personal_data_ends_whatever_is_derived_again(life: Life, seed: int) -> None:
    settled(life, seed)
    before = life.figures()
    would = would_purge(life.app.store.purges, life.ending)

    done = life.purge()

    assert done == would
    assert min(done.messages, done.requests) > 20
    assert before == life.figures()
    built = commands.report(life.app, [parse_period("2025")])
    assert built.sealed == Sealed(done.requests, done.through)
    listed = list(commands.requests(life.app, Selection(State.SEALED)))
    assert len(listed) == done.requests, "every figure is a list"
    assert {item.case.key for item in listed} <= life.sealed()
    assert life.app.store.purges.sealed("Permis") is None
    assert life.purge() == Purged(done.through, waiting=done.waiting), "what can go went"
    with writing(life.app.engine) as connection:
        connection.exec_driver_sql("update derivation set rules = 'others', ties = 'others', days = 'others'")
    assert life.figures() == before, "sealed messages are derived by nothing any more, and counted again"
    assert len(life.sealed()) == done.messages


def test_nobody_is_named_any_more_in_the_database_its_log_or_a_copy_of_it(life: Life, tmp_path: Path) -> None:
    settled(life, 3)
    gone = {"Ma question", "Et encore", "Camille", "téléphone", "203.0.113.9", "example.org", "mail.example"}
    life.purge()
    life.app.store.purges.clean(life.at)
    with reading(life.app.engine) as connection:
        sealed = select(MESSAGE.c.id).where(SEALED)
        found = [
            (name, value)
            for name, table, column in (
                ("message", MESSAGE, MESSAGE.c.id),
                ("location", LOCATION, LOCATION.c.message_id),
            )
            for row in connection.execute(select(table).where(column.in_(sealed)))
            for value in map(str, row)
            if any(word in value for word in gone)
        ]
    assert found == []
    assert life.app.store.purges.is_clean()


def test_no_byte_of_who_was_purged_is_left(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with a_life(f"sqlite:///{path}", tmp_path) as life:
        gone, stays = two_years(4, 60), mail("2026-09-01 10:00", by="reste@example.net", subject="Reste")
        old = [
            (place, item)
            for place, item in gone
            if item.first_seen_at - timedelta(days=400) < paris("2025-12-01 00:00")
        ]
        add_all(life, [*old, (INBOX, stays)])
        life.app.derive()
        life.decide(old[0][1], Exclude())
        life.at = LATER
        assert life.purge().waiting == 0
        life.app.store.purges.clean(life.at)
        copy_whole(f"sqlite:///{path}", tmp_path / "copy.sqlite3")

        files = [path, log_of(path), tmp_path / "copy.sqlite3"]
        held = b"".join(item.read_bytes() for item in files if item.exists())
        for words in (b"usager", b"Ma question", b"Camille", b"mail.example", b"usager"):
            # In the file and in its copy: the id of the mail that stays, and its host as `check` counts it.
            assert held.count(words) == (4 if words == b"mail.example" else 0), words
        assert held.count(b"reste@example.net")


def test_what_comes_later_of_a_sealed_mail_says_nothing_of_it(life: Life) -> None:
    asked = mail("2025-03-03 10:00")
    answer = reply("2025-03-05 10:00", asked)
    add_all(life, [(INBOX, asked), (SENT, answer)])
    life.app.derive()
    life.at = LATER
    assert life.purge().messages == 2
    again = mail("2027-04-02 10:00", subject="Autre chose", replies_to=answer.header.message_id)
    life.at = paris("2027-04-03 10:00")

    life.add(ARCHIVES, asked)
    life.add(INBOX, again)
    life.app.derive()

    [request] = [item for item in life.app.store.derivations.requests() if item.key == again.key]
    assert not request.follow_up
    assert life.app.store.derivations.doubts() == (), "that answer was seen"
    assert life.sealed() == {asked.key, answer.key}
    with reading(life.app.engine) as connection:
        copies = connection.execute(
            select(func.count()).select_from(LOCATION).join(MESSAGE).where(SEALED, LOCATION.c.trace.is_(None))
        ).scalar_one()
        subjects = connection.execute(select(MESSAGE.c.subject).where(SEALED)).scalars().all()
    assert (copies, subjects) == (3, ["…", "…"])


def test_what_redirects_a_sealed_mail_or_brings_it_again_is_a_further_copy_of_it(life: Life) -> None:
    asked = mail("2025-03-03 10:00")
    answer = reply("2025-03-05 10:00", asked)
    add_all(life, [(INBOX, asked), (SENT, answer)])
    life.app.derive()
    life.at = LATER
    assert life.purge().messages == 2
    life.at = paris("2027-04-03 10:00")
    before = life.figures()
    parent = [("x-ms-exchange-parent-message-id", f"<{asked.header.message_id}>")]
    redirected = mail(
        "2027-04-02 10:00", message_id="redirige@exchange.example", kept=parent, dated="2025-03-03 10:00"
    )

    life.add(INBOX, redirected)
    life.add(ARCHIVES, asked, answer)
    app = life.app
    account = app.store.mailboxes.cursor("archives", ARCHIVES)
    office = app.site.office
    found = [new_message(0, item.copies[0].internal_at, item.header, office) for item in (asked, answer)]
    app.store.messages.add_imported(account, Batch(0, 0, tuple(found), ()), life.at)

    after = life.figures()
    fresh = mail("2027-04-02 11:00", subject="Autre", message_id="autre@exchange.example", kept=parent)
    assert [item.key for item in app.store.derivations.requests()] == [asked.key]
    assert app.store.mails.balance().messages == 2
    assert app.store.mails.balance().further_copies == 5
    assert life.sealed() == {asked.key, answer.key}
    assert [line for line in after.splitlines() if "seen" not in line and "further" not in line] == [
        line for line in before.splitlines() if "seen" not in line and "further" not in line
    ]
    life.add(INBOX, fresh)
    app.derive()
    assert {item.key for item in app.store.derivations.requests()} == {asked.key, fresh.key}, (
        "it is of its own day"
    )


def test_a_sealed_request_is_decided_no_more_nor_alerted_on(life: Life) -> None:
    asked = mail("2025-03-03 10:00")
    life.add(INBOX, asked)
    life.app.derive()
    life.decide(asked, Exclude())
    life.at = LATER
    life.purge()

    for refused in (
        lambda: life.decide(asked, Answered(paris("2025-03-04 10:00"), "")),
        lambda: decisions.undo(life.app, [asked.key], 1, life.signed),
        lambda: decisions.decide_mail(
            life.app, commands.message_named(life.app, asked.key), Action.LEAVE_OUT, life.signed
        ),
    ):
        with pytest.raises(UsageError, match=r"sont effacées"):
            refused()
    [taken] = life.app.store.decisions.taken()
    assert (taken.reason, taken.decided_by) == ("…", "b.petit")
    store = life.app.store.derivations
    assert store.waiting(paris("2020-01-01 00:00"), LATER, imported=True) == ()


def test_what_was_known_before_the_last_sealing_is_asked_for_no_more_and_what_was_after_is(
    life: Life,
) -> None:
    settled(life, 5)
    life.purge()
    life.at += timedelta(days=2)
    before = life.figures()

    with pytest.raises(UsageError, match=r"effacées le 01/04/2027 à"):
        known_at(life, LATER - timedelta(seconds=1))
    assert (
        known_at(life, life.at - timedelta(seconds=1)).replace("2027-04-03T03:59:59", "2027-04-03T04:00:00")
        == before
    )


def known_at(life: Life, at: datetime) -> str:
    """Return every figure as it was known at an instant."""
    with as_known_at(life.app, at, lambda _done, _total: None, lambda: None) as then:
        return Life(then, at).figures()


def test_what_another_conversation_rests_on_waits_for_it(life: Life) -> None:
    """Two requests of one citizen fit an answer that names neither: without one, it would answer the other."""
    asked = [
        mail(f"2025-12-{day} 10:00", subject="Mon titre", message_id=f"{day}@a.example")
        for day in ("01", "30")
    ]
    answer = mail("2026-01-05 10:00", by=CONTACT, to=asked[0].header.senders, subject="RE: Mon titre")
    add_all(life, [*((INBOX, item) for item in asked), (SENT, answer)])
    life.at = LATER
    before = life.figures()

    done = life.purge()

    assert (done.messages, done.waiting) == (0, 2), "the second one falls due in 2026"
    assert life.figures() == before


def test_what_nothing_rests_on_goes_though_the_same_citizen_wrote_again(life: Life) -> None:
    asked = [
        mail(f"2025-{day} 10:00", subject=f"Titre {day}", message_id=f"{day}@a.example")
        for day in ("06-02", "12-30")
    ]
    add_all(life, [(INBOX, item) for item in asked])
    life.at = LATER
    before = life.figures()

    done = life.purge()

    assert (done.messages, done.waiting) == (1, 1)
    assert life.sealed() == {asked[0].key}
    assert life.figures() == before


def test_what_was_first_seen_lately_stays_however_old_it_is(life: Life) -> None:
    life.at = LATER
    life.add(INBOX, mail("2020-03-03 10:00"))
    life.app.derive()

    assert (life.purge().messages, life.purge().waiting) == (0, 1)
    life.at += timedelta(days=90)
    assert life.purge().messages == 1


def test_who_was_told_of_what_is_sealed_is_named_no_more_and_who_may_be_told_again_is(life: Life) -> None:
    old, waits = mail("2025-03-03 10:00"), mail("2026-01-05 10:00", by="bruno@example.net", subject="Bruno")
    life.add(INBOX, old, waits)
    life.app.derive()
    outbox, heads = life.app.store.outbox, ("chef@pref.example.fr", "adjoint@pref.example.fr")
    for number, (head, about) in enumerate(
        ((heads[0], (old,)), (heads[1], (old,)), (heads[0], (old, waits)))
    ):
        on = date(2025, 12, 1 + number)
        assert outbox.add(
            Outgoing(f"{number}@pref.example.fr", head, "digest", on, "Sujet", "Texte"), life.at
        )
        claimed = outbox.claim(life.at)
        assert claimed is not None
        told = [Told(item.key, head, "overdue", None, on) for item in about]
        outbox.mark_sent(claimed.number, life.at, told)
    life.at = LATER

    assert life.purge().messages == 1
    assert [item.recipient for item in outbox.history()] == [heads[0], "…", "…"]
    assert [item.recipient for item in outbox.told([waits.key])] == [heads[0]]
    with reading(life.app.engine) as connection:
        rows = (*connection.execute(select(ALERT)), *connection.execute(select(OUTGOING)))
    assert heads[1] not in str(rows)
    assert sum(heads[0] in map(str, row) for row in rows) == 2, (
        "the mail that told of what waits, and that it did"
    )
    life.app.store.purges.clean(life.at)
    assert life.purge() == Purged(date(2025, 12, 31))
    assert life.app.store.purges.is_clean(), "nothing more went"


def test_each_purge_is_noted_and_asks_for_its_pages_to_be_cleaned(life: Life) -> None:
    life.add(INBOX, mail("2025-03-03 10:00"))
    life.app.derive()
    life.at = LATER
    purges = life.app.store.purges

    assert (purges.is_clean(), purges.last_sealed_at()) == (True, None)
    life.purge()
    assert (purges.is_clean(), purges.last_sealed_at()) == (False, LATER)
    purges.clean(LATER)
    assert purges.is_clean()
    with reading(life.app.engine) as connection:
        [row] = connection.execute(select(PURGE)).all()
    assert (row.messages, row.requests, row.through.isoformat()) == (1, 1, "2025-12-31")


CAMILLE = "camille.durand@example.org"


def test_one_person_is_erased_whatever_the_age_and_what_waits_for_an_answer_waits(life: Life) -> None:
    asked = [mail("2026-09-01 10:00"), mail("2026-11-20 10:00", subject="En attente")]
    others = [
        mail("2026-09-02 10:00", by="bruno@example.net", subject="Bruno"),
        reply("2026-09-03 10:00", asked[0]),
    ]
    add_all(life, [*((INBOX, item) for item in (*asked, others[0])), (SENT, others[1])])
    life.app.derive()
    named = replace(life.signed, reason=f"doublon de {CAMILLE.upper()}, au guichet")
    decisions.decide(life.app, commands.request_named(life.app, others[0].key), Exclude(), named)
    life.app.store.notes.add(
        Note(
            0,
            NoteKind.CAUSE,
            f"voir {CAMILLE}",
            "b.petit",
            NOW,
            Recorded("b.petit", NOW),
            parse_period("2026"),
        )
    )
    before = life.figures()
    would = privacy.would_erase(life.app, CAMILLE)

    done = privacy.erase(life.app, f"Camille <{CAMILLE}>")

    assert done == would
    assert (done.messages, done.requests, done.waiting, done.words) == (2, 1, 1, 2)
    assert life.sealed() == {asked[0].key, others[1].key}
    assert life.figures().replace("…", "") == before.replace("…", "")
    [taken] = life.app.store.decisions.taken()
    assert (taken.reason, taken.erased) == ("doublon de …, au guichet", False)
    with reading(life.app.engine) as connection:
        reasons = connection.execute(select(DERIVED_SHAPE.c.excluded).distinct()).scalars().all()
    assert set(reasons) == {None, "doublon de …, au guichet"}
    assert [item.text for item in life.app.store.notes.all()] == ["voir …"]
    still = [item.key for item in life.app.store.held.mails(CAMILLE)]
    assert still == [asked[1].key], "it has not fallen due"
    life.at += timedelta(days=30)
    assert privacy.erase(life.app, CAMILLE).messages == 1
    assert list(life.app.store.held.mails(CAMILLE)) == []


def test_who_is_named_nowhere_is_erased_by_writing_nothing(life: Life) -> None:
    life.add(INBOX, mail("2026-09-01 10:00"))
    life.app.derive()

    assert privacy.erase(life.app, "nadia@example.net") == Purged(None)
    assert life.app.store.purges.last_sealed_at() is None


AGENTS = ("paul.martin@pref.example.fr", "zoe.petit@pref.example.fr")


def of_agents(seed: int) -> list[tuple[ListedMailbox, Mail]]:
    """Return two years of mail in which agents answer and write to each other."""
    draw = random.Random(seed)
    found: list[tuple[ListedMailbox, Mail]] = []
    for place, item in two_years(seed):
        if place is SENT and draw.random() < 0.7:
            asked = item.header
            agent = draw.choice(AGENTS)
            header = asked._replace(senders=(agent,), cc=(AGENTS[1],))
            found.append((SENT, item._replace(header=header)))
            if draw.random() < 0.4:
                at = written(item.first_seen_at + timedelta(minutes=5))
                to, cited = draw.choice(AGENTS), asked.message_id if draw.random() < 0.5 else None
                found.append(
                    (SENT, mail(at, by=agent, to=to, subject=f"TR: {asked.subject}", replies_to=cited))
                )
        else:
            found.append((place, item))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_office_writes_to_itself_ends_with_the_pairing_and_no_figure_changes(
    life: Life, seed: int
) -> None:
    add_all(life, of_agents(seed))
    life.app.derive()
    before = life.figures()
    assert forgotten(life) == Purged(None), "all of it was seen today: a configuration may still be corrected"
    life.at += timedelta(days=91)
    before = life.figures()
    instants = (NOW - timedelta(days=1), NOW + timedelta(seconds=1))
    known = [known_at(life, at) for at in instants]
    would = Purged(None)
    would_forget_office(life.app.store.purges, life.ending, would)

    done = forgotten(life)

    assert (done.internal, done.messages) == (would.internal, 0)
    assert min(done.internal, done.agents) > 5
    assert life.figures() == before
    assert forgotten(life) == Purged(None), "what can go went"
    with writing(life.app.engine) as connection:
        connection.exec_driver_sql("update derivation set rules = 'others', ties = 'others', days = 'others'")
    assert life.figures() == before
    with reading(life.app.engine) as connection:
        named = str(connection.execute(select(MESSAGE.c.people)).all())
    assert not [agent for agent in AGENTS if agent in named]
    assert "…@pref.example.fr" in named
    assert len(life.sealed()) == done.internal
    assert [known_at(life, at) for at in instants] == known, "what was known before is known still"
    assert not life.app.store.purges.is_clean()
    life.at = LATER
    before = life.figures()
    assert life.purge().messages > 20
    assert life.figures() == before


def forgotten(life: Life) -> Purged:
    found = Purged(None)
    forget_office(life.app.store.purges, life.ending, found)
    return found
