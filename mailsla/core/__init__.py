"""The rules: pure functions of frozen values. No clock, no file, no network, no log."""
