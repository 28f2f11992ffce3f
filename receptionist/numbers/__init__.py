"""How the practice's calls go: counted by day, with where the time and the money went."""
