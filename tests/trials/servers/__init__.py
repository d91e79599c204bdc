"""Real mail servers, databases and relays, started for trials."""
