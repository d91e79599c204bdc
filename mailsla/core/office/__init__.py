"""Who we are, and what a mail is for us."""
