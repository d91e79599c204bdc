"""Which messages belong together, which ask, and which answer."""
