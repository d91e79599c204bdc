"""The forms in which answers are written: the terminal, sheets, mails."""
