"""The store: facts and decisions only added, derivations that can be dropped and rebuilt."""
