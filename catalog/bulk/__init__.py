"""One action on many listings: chosen, previewed, applied once, and undone where nobody was there since (README.md)."""
