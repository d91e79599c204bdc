"""What a mail asks for is decided, proposed or refused as the command line would: with a real store, and no server."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailsla.adapters.access.signing_key import make_signing_key, signing_key
from mailsla.adapters.database.acts import Acts, DecisionByMail
from mailsla.bootstrap import action_words, actions, alerts, commands, decisions
from mailsla.bootstrap.application import Application, open_application
from mailsla.config import parse
from mailsla.core.alerts.asked_action import Act, ActOutcome, ActReason
from mailsla.core.alerts.digests import Digest
from mailsla.core.alerts.memory import Recall
from mailsla.core.alerts.outgoing import ACTIONS as ACTIONS_MAIL
from mailsla.core.alerts.outgoing import DropReason, Letter
from mailsla.core.alerts.signed_action import MailAction, SignedAction, Signer
from mailsla.core.collection.on_server import ListedMailbox
from mailsla.core.collection.outcome import RunOutcome
from mailsla.core.collection.to_store import Batch, NewMessage
from mailsla.core.errors import PermanentError
from mailsla.core.mail.action_token import tokens_in
from mailsla.core.mail.copies import Mail, MailboxRole
from mailsla.core.mail.trace_information import Hop, Trace
from mailsla.core.office.body_evidence import with_body
from mailsla.core.pairing.decision import Action
from mailsla.core.pairing.request import Request
from mailsla.core.rate.selection import Selection, State
from mailsla.usecases.decide import Exclude, Signature
from mailsla.usecases.hand_over import Dropped, Postponed, Ready
from tests.factories import CONTACT, mail, paris, reply
from tests.presentation.samples import notice
from tests.trials.mail.clients import opened
from tests.trials.office import document

ACTIONS = "contact+actions@pref.example.fr"
HEAD, OTHER_HEAD = "chef.permis@pref.example.fr", "chef.etrangers@pref.example.fr"
REFERENT = "qualite@pref.example.fr"
NOW = paris("2026-11-12 11:00")
EXPIRY = date(2026, 12, 31)

INSIDE = Trace((), (), None)
"""Of a mail that bears no Received: who put it there could log in."""

OUTSIDE = Trace((Hop("mx.pref.example.fr", ("203.0.113.7",), is_submitted=False),), (), None)

DONE, WAITING, REFUSED = ActOutcome.DONE, ActOutcome.WAITING, ActOutcome.REFUSED


@dataclass
class Installation:
    """A site whose mails a test writes, at an instant that a test moves."""

    app: Application
    at: list[datetime]
    uids: int = 0
    _minutes: int = field(default=0)

    def add(self, item: Mail, trace: Trace | None = INSIDE, mailbox: str = "INBOX") -> Mail:
        self.uids += 1
        role = MailboxRole(mailbox.lower())
        message = NewMessage(self.uids, item.copies[0].internal_at, item.key, item.header, trace=trace)
        cursor = self.app.store.mailboxes.cursor("contact", ListedMailbox(mailbox.title(), role))
        self.app.store.messages.add(cursor, Batch(7, self.uids, (message,), ()), self.at[0])
        return item

    def token(
        self, action: MailAction, about: str, to: str = HEAD, other: str | None = None, **terms: Any
    ) -> str:
        asked = SignedAction(action, about[:16], terms.get("expires_on", EXPIRY), other and other[:16])
        return actions.signer(self.app).token(asked, to)

    def ask(
        self,
        token: str,
        typed: str = "",
        *,
        by: str = HEAD,
        trace: Trace | None = INSIDE,
        mailbox: str = "INBOX",
    ) -> Act:
        """Send a mail that asks for something, have it read, and return what became of it."""
        self._minutes += 1
        item = mail(f"2026-11-12 10:{self._minutes:02}", by=by, to=ACTIONS, subject="[Action]")
        body = f"{typed}\n\nSignature :\n{token}".encode()
        header = with_body(
            item.header, b"Content-Type: text/plain; charset=utf-8", body, self.app.site.office
        )
        self.add(item._replace(header=header), trace, mailbox)
        self.app.derive()
        actions.act(self.app)
        return next(act for act in self.app.store.acts.all() if act.mail == item.key)

    def request(self, item: Mail) -> Request:
        self.app.derive()
        return commands.request_named(self.app, item.key)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installed(tmp_path) as found:
        yield found


@contextmanager
def installed(
    tmp_path: Path, referent: str = REFERENT, *, on_pages: bool = False, **of_service: object
) -> Iterator[Installation]:
    settings = parse(
        document(
            {"host": "127.0.0.1", "port": 1, "tls": "none", "user": CONTACT, "password": "x"},
            services=[
                {"name": "Permis", "addresses": ["permis@pref.example.fr"], "head": HEAD} | of_service,
                {"name": "Étrangers", "addresses": ["etrangers@pref.example.fr"], "head": OTHER_HEAD},
            ],
            alerts={"unassigned": referent},
            actions={"address": ACTIONS},
            pages={"actions": on_pages},
            store={"url": f"sqlite:///{tmp_path / 'm.sqlite3'}"},
        ),
        folder=tmp_path,
    )
    at = [NOW]
    with open_application(settings, lambda: at[0]) as app:
        assert actions.act(app) == 0  # the first round, which makes the key
        yield Installation(app, at)


@pytest.fixture
def asked(site: Installation) -> Mail:
    return site.add(mail("2026-11-02 09:00", to="permis@pref.example.fr"))


def test_what_was_answered_otherwise_counts_at_once_in_the_head_s_name(
    site: Installation, asked: Mail
) -> None:
    typed = (
        "Par (téléphone, courrier, guichet) : téléphone\nLe (jj/mm/aaaa) : 10/11/2026\nPourquoi : rappelée"
    )

    act = site.ask(site.token(MailAction.ANSWERED, asked.key), typed)

    request = site.request(asked)
    [decision] = site.app.store.decisions.taken()
    assert (act.outcome, act.reason, act.target, act.decision) == (DONE, None, asked.key, decision.number)
    assert request.answered is not None
    assert request.answered.at == paris("2026-11-10 23:59").replace(second=59, microsecond=999_999)
    assert (decision.action, decision.text, decision.decided_by) == (Action.ANSWERED, "téléphone", HEAD)
    assert decision.reason == "Répondu autrement : rappelée"
    assert decision.recorded is not None
    assert HEAD in decision.recorded.by
    assert "@mail.example" in decision.recorded.by
    listed = commands.requests(site.app, Selection(State.ANSWERED_BY_DECISION))
    assert [item.case.key for item in listed] == [asked.key]


def test_without_a_day_it_was_answered_when_the_mail_came_at_the_latest(
    site: Installation, asked: Mail
) -> None:
    assert site.ask(site.token(MailAction.ANSWERED, asked.key)).outcome is DONE
    answered = site.request(asked).answered
    assert answered is not None
    assert answered.at == paris("2026-11-12 10:01")


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("la semaine dernière", ActReason.BAD_DAY),
        ("31/02/2026", ActReason.BAD_DAY),
        ("13/11/2026", ActReason.DAY_TO_COME),
        ("01/11/2026", ActReason.DAY_BEFORE),
    ],
)
def test_a_day_that_cannot_be_is_refused_and_may_be_written_again(
    site: Installation, asked: Mail, day: str, reason: ActReason
) -> None:
    token = site.token(MailAction.ANSWERED, asked.key)

    act = site.ask(token, f"Le (jj/mm/aaaa) : {day}")

    assert (act.outcome, act.reason, act.decision) == (REFUSED, reason, None)
    assert site.request(asked).answered is None
    assert site.ask(token, "Le (jj/mm/aaaa) : hier").outcome is DONE


@pytest.mark.parametrize(
    ("action", "chosen"), [(MailAction.NOT_OURS, "Pas pour nous"), (MailAction.NO_ANSWER, "Sans suite")]
)
def test_nobody_excludes_what_he_is_measured_by_but_the_referent_may_confirm(
    site: Installation, asked: Mail, action: MailAction, chosen: str
) -> None:
    act = site.ask(site.token(action, asked.key), "Pourquoi : c'est la mairie")
    before = site.request(asked).excluded

    done = site.ask(site.token(MailAction.CONFIRM, act.mail, REFERENT), "Pourquoi : vu", by=REFERENT)

    assert (act.outcome, act.reason, before) == (WAITING, ActReason.PROPOSED, None)
    assert (done.outcome, done.target) == (DONE, act.mail)
    assert site.request(asked).excluded is not None
    [decision] = site.app.store.decisions.taken()
    assert decision.decided_by == REFERENT
    assert decision.reason == f"{chosen}, proposé par {HEAD} : c'est la mairie ; vu"
    assert not any(item.waits for item in actions.noted(site.app))


def test_a_proposal_that_is_declined_changes_nothing_and_cannot_be_confirmed_later(
    site: Installation, asked: Mail
) -> None:
    act = site.ask(site.token(MailAction.NOT_OURS, asked.key))
    assert [item.waits for item in actions.noted(site.app)] == [True]

    assert site.ask(site.token(MailAction.DECLINE, act.mail, REFERENT), by=REFERENT).outcome is DONE
    again = site.ask(site.token(MailAction.CONFIRM, act.mail, REFERENT), by=REFERENT)

    assert (again.outcome, again.reason) == (REFUSED, ActReason.GONE)
    assert site.request(asked).excluded is None
    assert not any(item.waits for item in actions.noted(site.app))


def test_a_decision_taken_otherwise_settles_a_proposal(site: Installation, asked: Mail) -> None:
    site.ask(site.token(MailAction.NOT_OURS, asked.key))

    decisions.decide(site.app, site.request(asked), Exclude(), Signature("mairie", "a.martin", NOW))

    assert [item.waits for item in actions.noted(site.app)] == [False]


def test_told_again_tomorrow_is_until_the_next_working_day(site: Installation, asked: Mail) -> None:
    act = site.ask(site.token(MailAction.REMIND, asked.key))

    # Thursday 12 November 2026: the next working day is the Friday.
    assert (act.outcome, act.until, act.decision) == (DONE, date(2026, 11, 13), None)
    assert list(actions.recalls(site.app, [asked.key])) == [Recall(asked.key, HEAD, date(2026, 11, 13))]
    assert list(actions.recalls(site.app, ["f" * 32])) == list(actions.recalls(site.app, [])) == []
    assert site.app.store.decisions.taken() == ()


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (OTHER_HEAD, ActReason.UNKNOWN),
        (REFERENT, ActReason.UNKNOWN),
        ("camille@example.org", ActReason.UNKNOWN),
    ],
)
def test_another_sender_asks_for_nothing(site: Installation, asked: Mail, by: str, reason: ActReason) -> None:
    act = site.ask(site.token(MailAction.ANSWERED, asked.key), by=by)

    assert (act.outcome, act.reason, act.target) == (REFUSED, reason, asked.key[:16])
    assert site.app.store.decisions.taken() == ()


def test_a_forged_sender_waits_for_the_referent_and_uses_nothing_up(site: Installation, asked: Mail) -> None:
    token = site.token(MailAction.ANSWERED, asked.key)

    forged = site.ask(token, trace=OUTSIDE)

    assert (forged.outcome, forged.reason, forged.token) == (WAITING, ActReason.NOT_BELIEVED, None)
    assert site.request(asked).answered is None
    assert site.ask(token).outcome is DONE


@pytest.mark.parametrize("trace", [None, INSIDE._replace(is_whole=False)])
def test_what_nobody_looked_at_is_not_believed(site: Installation, asked: Mail, trace: Trace | None) -> None:
    act = site.ask(site.token(MailAction.ANSWERED, asked.key), trace=trace)

    assert (act.outcome, act.reason) == (WAITING, ActReason.NOT_BELIEVED)


def test_what_was_not_believed_counts_once_the_referent_confirms(site: Installation, asked: Mail) -> None:
    act = site.ask(site.token(MailAction.ANSWERED, asked.key), "Le (jj/mm/aaaa) : 10/11", trace=OUTSIDE)

    by_a_stranger = site.ask(site.token(MailAction.CONFIRM, act.mail, REFERENT), by=REFERENT, trace=OUTSIDE)
    confirmed = site.ask(site.token(MailAction.CONFIRM, act.mail, REFERENT), by=REFERENT)

    assert (by_a_stranger.outcome, by_a_stranger.reason) == (REFUSED, ActReason.NOT_BELIEVED)
    assert confirmed.outcome is DONE
    answered = site.request(asked).answered
    assert answered is not None
    assert answered.at.date() == date(2026, 11, 10)


def test_a_token_serves_once(site: Installation, asked: Mail) -> None:
    token = site.token(MailAction.ANSWERED, asked.key)
    site.ask(token)

    again = site.ask(token, "Le (jj/mm/aaaa) : 03/11/2026")

    assert (again.outcome, again.reason) == (REFUSED, ActReason.USED)
    assert len(site.app.store.decisions.taken()) == 1


def test_a_token_that_came_too_late_a_cut_one_and_two_at_once_are_refused(
    site: Installation, asked: Mail
) -> None:
    token = site.token(MailAction.ANSWERED, asked.key)
    late = site.token(MailAction.ANSWERED, asked.key, expires_on=date(2026, 11, 11))
    other = site.token(MailAction.REMIND, asked.key)

    reasons = [
        site.ask(text).reason for text in (late, token[:-1], f"{token}\n{other}", "", f"{late}\n{token}")
    ]

    expected = [ActReason.EXPIRED, ActReason.NO_TOKEN, ActReason.SEVERAL, ActReason.NO_TOKEN, None]
    assert reasons == expected


def test_a_head_acts_on_the_requests_of_his_service_alone(site: Installation, asked: Mail) -> None:
    theirs = site.add(mail("2026-11-03 09:00", to="etrangers@pref.example.fr", by="lou@example.org"))

    act = site.ask(site.token(MailAction.ANSWERED, theirs.key))

    assert (act.outcome, act.reason) == (REFUSED, ActReason.NOT_THEIRS)
    assert site.request(theirs).answered is None


def test_whoever_is_told_outside_our_domains_or_by_a_tag_acts_as_the_others(tmp_path: Path) -> None:
    deputy = "adjointe@dep.example.net"
    away = {"address": deputy, "first": "2026-11-09", "last": "2026-11-13"}

    with installed(tmp_path, REFERENT.replace("@", "+alertes@"), deputies=[away]) as site:
        asked = site.add(mail("2026-11-02 09:00", to="permis@pref.example.fr"))
        proposed = site.ask(site.token(MailAction.NO_ANSWER, asked.key, deputy), by=deputy)
        confirmed = site.ask(site.token(MailAction.CONFIRM, proposed.mail, REFERENT), by=REFERENT)

        assert (proposed.outcome, proposed.reason) == (WAITING, ActReason.PROPOSED)
        assert confirmed.outcome is DONE


@pytest.mark.parametrize(
    "action", [MailAction.EXCLUDE, MailAction.ASSIGN, MailAction.CONFIRM, MailAction.COUNT]
)
def test_a_head_asks_for_nothing_that_is_the_referent_s(
    site: Installation, asked: Mail, action: MailAction
) -> None:
    # Nobody signs that for a head: whoever did has the key.
    act = site.ask(site.token(action, asked.key), "Pourquoi : essai")

    assert (act.outcome, act.reason) == (REFUSED, ActReason.NOT_REFERENT)


def test_a_head_does_not_date_back_what_a_mail_answered(site: Installation, asked: Mail) -> None:
    site.add(reply("2026-11-12 09:00", asked), mailbox="SENT")

    act = site.ask(site.token(MailAction.ANSWERED, asked.key), "Le (jj/mm/aaaa) : 03/11/2026")

    assert (act.outcome, act.reason) == (REFUSED, ActReason.SETTLED)


def test_a_draft_asks_for_nothing_until_it_is_sent(site: Installation, asked: Mail) -> None:
    with pytest.raises(StopIteration):
        site.ask(site.token(MailAction.ANSWERED, asked.key), mailbox="DRAFTS")
    assert site.request(asked).answered is None


def test_the_referent_works_without_a_terminal(site: Installation, asked: Mail) -> None:
    key, other = asked.key, site.add(mail("2026-11-03 09:00", by="lou@example.org"))
    to_another = mail("2026-11-05 09:00", by=CONTACT, to="autre@example.org", subject="Autre chose")
    beside = site.add(to_another, mailbox="SENT")

    def ask(action: MailAction, about: str, typed: str = "", beside: str | None = None) -> Act:
        return site.ask(site.token(action, about, REFERENT, beside), typed, by=REFERENT)

    assert ask(MailAction.ASSIGN, key, "Service : Étrangers").outcome is DONE
    assert site.request(asked).service == "Étrangers"
    wrong = ask(MailAction.ASSIGN, other.key, "Service : Cartes grises")
    assert (wrong.reason, "Étrangers" in wrong.detail) == (ActReason.CHECKED, True)
    assert ask(MailAction.JOIN, beside.key, beside=key).outcome is DONE
    assert site.request(asked).answered_by == beside.key
    needless = ask(MailAction.DISMISS, beside.key, beside=key)
    assert (needless.reason, needless.detail.startswith("Ce courriel n'est pas à vérifier")) == (
        ActReason.CHECKED,
        True,
    )
    assert ask(MailAction.EXCLUDE, other.key).reason is ActReason.NO_REASON
    assert ask(MailAction.LEAVE_OUT, other.key).outcome is DONE
    assert ask(MailAction.COUNT, other.key).outcome is DONE
    assert ask(MailAction.EXCLUDE, other.key, "Pourquoi : doublon").outcome is DONE
    assert site.request(other).excluded is not None
    assert ask(MailAction.JOIN, "f" * 32, beside=key).reason is ActReason.GONE
    assert [item.decided_by for item in site.app.store.decisions.taken()] == [REFERENT] * 5


def test_a_mail_that_asks_is_no_request_and_is_looked_at_once(site: Installation, asked: Mail) -> None:
    site.ask("", "Bonjour, où en est mon dossier ?", by="camille@example.org")

    assert actions.act(site.app) == 0
    assert len(site.app.store.acts.all()) == 1
    assert [item.case.key for item in commands.requests(site.app, Selection())] == [asked.key]


def test_a_stop_between_a_decision_and_its_note_makes_no_second_one(site: Installation, asked: Mail) -> None:
    site.app.derive()
    act = Act("a" * 32, NOW, DONE, action=MailAction.ANSWERED, target=asked.key, token="t" * 32)
    drafted = Signature("essai", HEAD, NOW).draft(asked.key, Action.EXCLUDE)
    numbers = [DecisionByMail(site.app.engine, act).add(drafted) for _try in range(3)]

    assert numbers == [1, 1, 1]
    assert len(site.app.store.decisions.taken()) == len(site.app.store.acts.all()) == 1


def test_where_no_action_is_taken_nothing_is_looked_at_and_no_key_is_made(
    site: Installation, tmp_path: Path
) -> None:
    (tmp_path / "cle-actions").unlink()
    off = site.app.site.settings.model_copy(update={"actions": None})
    with open_application(off, lambda: NOW) as app:
        office = Installation(app, [NOW])
        citizen = office.add(mail("2026-11-12 10:00", to=ACTIONS))

        assert office.request(citizen).key == citizen.key
        assert actions.act(app) == 0
    assert not (tmp_path / "cle-actions").exists()


def test_the_key_is_made_once_and_read_by_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "cle"

    make_signing_key(path)
    key = signing_key(path)
    make_signing_key(path)

    assert len(key) == 32
    assert signing_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in tmp_path.iterdir()] == ["cle"]


def test_a_key_that_others_may_read_is_none_or_cannot_be_made_is_refused_in_a_sentence(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cle"
    make_signing_key(path)
    path.chmod(0o644)
    with pytest.raises(PermanentError, match="chmod 600"):
        signing_key(path)
    path.chmod(0o600)
    path.write_text("x", encoding="ascii")
    with pytest.raises(PermanentError, match="n'est pas une clé"):
        signing_key(path)
    for needed in (signing_key, make_signing_key):
        with pytest.raises(PermanentError, match="key_file"):
            needed(tmp_path / "nowhere" / "cle")


def test_what_is_found_is_what_was_noted(site: Installation) -> None:
    acts: Sequence[Act] = [
        Act("a" * 32, NOW, REFUSED, ActReason.NO_TOKEN),
        Act(
            "b" * 32, NOW + timedelta(1), DONE, None, MailAction.REMIND, "c" * 32, "d" * 32, None, EXPIRY, "x"
        ),
    ]
    store = Acts(site.app.engine)
    for act in (*acts, *acts):
        store.note(act)

    assert store.all() == tuple(acts)
    assert store.all(NOW + timedelta(1)) == tuple(acts[1:])
    assert isinstance(actions.signer(site.app), Signer)


HEAD_S_LINKS = ["Répondu autrement", "Ce n'est pas pour nous", "Sans suite", "Rappelez-moi demain"]


def digest_to(recipient: str, item: Mail, site: Installation) -> Digest:
    return Digest(recipient, date(2026, 11, 13), (notice(site.request(item)),))


def links_in(letter: Letter) -> list[tuple[str, str]]:
    assert letter.html is not None
    return re.findall(r'href="(mailto:[^"]+)"[^>]*>([^<]+)</a>', letter.html)


def test_an_alert_bears_its_reader_s_links_and_they_do_what_they_say(site: Installation, asked: Mail) -> None:
    letter = alerts.written(site.app, digest_to(HEAD, asked, site))
    found = [(html.unescape(href), html.unescape(title)) for href, title in links_in(letter)]
    mail_ = opened(found[0][0])

    act = site.ask(tokens_in(mail_.subject)[0])

    assert [title.replace("\u2019", "'") for _href, title in found] == HEAD_S_LINKS
    assert all(f"<{href}>" in letter.text for href, _title in found)
    assert mail_.to == ACTIONS
    assert (act.outcome, act.target) == (DONE, asked.key)


def test_the_next_alert_says_what_became_of_what_its_reader_asked_for_and_of_nothing_else(
    site: Installation, asked: Mail
) -> None:
    theirs = site.add(mail("2026-11-03 09:00", to="etrangers@pref.example.fr", by="lou@example.org"))
    site.ask(site.token(MailAction.REMIND, asked.key))
    site.ask(site.token(MailAction.REMIND, theirs.key, OTHER_HEAD), by=OTHER_HEAD)

    to_head, to_other, to_referent = (
        plainly(alerts.written(site.app, digest_to(to, asked, site)).text)
        for to in (HEAD, OTHER_HEAD, REFERENT)
    )

    said = "« à rappeler demain », m{} : fait : pas d'alerte avant le vendredi 13 novembre 2026."
    assert said.format(asked.key[:8]) in to_head
    assert theirs.key[:8] not in to_head
    assert said.format(theirs.key[:8]) in to_other
    assert "à rappeler demain" not in to_referent


def test_the_referent_is_told_once_of_what_is_new_with_links_to_settle_what_waits(
    site: Installation, asked: Mail
) -> None:
    assert alerts.prepare(site.app) == 0
    site.ask(site.token(MailAction.NOT_OURS, asked.key), "Pourquoi : mairie")
    site.ask("", by="camille@example.org")

    prepared = alerts.prepare(site.app)
    waiting = action_words.referent_mail(site.app, "pref.example.fr")
    assert waiting is not None
    mail_ = site.app.store.outbox.claim(NOW)
    assert mail_ is not None
    written = waiting.write(mail_, NOW)
    assert isinstance(written, Ready)
    site.app.store.outbox.mark_sent(mail_.number, NOW + timedelta(minutes=1))

    assert (prepared, mail_.recipient, mail_.purpose) == (1, REFERENT, ACTIONS_MAIL)
    text = plainly(written.letter.text)
    assert f"{HEAD} : « pas pour nous », m{asked.key[:8]} : attend votre accord" in text
    assert "camille@example.org : « rien de lisible », – : refusé : signature absente ou abîmée." in text
    [confirm, decline] = [html.unescape(href) for href, _title in links_in(written.letter)]
    assert waiting.write(mail_, NOW) == Dropped(DropReason.NOTHING_LEFT)
    assert waiting.write(mail_, NOW - timedelta(hours=9)) == Postponed(
        NOW - timedelta(hours=9) + timedelta(minutes=1)
    )
    assert waiting.write(mail_, NOW + timedelta(days=1)) == Dropped(DropReason.DAY_OVER)
    assert alerts.prepare(site.app) == 0
    assert site.ask(tokens_in(opened(confirm).subject)[0], by=REFERENT).outcome is DONE
    assert site.ask(tokens_in(opened(decline).subject)[0], by=REFERENT).reason is ActReason.GONE
    assert site.request(asked).excluded is not None


def plainly(text: str) -> str:
    return " ".join(text.split())


def test_once_a_week_the_referent_has_what_is_late_and_what_is_to_check_with_its_links(
    site: Installation,
) -> None:
    late = site.add(mail("2026-10-20 09:00", to="permis@pref.example.fr", subject="Permis perdu"))
    other = site.add(mail("2026-11-02 09:00", by="lou@example.org", subject="Titre"))
    unsure = site.add(
        mail("2026-11-04 09:00", by=CONTACT, to="lou@example.org", subject="Autre objet"), mailbox="SENT"
    )
    site.app.derive()
    run = site.app.store.runs.start("contact", NOW)
    site.app.store.runs.finish(run, NOW, RunOutcome.OK, reason=None, messages=3, set_aside=0)

    assert alerts.prepare(site.app) >= 1
    waiting = action_words.referent_mail(site.app, "pref.example.fr")
    assert waiting is not None
    letter = waiting.compose()
    assert letter is not None
    text = plainly(letter.text)
    titles = [html.unescape(title).replace("\u2019", "'") for _href, title in links_in(letter)]

    assert letter.subject == "[Préfecture d'essai] 1 demande en retard, 1 courriel à vérifier"
    assert f"En retard : demande m{late.key[:8]} « Permis perdu », Permis" in text
    assert f"À vérifier : courriel m{unsure.key[:8]} « Autre objet »" in text
    answers = f"Il répond à la demande m{other.key[:8]}"
    assert titles == ["Répondu autrement", "Attribuer", "Exclure", answers, "Rien à changer"]
    join = opened(html.unescape(links_in(letter)[3][0]))
    assert site.ask(tokens_in(join.subject)[0], by=REFERENT).outcome is DONE
    assert site.request(other).answered_by == unsure.key


def test_of_what_nobody_reads_any_more_nothing_is_said_to_be_late(site: Installation) -> None:
    site.add(mail("2026-10-20 09:00", to="permis@pref.example.fr"))
    site.app.derive()
    waiting = action_words.referent_mail(site.app, "pref.example.fr")

    assert waiting is not None
    assert waiting.compose() is None
