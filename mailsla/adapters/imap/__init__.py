"""The mail server, read and never touched."""
