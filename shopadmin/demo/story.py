"""What the demo tells, step by step: a shop, creators' videos, and what came of tagging them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from catalog.screening.services import screen_due
from catalog.tasks import measure_rules
from tagging.models import Creator, TagJob, Video
from tagging.services.videos import receive_video, request_tagging

from .clips import DemoVideo, composed, footage, shopping_bag
from .merchants import seed_merchants
from .policing import seed_policing
from .shop import PEOPLE, seed_listings, seed_people
from .sources import Listing, fetch_photos, grocery_listings, packaged_listings, photo_listings, shared_folder

__all__ = ["PEOPLE", "report_lines", "seed_shop", "upload_videos", "videos_to_show"]

BAG = ("Bravo Apple Juice", "Oatly Oat Milk", "God Morgon Orange Juice", "Banana", "Red Bell Pepper", "Pineapple")


def seed_shop() -> int:
    """Add people, listings, what merchants did and rules, screen and measure; return how many listings are new."""
    seed_people()
    added = seed_listings(_listings())
    seed_merchants()
    seed_policing()
    while screen_due():
        pass
    measure_rules()
    return added


def videos_to_show() -> list[DemoVideo]:
    """Return the real footage and the composed clips that can be made from the photos at hand."""
    photos = fetch_photos()
    videos = list(footage())
    if photos is not None:
        videos += composed(photos)
        videos += _grocery_clip(photos)
    return videos


def upload_videos(videos: Iterable[DemoVideo], say: Callable[[DemoVideo], None]) -> None:
    """Upload each video for its creator, as the site would, and ask for it to be tagged; known ones are left alone."""
    creators = {creator.handle: creator for creator in Creator.objects.select_related("user")}
    for video in videos:
        creator = creators[video.handle]
        row, is_new = receive_video(
            creator=creator, source=video.path(), title=video.title, is_composed=video.script is not None
        )
        if is_new or not row.jobs.exists():
            request_tagging(video=row, by=creator.user)
            say(video)


def report_lines(seconds: float) -> Iterator[str]:
    """Yield the report: one line a video, then the sums and the time a minute of video took."""
    yield ""
    yield f"{'video':<34}{'length':>8}{'tracks':>8}{'links':>7}{'s/min':>8}  outcome"
    minutes = work = 0.0
    tracks = links = 0
    videos = list(Video.objects.order_by("pk"))
    for video in videos:
        job = video.jobs.first()
        counts = job.counts if job is not None else {}
        spent = sum(job.timings_s.values()) if job is not None else 0.0
        length = video.duration_s / 60
        rate = f"{spent / length:.1f}" if spent and length else "–"
        yield (
            f"{video.title[:33]:<34}{video.duration_s:>7.1f}s{counts.get('tracks', 0):>8}{counts.get('links', 0):>7}"
            f"{rate:>8}  {_outcome(job)}"
        )
        tracks, links = tracks + counts.get("tracks", 0), links + counts.get("links", 0)
        if spent:
            minutes, work = minutes + length, work + spent
    rate = f"{work / minutes:.1f} seconds per video minute" if minutes else "nothing timed"
    yield f"{len(videos)} videos, {tracks} tracks, {links} links, {rate}; this run took {seconds:.0f} s."


def _outcome(job: TagJob | None) -> str:
    if job is None:
        return "not tagged"
    return job.outcome or job.error or job.get_state_display()


def _listings() -> Iterator[Listing]:
    photos = fetch_photos()
    folder = shared_folder()
    grocery = folder / "grocery" if folder is not None else None
    return chain(
        photo_listings(photos) if photos is not None else packaged_listings(),
        grocery_listings(grocery) if grocery is not None and grocery.is_dir() else (),
    )


def _grocery_clip(photos: Path) -> list[DemoVideo]:
    folder = shared_folder()
    if folder is None or not (folder / "grocery").is_dir():
        return []
    by_title = {listing.title: listing for listing in grocery_listings(folder / "grocery")}
    products = [(title, by_title[title].photo) for title in BAG if title in by_title]
    table = next((photos / "images").glob("abel-y-costa*"))
    script = shopping_bag(table, products, seed=11)
    return [DemoVideo("maya", "What is in my bag", "bag", script=script)] if products else []
