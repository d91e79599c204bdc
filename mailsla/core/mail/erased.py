"""What stands for words that are gone with personal data, wherever such words stood."""

ERASED = "…"
"""The same in every language."""
