"""The project is no part of this suite: it is copied, and runs its own tests where the wheel is installed."""

collect_ignore = ["project"]
