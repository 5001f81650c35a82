"""From sources to snapshots: one file a job."""
