"""Measuring Veltrix: `python -m benches` prints every figure beside its target."""
