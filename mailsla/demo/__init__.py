"""A sample préfecture: its mail, its truth, an IMAP server to hold it."""
