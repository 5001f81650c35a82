"""`python -m benches.peers`: other ways to hold a configuration, on the workloads of a server's day."""
