"""`python -m masar.kernel.postgres watch HOME LOCK`: the watcher, as its own light process."""

import sys
from pathlib import Path

from masar.kernel.postgres.watcher import detach, watch


def main() -> int:
    """Run the watcher; the lock's descriptor is inherited and stays open as long as this process lives."""
    if len(sys.argv) != 4 or sys.argv[1] != "watch":
        print("Started by Masar itself: watch HOME LOCK", file=sys.stderr)
        return 2
    detach()
    watch(Path(sys.argv[2]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
