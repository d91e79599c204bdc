"""Mutations written by hand: each breaks one rule of pairing, by a guard dropped, an order swapped or a bound moved.

Their names say which rules the scenarios must hold; the general mutations are in `mutators`.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from tests.mutations.mutators import ROOT, Mutant

SCENARIOS = "tests/core/test_scenarios.py"


@dataclass(frozen=True)
class Mutation:
    """One change of the code: what it breaks, where, and how."""

    name: str
    module: str
    before: str
    after: str

    @property
    def path(self) -> str:
        """The file that it changes, from the project's root."""
        return f"mailsla/core/{self.module}.py"

    @property
    def mutant(self) -> Mutant:
        """The same as what a run tries, and the scenarios must notice."""
        written = (ROOT / self.path).read_text(encoding="utf-8")
        line = written[: written.index(self.before)].count("\n") + 1
        lines = range(line, line + self.before.count("\n") + 1)
        return _Written(
            self.path, line, self.name, "by hand", 0, lines, is_in_function=True, only=SCENARIOS, by=self
        )


@dataclass(frozen=True)
class _Written(Mutant):
    by: Mutation | None = None

    def tree(self) -> ast.Module:
        assert self.by is not None
        written = (ROOT / self.path).read_text(encoding="utf-8")
        return ast.parse(written.replace(self.by.before, self.by.after))


