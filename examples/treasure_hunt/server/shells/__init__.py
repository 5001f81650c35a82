"""Shells around the game, one file each: two web frameworks, and ASGI without any."""
