"""How long personal data is kept, and what of it may go without changing what stays."""
