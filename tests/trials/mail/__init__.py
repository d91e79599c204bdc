"""Generated mail whose truth is known."""
