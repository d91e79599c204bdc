"""What opens a door: passwords, tokens, TLS, time limits."""
