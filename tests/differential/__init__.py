"""Both kernels run the same generated cases; every outcome must be the same."""
