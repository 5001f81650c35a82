"""What the treasure hunt's server costs with each resolver: counted in process, and measured under load."""
