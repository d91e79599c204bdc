"""Alerts wait until it is known what was answered."""

from __future__ import annotations

import pytest

from mailsla.core.alerts.readiness import may_announce


@pytest.mark.parametrize(
    ("configured", "tried", "half_read", "ready"),
    [
        ("a b", "", "", False),
        ("a b", "a", "", False),
        ("a b", "a b", "", True),
        ("a b", "a b", "b", False),
        ("a b", "a b c", "c", True),
        ("a", "a b", "b", True),
    ],
)
def test_every_account_is_tried_and_none_half_read(
    configured: str, tried: str, half_read: str, ready: bool
) -> None:
    assert may_announce({*configured.split()}, {*tried.split()}, {*half_read.split()}) is ready
