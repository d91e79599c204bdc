"""What the program does: read, decide with the core, write in one transaction, act from an outbox."""
