"""What notices that sources may have changed, and has them looked at: one file a job.

watch ──► watcher ──► eyes ──► watch_set · file_systems · events

Nothing here reads a file or knows what it says: an event, or the timer, means "look", and never what.
"""
