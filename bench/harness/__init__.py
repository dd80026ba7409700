"""The parts of the benchmark; `run.py` puts them together."""
