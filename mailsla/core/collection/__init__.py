"""What is collected, how far, and when to try again: the rules that the store and the line obey."""
