"""What is measured, a module a topic; each has `lines(settings)`."""
