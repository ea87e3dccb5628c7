"""Retrieval and abstention on the grocery photos; the peer is the nearest neighbour on the same raw features.

The first run describes 5,500 pictures (10 to 20 minutes on two cores); signatures are kept under `var/bench`.

Abstention asks 1,000 test photos in each of three draws that take a third of the products out of the catalogue:
- *similar*: of the photos with a link, the share whose first link shows a product of the same kind (coarse class),
  which for a product that was taken out is right too; coverage is the share of all photos that have a link.
- *exact*: of the photos whose first link is called exact, the share that show this very product.
- *very product*: the strict reading of the page: of the photos whose best candidate is above the threshold for a
  precision of 0.90 at naming the very product, the share where it is. A product that was taken out is always wrong.
- *calibration error*: the mean difference between promised and true shares over ten bins of probability, of both
  probabilities, for the best candidate of every photo.
A new shop is one whose model was fitted with no, or hardly any, pictures from videos.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tagging.matching.evaluation import evaluate

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("SHOPADMIN_SHARED_DATA", ROOT.parent / "shared" / "data"))
PEER = "raw features, nearest neighbour"
TOP1, TOP5, PACKAGED_TOP1 = 0.50, 0.85, 0.78
PRECISIONS = {"similar": 0.90, "exact": 0.95, "very_product": 0.90}


def rows() -> list[dict[str, Any]]:
    """Return retrieval with and without each part, then precision and coverage of what is shown."""
    found = evaluate(SHARED_DATA / "grocery", ROOT / "var" / "bench" / "signatures")
    steps = found["retrieval"]
    return [
        *(row for step in steps[1:] for row in _retrieval_rows(step, steps[0])),
        *(row for shop in found["abstention"] for row in _abstention_rows(shop)),
    ]


def _retrieval_rows(step: dict[str, Any], raw: dict[str, Any]) -> list[dict[str, Any]]:
    complete = "all parts" in step["name"]
    figures = [
        ("top-1", step["top1"], raw["top1"], TOP1),
        ("top-5", step["top5"], raw["top5"], TOP5),
        ("packaged top-1", step["groups"]["Packages"]["top1"], raw["groups"]["Packages"]["top1"], PACKAGED_TOP1),
    ]
    return [
        {
            "name": f"grocery, {step['name']}: {what}",
            "value": value,
            "unit": "",
            "peer": PEER,
            "peer_value": peer,
            "ratio": value / peer,
            "target": f">= {target}" if complete else None,
            "met": value >= target if complete else None,
        }
        for what, value, peer, target in figures
    ]


def _abstention_rows(shop: dict[str, Any]) -> list[dict[str, Any]]:
    name = f"a third absent, {shop['name']}"
    rows = []
    for what, target in PRECISIONS.items():
        low, high = shop[what]["precision_interval"]
        precision = shop[what]["precision"]
        met = precision is not None and precision >= target
        said = what.replace("_", " ")
        rows += [
            _row(f"{name}: precision of {said} ({low:.3f} to {high:.3f})", precision, f">= {target}", met),
            _row(f"{name}: coverage of {said}", shop[what]["coverage"]),
        ]
    errors = [("similar", shop["similar_calibration_error"]), ("exact", shop["exact_calibration_error"])]
    return [*rows, *(_row(f"{name}: expected calibration error, {what}", error) for what, error in errors)]


def _row(name: str, value: float | None, target: str | None = None, met: bool | None = None) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": "", "target": target, "met": met}
