"""mailsla measures how fast a préfecture answers its mail, in working days, against its promise."""
