"""Weeks of alerts in virtual time, with everything that breaks, held by an oracle that shares no code with mailsla."""
