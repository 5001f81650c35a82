"""A configuration in the systems that watch over it: a module for each, imported by its name."""
