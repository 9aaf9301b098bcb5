"""``python -m evolaw`` is the command ``evolaw``."""

from evolaw.cli.main import run

if __name__ == "__main__":
    raise SystemExit(run())
