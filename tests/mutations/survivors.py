"""Changes that no test can notice, because they change nothing that anyone could see; each with its reason."""

from __future__ import annotations

QUICKER = "the longer way gives the same answer: this one is only quicker"
AT_EQUALITY = "both sides give the same at equality"
SAME_LENGTH = "what is walked through together is made with one length"
RAISES_ANYWAY = "what follows raises the same error"
ROUNDING = "a bound for what rounding adds in the last place"

_KNOWN: tuple[tuple[str, str, str, str], ...] = (
    ("clock/territory.py", "return _BY_CODE.get(code.zfill(2) if code.isascii() and code.isdigit() else code)",
     "if code.isascii() and code.isdigit() → if True", "no code of one letter is one with a zero before it"),
    ("clock/territory.py", "return _BY_CODE.get(code.zfill(2) if code.isascii() and code.isdigit() else code)",
     "code.isascii() and code.isdigit() → code.isascii() or code.isdigit()", "as above"),
    ("clock/verdict.py", "if self._moves_receipt:", "if self._moves_receipt → if True", QUICKER),
    ("clock/verdict.py", "return self.receipt != ReceiptRule()",
     "return self.receipt != ReceiptRule() → return True", QUICKER),
    ("clock/verdict.py", "return days if days > 0 else 0", "days > 0 → days >= 0", AT_EQUALITY),
    ("clock/verdict.py", "return days if days > 0 else 0", "0 → -1", AT_EQUALITY),
    ("clock/verdict.py", "if announcements or commitment.unit is not Unit.WORKING_DAYS:",
     "if announcements or commitment.unit is not Unit.WORKING_DAYS → if True", QUICKER),
    ("clock/worked_example.py", "break", "break → continue", "every day before it is left out too"),
    ("clock/working_days.py", "self._date_index(on)", "dropped", RAISES_ANYWAY),
    ("clock/working_days.py", "for total, midnight in zip(self._totals, self._midnights[1:], strict=True):",
     "True → False", SAME_LENGTH),
    ("office/body_evidence.py", 'raw = payload if isinstance(payload, bytes) else b""',
     "if isinstance(payload, bytes) → if True", "the library gives the bytes of every text part"),
    ("office/body_evidence.py", 'raw = payload if isinstance(payload, bytes) else b""',
     "b'' → 'X'", "as above"),
    ("office/body_evidence.py", '"utf-8",', "'utf-8' → 'utf-8X'", QUICKER),
    ("office/body_evidence.py", '"us-ascii",', "'us-ascii' → 'us-asciiX'", QUICKER),
    ("office/correspondents.py", "if known is None:", "if known is None → if True", QUICKER),
    ("office/forms.py", 'found = normalised(written or "")', "'' → 'X'", "neither is an address"),
    ("office/forms.py", 'return parse_addresses(written or "") if found is None else (found,)',
     "if found is None → if True", QUICKER),
    ("office/forms.py", 'return parse_addresses(written or "") if found is None else (found,)',
     "'' → 'X'", "neither is an address"),
    ("pairing/derivation.py", 'return joined is not None and subjects.get(joined.other or "") != base_subject(mail.header.subject)',
     "'' → 'X'", "neither is the key of a mail"),
    ("pairing/request_life.py", "return (reading.moment.at, 0 if reading.side is Side.CITIZEN else 1, reading.key)",
     "0 → -1", "only their order counts"),
    ("pairing/request_life.py", "return (reading.moment.at, 0 if reading.side is Side.CITIZEN else 1, reading.key)",
     "1 → 2", "only their order counts"),
    ("pairing/request_life.py", "if len(readings) == 1:", "if len(readings) == 1 → if False", QUICKER),
    ("pairing/request_life.py", "if len(readings) == 1:", "1 → 0", QUICKER),
    ("pairing/request_life.py",
     'asked = by_key.get(link.to or "") or (first if _came_after(reading, link, first) else None)',
     "'' → 'X'", "neither is the key of a mail"),
    ("pairing/request_life.py",
     "if server is None or not reading.moment.at < server.at <= reading.moment.at + SLOW_CLOCK:",
     "reading.moment.at < server.at <= reading.moment.at + SLOW_CLOCK → reading.moment.at <= server.at <= reading.moment.at + SLOW_CLOCK",
     AT_EQUALITY),
    ("pairing/request_life.py", "return reading.moment.at < first.moment.at <= sent_at_latest(reading)",
     "reading.moment.at < first.moment.at <= sent_at_latest(reading) → reading.moment.at <= first.moment.at <= sent_at_latest(reading)",
     AT_EQUALITY),
    ("pairing/thanks.py", 'return said.strip(" !.…,;:") in rules.thanks_subjects',
     "' !.…,;:' → ' !.…,;:X'", "a base subject has no capital"),
    ("pairing/request_life.py", "if not rules.categories:", "if not rules.categories → if False", QUICKER),
    ("pairing/request_life.py", "if request.key not in decided.by_target:",
     "if request.key not in decided.by_target → if False", QUICKER),
    ("pairing/rules.py", "words = (word for copy in copies for word, _at in copy.keywords) if self.keywords else ()",
     "if self.keywords → if True", QUICKER),
    ("pairing/tied_parts.py", "first = known[0] if known else 0", "0 → 1 (2)", "without numbers nothing is looked up"),
    ("pairing/tied_parts.py", "first = known[0] if known else 0", "0 → -1 (2)", "without numbers nothing is looked up"),
    ("pairing/tied_parts.py", "last_name, last_index = None, 0", "0 → 1", "set before it is read"),
    ("pairing/tied_parts.py", "last_name, last_index = None, 0", "0 → -1", "set before it is read"),
    ("pairing/tied_parts.py", "index = bisect_left(known, number) if is_sparse else number - first",
     "if is_sparse → if True", QUICKER),
    ("pairing/tied_parts.py", "return bool(known) and known[-1] - known[0] + 1 != len(known)",
     "return bool(known) and known[-1] - known[0] + 1 != len(known) → return True", QUICKER),
    ("rate/outlook.py", "out_of_reach_from=_out_of_reach(met, missed, waiting, volume, target) if settled else None,",
     "if settled → if True", "where nothing is settled nothing is missed, and that is asked first"),
    ("rate/outlook.py", "(met + share * left) / total, (met + low * left) / total, min(1.0, (met + high * left) / total)",
     "1.0 → 2.0", ROUNDING),
    ("rate/outlook.py", "if not volume or missed <= 0:",
     "not volume or missed <= 0 → not volume and missed <= 0", "nothing missed, or nothing to come, reaches no week"),
    ("rate/outlook.py", "if not volume or missed <= 0:", "missed <= 0 → missed < 0", "as above"),
    ("rate/outlook.py", "if not volume or missed <= 0:", "0 → -1", "as above"),
    ("rate/period.py", "monday = today - timedelta(days=today.weekday() + 7)", "7 → 6", "any day names its week"),
    ("rate/period.py", "return week_of(date.fromisocalendar(year, week, 1))", "1 → 2", "any day names its week"),
)  # fmt: skip

EQUIVALENT: dict[tuple[str, str, str], str] = {
    (f"mailsla/core/{path}", text, change): reason for path, text, change, reason in _KNOWN
}
"""(file, text of the line, change) → why it changes nothing."""
