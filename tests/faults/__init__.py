"""Faults and bad inputs that the kernel must bear, one file a group."""
