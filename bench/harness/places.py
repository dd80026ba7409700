"""Where things are."""

import os
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
ROOT = BENCH.parent
DOCS = ROOT / "docs"

# What cargo makes of this checkout, as `cargo build --release` would.
CARGO_TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve()
# All that the benchmark makes.
MADE = CARGO_TARGET / "bench"

# Where clients look that cannot be told otherwise, and what is mounted over to make it ours.
KEY_DIRECTORY = Path("/var/opt/azcmagent/tokens")
HIDDEN = Path("/var/opt")


def made(*parts: str) -> Path:
    """A directory among what the benchmark makes."""
    directory = MADE.joinpath(*parts)
    directory.mkdir(parents=True, exist_ok=True)
    return directory
