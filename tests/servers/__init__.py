"""Real servers for the tests: private configuration, loopback only, nothing left behind."""
