"""Ways to resolve the tunables of a request, one file each: what `make hunt-bench` compares."""
