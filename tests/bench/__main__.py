"""Runs the benches and prints one table: `make bench`, or `make bench ONLY=search` for one area.

Each `bench_AREA.py` has `rows()`, which measures our figure and, in the same run, its peer or the bare limit. A row
that misses its target stays in the table and says so. Results go to `var/bench.json`, where areas that did not run keep
their last figures.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parent.parent / "var" / "bench.json"
KEYS = ("name", "value", "unit", "peer", "peer_value", "ratio", "target", "met")


def areas() -> list[str]:
    """Return the names of all areas."""
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def measure(area: str) -> list[dict[str, Any]]:
    """Run one area and return its rows, each with the area and nothing but the agreed keys."""
    module = importlib.import_module(f"tests.bench.bench_{area}")
    return [{"area": area} | {key: row.get(key) for key in KEYS} for row in module.rows()]


def main(only: list[str]) -> int:
    """Run the areas named in `only`, or all; return 1 when one is unknown."""
    unknown = set(only) - set(areas())
    if unknown:
        print(f"There is no bench called {', '.join(sorted(unknown))}; choose from: {', '.join(areas())}.")
        return 1
    kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else []
    chosen = only or areas()
    results = [row for row in kept if row["area"] not in chosen and row["area"] in areas()]
    for area in chosen:
        started = time.monotonic()
        print(f"{area} …", file=sys.stderr, flush=True)
        results += measure(area)
        print(f"{area}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=1))
    print_table(results)
    return 0


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print the rows as one table."""
    header = ("area", "what", "ours", "unit", "peer", "peer's", "ratio", "target", "met")
    lines = [header, *(tuple(_shown(row[key]) for key in ("area", *KEYS)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
