"""What people and programs read: the terminal, mails, JSON, CSV."""
