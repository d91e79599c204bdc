"""Puts the program together: the one place where settings, adapters and use cases meet."""
