"""How the program is put together, where no server is needed."""
