"""The servers of the trials, held to what the tests rely on."""
