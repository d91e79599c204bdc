"""What opens a door: passwords, tokens, TLS, time limits, a socket for those of the machine."""
