"""Benchmarks on synthetic streams of rows; `README.md` says how to read them and holds the baselines."""
