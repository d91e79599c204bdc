"""The edge: IMAP, SMTP, the database, archives, the calendar package, what people read."""
