"""Breaks the core in one place at a time, and tells which changes no test notices."""
