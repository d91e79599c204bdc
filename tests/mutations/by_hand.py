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
        " if is_reply_subject(orphan.mail.header.subject) else []",
        "",
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
        "requests.between(since, sent_at_latest(mail))",
        "requests.between(since, sent_at_latest(mail) + LONGEST_DOUBT)",
    ),
    Mutation(
        "a mail to anybody answers every citizen",
        "pairing/which_request",
        "lambda case: not case.citizens or not case.citizens.isdisjoint(who))",
        "lambda _case: True)",
    ),
    Mutation(
        "a forward inside the office answers",
        "office/sides",
        "        side = Side.OUTBOUND if outside else Side.INTERNAL",
        "        side = Side.OUTBOUND",
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
        "case.answered is not None and is_thanks(reading.mail, rules):",
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
        "        return _citizen(mail, office, MailKind.PERSON, None)\n    if kind",
        "        pass\n    if kind",
    ),
    Mutation(
        "a From is believed",
        "office/sides",
        "Reading(mail, Side.ASIDE, kind, Reason(UNPROVEN), ",
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
        'return any(host == ours or host.endswith("." + ours) for ours in self.domains)',
        "return any(host == ours for ours in self.domains)",
    ),
    Mutation(
        "tags make other people",
        "office/sides",
        "tuple(dict.fromkeys(map(plain, office.outside(header.recipients))))",
        "office.outside(header.recipients)",
    ),
    Mutation(
        "a decision undone still holds",
        "pairing/decision",
        "            undone.add(decision.undone)",
        "            pass",
    ),
)
