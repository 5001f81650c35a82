"""The game as a web server: Starlette, with the state in memory."""
