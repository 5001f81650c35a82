"""How costs grow: curves over leaves, layers and threads, and configurations that packages ship."""
