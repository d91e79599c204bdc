"""Pages: everything that is said, as values. Formats draw them, and decide no sentence."""