MUTATIONS = (
    Mutation(
        "one mail delivered twice is two",
        "pairing/one_mail",
        "        elif isinstance(key, _Sent):\n            found.append(_united(group))\n",
        "        elif isinstance(key, _Sent):\n            found += (OneMail(mail, _ids([mail])) for mail in group)\n",
    ),
    Mutation(
        "a redirect is another mail",
        "pairing/one_mail",
        "    return named[0] if named else header.message_id",
        "    return header.message_id",
    ),
    Mutation(
        "a constant id names one mail",
        "pairing/one_mail",
        "name is not None and name.message_id not in constant",
        "name is not None",
    ),
    Mutation(
        "who asks does not tell mails without id apart",
        "pairing/one_mail",
        "        tuple(sorted(header.reply_to)),\n",
        "        (),\n",
    ),
    Mutation(
        "a mail is named by what was seen last",
        "pairing/one_mail",
        "    first = min(group, key=lambda mail: (mail.first_seen_at, mail.key))",
        "    first = max(group, key=lambda mail: (mail.first_seen_at, mail.key))",
    ),
    Mutation(
        "words that press are a subject",
        "pairing/new_question",
        '    return "" if presses_only or not words else',
        '    return "" if not words else',
    ),
    Mutation(
        "what a person joined is a new question",
        "pairing/request_life",
        "    is_settled = joined is not None or only_thanks",
        "    is_settled = only_thanks",
    ),
    Mutation(
        "a returned reply answers",
        "pairing/request_life",
        "            _return(reading, link.to, returned.written_to(link.to), register)",
        "            pass",
    ),
    Mutation(
        "a delivery that waits takes a reply back",
        "mail/weak_signs",
        "    return NO_FAILURE.search(told) is None or FAILURE.search(told) is not None",
        "    return True",
    ),
    Mutation(
        "a proof of an unseen reply is a reminder",
        "pairing/request_life",
        "    elif case.answered is None and not case.unseen.issuperset(link.unseen):",
        "    elif case.answered is None and False:",
    ),
    Mutation(
        "an id named before proves a reply",
        "pairing/request_life",
        "        register.cases[-1].unseen.update(link.unseen)\n    elif case.answered is None and",
        "        pass\n    elif case.answered is None and",
    ),
    Mutation(
        "any host's id is ours",
        "pairing/unseen",
        "name not in held and office.made(name)",
        "name not in held",
    ),
    Mutation(
        "an acknowledgement nobody holds is a reply",
        "pairing/unseen",
        " or speaks_of_receipt(header.subject):",
        ":",
    ),
    Mutation(
        "what was left out stays so",
        "pairing/derivation",
        "    return counted(mail, office) if counts else left_out(reading)",
        "    return reading",
    ),
    Mutation(
        "a request confirmed by a person stays to check",
        "pairing/derivation",
        "    settling = (Action.JOIN, Action.SPLIT, Action.DISMISS, Action.COUNT, Action.LEAVE_OUT)",
        "    settling = (Action.JOIN, Action.SPLIT, Action.DISMISS, Action.LEAVE_OUT)",
    ),
    Mutation(
        "a form of ours is an internal mail",
        "office/sides",
        "    if looks_like_a_form(mail.header, office):",
        "    if False:",
    ),
    Mutation(
        "an answer inside the office is a form's",
        "office/sides",
        "    if not header.reply_to or header.in_reply_to or header.references:",
        "    if not header.reply_to:",
    ),
    Mutation(
        "a list of ours hides who wrote",
        "office/correspondents",
        "        return is_ours and not self.rewritten_from(header)",
        "        return is_ours",
    ),
    Mutation(
        "a way to leave makes a list",
        "office/kind_here",
        "    if found.reason is not None and found.reason.code == MAY_BE_LEFT:",
        "    if False:",
    ),
    Mutation(
        "an absence's subject is no sign",
        "mail/weak_signs",
        "    if ABSENCE_SUBJECT.match(without_accents(header.subject)):",
        "    if False:",
    ),
    Mutation(
        "a new subject before a reply is nobody's business",
        "pairing/doubts",
        "DoubtCode.NEW_SUBJECT_BEFORE_REPLY)\n",
        "DoubtCode.SEEMS_AUTOMATIC)\n",
    ),
    Mutation(
        "thanks in a subject of their own ask",
        "mail/thanks_words",
        '    return _THANKS.fullmatch(plain_spelling(words).casefold().strip(" ,;:!.…()-")) is not None',
        "    return False",
    ),
    Mutation(
        "a gateway's tag is a subject",
        "mail/base_subject",
        '_LEADER = _leader(rf"{_REPLY}|réf\\.?", rf"{_AGAIN}|{_OUTSIDE}")',
        '_LEADER = _leader(rf"{_REPLY}|réf\\.?", rf"{_AGAIN}")',
    ),
    Mutation(
        "INTERNALDATE is believed before the last hop",
        "mail/instants",
        "    return copy.internal_at < copy.hop_at - SKEW",
        "    return False",
    ),
    Mutation(
        "A draft in an ordinary mailbox is what that holds",
        "mail/copies",
        "        return MailboxRole.DRAFTS if is_draft else self.role",
        "        return self.role",
    ),
    Mutation(
        "A draft that lost its flag stays one",
        "mail/copies",
        "self.draft_since is not None and self.draft_until is None",
        "self.draft_since is not None",
    ),
    Mutation(
        "What was sent is a draft again when its sent copy goes",
        "mail/copies",
        " if copy.held_as is not MailboxRole.DRAFTS] or kept",
        "] or kept",
    ),
    Mutation(
        "A draft counts at its own Date",
        "mail/instants",
        "    if any(copy.draft_since for copy in mail.copies) and (later",
        "    if not mail.copies and (later",
    ),
    Mutation(
        "A flag hides a request that was delivered",
        "office/sides",
        "copy._replace(draft_since=None) if copy.hop_at else copy",
        "copy",
    ),
    Mutation(
        "References are read before In-Reply-To",
        "pairing/conversation",
        "    ids = dict.fromkeys((*header.in_reply_to, *reversed(header.references)))",
        "    ids = dict.fromkeys((*reversed(header.references),))",
    ),
    Mutation(
        "References are read from the first",
        "pairing/conversation",
        "    for cited in reversed(header.references):",
        "    for cited in header.references:",
    ),
    Mutation(
        "a bogus id joins strangers",
        "mail/message_ids",
        "    return bool(at and right) and len(left) >= 4",
        "    return True",
    ),
    Mutation(
        "Thread-Index joins without a shared correspondent",
        "pairing/conversation",
        'sets.join_through(number, ("thread-index", root, address))',
        'sets.join_through(number, ("thread-index", root))',
    ),
    Mutation(
        "a citizen's repeated id joins all that bear it",
        "pairing/conversation",
        "            if (shared, address) not in known.repeated:",
        "            if True:",
    ),
    Mutation(
        "evidence 4 takes any subject",
        "pairing/recipient_matching",
        "known.on_subject(orphan, near_since, at) if is_reply else []",
        "known.on_subject(orphan, near_since, at)",
    ),
    Mutation(
        "evidence 4 decides between several",
        "pairing/recipient_matching",
        "    if len(still_open) > 1:\n        return None\n",
        "",
    ),
    Mutation(
        "evidence 4 has no window",
        "pairing/recipient_matching",
        "    near_since = at - rules.pairing_window",
        "    near_since = at - LONGEST_DOUBT",
    ),
    Mutation(
        "evidence 4 answers what came later",
        "pairing/recipient_matching",
        "[requests.between(since, until) for requests in theirs]",
        "[requests.between(since, until + LONGEST_DOUBT) for requests in theirs]",
    ),
    Mutation(
        "a mail to anybody answers every citizen",
        "pairing/which_request",
        "lambda case: not case.citizens or not case.askers.isdisjoint(who))",
        "lambda _case: True)",
    ),
    Mutation(
        "a forward inside the office answers",
        "office/sides",
        "    side = Side.OUTBOUND if outside or vouched else Side.INTERNAL",
        "    side = Side.OUTBOUND",
    ),
    Mutation(
        "a reminder opens a request",
        "pairing/request_life",
        "    elif case.answered is None:\n",
        "    elif False:\n",
    ),
    Mutation(
        "thanks open a request",
        "pairing/request_life",
        "case.answered is not None and only_thanks:",
        "False:",
    ),
    Mutation(
        "an old conversation never holds a new question",
        "pairing/request_life",
        "    return case.subjects.is_new(reading.mail.header.subject)",
        "    return False",
    ),
    Mutation(
        "a late clock loses its reply",
        "pairing/request_life",
        "    if reading.moment.at >= asked_at:\n        return reading\n",
        "    return reading\n",
    ),
    Mutation(
        "a holding reply stops the clock",
        "pairing/rules",
        "(part is Part.HOLDING_REPLY and self.holding_stops)",
        "part is Part.HOLDING_REPLY",
    ),
    Mutation(
        "an acknowledgement stops the clock",
        "pairing/rules",
        "ANSWERS = frozenset({Part.REPLY, Part.REDIRECTION})",
        "ANSWERS = frozenset({Part.REPLY, Part.REDIRECTION, Part.ACKNOWLEDGEMENT})",
    ),
    Mutation(
        "auto-generated alone excludes",
        "mail/kinds",
        '    if submitted.startswith(("auto-replied", "auto-notified")):',
        '    if submitted.startswith("auto-"):',
    ),
    Mutation(
        "a declared form may be excluded",
        "office/sides",
        "        return _citizen(mail, office, MailKind.PERSON, None)\n    if is_letter",
        "        pass\n    if is_letter",
    ),
    Mutation(
        "a From is believed",
        "office/sides",
        "Reading(mail, Side.ASIDE, MailKind.PERSON, Reason(UNPROVEN), ",
        "Reading(mail, Side.OUTBOUND, kind, None, ",
    ),
    Mutation(
        "nobody can vouch for a mail",
        "pairing/derivation",
        "vouched=decided.last(mail.key, Action.JOIN) is not None",
        "vouched=False",
    ),
    Mutation(
        "what stands below our own hop is believed",
        "office/authorship",
        "if results.server == office.trusted_authserv_id and results.below <= inner",
        "if results.server == office.trusted_authserv_id",
    ),
    Mutation(
        "any server's word is believed",
        "office/authorship",
        "if results.server == office.trusted_authserv_id and results.below <= inner",
        "if results.below <= inner",
    ),
    Mutation(
        "a failure of DMARC takes nothing away",
        "office/authorship",
        "    if any((item.method, item.result) == (DMARC, FAIL) for item in said):\n        return False\n",
        "",
    ),
    Mutation(
        "a submission elsewhere is believed",
        "office/authorship",
        "return hop.is_submitted and office.has_host(hop.by)",
        "return hop.is_submitted",
    ),
    Mutation(
        "a hop from anywhere is ours",
        "office/authorship",
        "return office.has_host(hop.by) and all(map(office.has_machine, hop.addresses))",
        "return office.has_host(hop.by)",
    ),
    Mutation(
        "a form's mail in Junk is anybody's",
        "office/sides",
        "if mail.roles == {MailboxRole.JUNK} and not (vouched or is_believed(mail, office)):",
        "if mail.roles == {MailboxRole.JUNK}:",
    ),
    Mutation(
        "a forged automatic answer acknowledges",
        "pairing/request_life",
        "return is_ours and is_believed(reading.mail, office)",
        "return is_ours",
    ),
    Mutation(
        "the office is its own citizen",
        "office/correspondents",
        "return host in self.domains or host.endswith(self._sub_domains)",
        "return host in self.domains",
    ),
    Mutation(
        "tags make other people",
        "office/sides",
        "tuple(dict.fromkeys(map(plain, outside))) if outside else ()",
        "outside",
    ),
    Mutation(
        "a decision undone still holds",
        "pairing/decision",
        "            undone[decision.undone] = decision.number",
        "            pass",
    ),
    Mutation(
        "a forged second delivery speaks for the first",
        "pairing/one_mail",
        "    same = [mail for mail in group if _says_the_same(mail.header, genuine.header)]",
        "    same = group",
    ),
    Mutation(
        "a form in Junk is silently left out",
        "pairing/doubts",
        "        if reading.reason is not None and reading.reason.code == FORM_IN_JUNK:",
        "        if False:",
    ),
    Mutation(
        "an undeclared form must prove who wrote it",
        "office/sides",
        "    if looks_like_a_form(mail.header, office):\n        return _citizen(",
        "    if looks_like_a_form(mail.header, office) and is_believed(mail, office):\n        return _citizen(",
    ),
    Mutation(
        "a forged alert is mailsla's",
        "office/authorship",
        "    if is_alert and not (office.wrote(header) and is_believed(mail, office)):",
        "    if is_alert and not office.wrote(header):",
    ),
    Mutation(
        "a tied hidden copy stays internal",
        "office/sides",
        "    side = Side.OUTBOUND if outside or vouched else Side.INTERNAL",
        "    side = Side.OUTBOUND if outside else Side.INTERNAL",
    ),
    Mutation(
        "a draft that looks like an invitation was sent",
        "office/sides",
        "    if is_letter(mail.header, kind, office):\n        kind, reason = _by_copies(mail, office)\n",
        "    if kind is MailKind.PERSON:\n        kind, reason = _by_copies(mail, office)\n"
        "    elif is_letter(mail.header, kind, office):\n        kind, reason = MailKind.PERSON, None\n",
    ),
    Mutation(
        "whom an unseen reply is answered at is forgotten",
        "pairing/request_life",
        "    register.add(case, reading, part)\n    register.widen(",
        "    register.add(case, reading, part)\n    if part is not Part.AFTER_UNSEEN:\n        register.widen(",
    ),
    Mutation(
        "a machine acknowledges every open request",
        "pairing/request_life",
        "    for case in named or list(register.find(theirs, is_open=True)):",
        "    for case in list(register.find(theirs, is_open=True)):",
    ),
    Mutation(
        "whom a nameless request's reply was written to is forgotten",
        "pairing/request_life",
        "            register.widen(case, reading.citizens, ())",
        "            pass",
    ),
    Mutation(
        "a doubt names what is no request any more",
        "pairing/derivation",
        "        _still_standing(matches.doubts, requests),",
        "        matches.doubts,",
    ),
)
