"""Benchmarks of evolaw against its own targets and against other programs: ``python -m benchmarks [name ...]``.

Every file ``bench_NAME.py`` has ``run() -> list of rows``; a row is a dictionary of what was measured, and all ratios in it were
taken in one run. Other programs take part if they are present and are reported as missing otherwise. README.md records the
numbers with machine and versions.
"""
