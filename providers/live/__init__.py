"""How words of a call reach staff who listen: within this process, or through Redis."""
