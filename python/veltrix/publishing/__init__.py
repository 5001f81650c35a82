"""From a candidate to its readers: one file a job.

turns ──► publisher ──► transaction ──► swap ──► keys · subscription · changes · history
"""
