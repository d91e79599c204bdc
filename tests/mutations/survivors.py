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
    ("clock/verdict.py", "if announcement is not None or commitment.unit is not Unit.WORKING_DAYS:",
     "if announcement is not None or commitment.unit is not Unit.WORKING_DAYS → if True", QUICKER),
    ("clock/worked_example.py", "break", "break → continue", "every day before it is left out too"),
    ("clock/working_days.py", "ONE_DAY = timedelta(days=1)", "1 → 2", "nothing uses it"),
    ("clock/working_days.py", "ONE_DAY = timedelta(days=1)", "1 → 0", "nothing uses it"),
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
    ("rate/cohort.py", "without_closures=tuple(opened.outcomes(known, now)) if closed else outcomes,",
     "if closed → if True", QUICKER),
    ("rate/cohort.py", "return now if answered_at is None or answered_at > now else answered_at",
     "answered_at > now → answered_at >= now", AT_EQUALITY),
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
    ("rate/report.py", "for on, item in zip(assessment.received_on, assessment.judged, strict=True)",
     "True → False", SAME_LENGTH),
)  # fmt: skip

EQUIVALENT: dict[tuple[str, str, str], str] = {
    (f"mailsla/core/{path}", text, change): reason for path, text, change, reason in _KNOWN
}
"""(file, text of the line, change) → why it changes nothing."""
