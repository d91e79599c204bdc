"""Programs that fetch the same mailbox, each a process of its own: `python -m bench.contenders.NAME TARGET`."""
