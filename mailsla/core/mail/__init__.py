"""A mail as a fact: what its header says, what kind it is, where it lies, when it came."""
