"""`make bench`: every measurement, one after the other, each in a process of its own."""

import subprocess
import sys

MEASUREMENTS = (
    *("respond", "first_visit", "closing", "analyse", "joiner", "report", "forecast", "roster"),
    "mail",
)


def main() -> int:
    """Run all; the exit status tells whether one of them failed."""
    failed = 0
    for name in MEASUREMENTS:
        print(f"\n{name}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
