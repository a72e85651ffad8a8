"""How near papers are to each other."""
