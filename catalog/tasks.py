"""The doorbells of the catalogue: a task finds its work in rows, so that losing or doubling a message does no harm."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import (
    blind_samples,
    evasion,
    notice_mails,
    notices,
    overlap_page,
    recall_counting,
    rule_approval,
    rule_health,
)
from .backtests import services as backtests
from .bulk import services as bulk
from .fact_finding.price_standings import refresh_standings
from .listing_import import jobs as import_jobs
from .listing_import import services as imports
from .models import words
from .photos import archive_services, services, wanting
from .screening import asking_again, bell, drawing
from .screening import services as screening


@shared_task(name=wanting.FETCH_PHOTO)
def fetch_photo(fetch_id: int) -> None:
    """Fetch a photo if it is due and its host has a turn free, and go on with others of that host."""
    wanting.fetch_photo(fetch_id, turn_s=wanting.TURN_S)


@shared_task(name=archive_services.READ_ARCHIVE)
def read_photo_archive(archive_id: int) -> None:
    """Read an archive of photos if it is due and free."""
    archive_services.read_archive(archive_id)


@shared_task(name="catalog.ring_due_photos")
def ring_due_photos() -> None:
    """Ring again for photos and archives that are due."""
    wanting.ring_due_fetches()
    archive_services.ring_due_archives()


@shared_task(name="catalog.sweep_photos")
def sweep_photos() -> None:
    """Erase the files of photos that were taken away and of archives that were read."""
    services.erase_removed_photos()
    archive_services.erase_read_archives()


@shared_task(name=bulk.RUN_BULK_JOB)
def run_bulk_job(job_id: int) -> None:
    """Apply or undo a bulk action if its job is due and free."""
    bulk.run_job(job_id)


@shared_task(name="catalog.ring_due_bulk_jobs")
def ring_due_bulk_jobs() -> None:
    """Ring again for bulk jobs that are due."""
    bulk.ring_due_jobs()


@shared_task(name="catalog.tidy_bulk_actions")
def tidy_bulk_actions() -> None:
    """Erase previews that nobody applied, and changes of long ago."""
    bulk.tidy()


@shared_task(name=bell.SCREEN_DUE)
def screen_due() -> None:
    """Ask the rules of the listings that are due, until none is."""
    screening.screen_until_done()


@shared_task(name="catalog.ask_again_daily")
def ask_again_daily() -> None:
    """Have the rules asked again of listings about which something changed that is no change of theirs."""
    asking_again.ask_again_daily()


@shared_task(name=notices.SEND_MAILS)
def send_notice_mails() -> None:
    """Send the mails to senders of notices that are due."""
    notice_mails.send_due_mails()


@shared_task(name="catalog.learn_words")
def learn_words() -> None:
    """Let the search forgive slips in the words of products that changed since the last time."""
    words.learn_words()


@shared_task(name="catalog.refresh_price_standings")
def refresh_price_standings() -> None:
    """Take anew the prices of authorised sellers that listings are compared with."""
    refresh_standings(now=timezone.now())


@shared_task(name=import_jobs.RUN_IMPORT_JOB)
def run_import_job(job_id: int) -> None:
    """Check, apply or undo an import if that is due and free."""
    import_jobs.run_job(job_id)


@shared_task(name="catalog.ring_due_imports")
def ring_due_imports() -> None:
    """Ring again for imports that are due."""
    import_jobs.ring_due_jobs()


@shared_task(name="catalog.sweep_imports")
def sweep_imports() -> None:
    """Drop the files and rows of imports that are old enough."""
    imports.clear_outdated()


@shared_task(name="catalog.start_and_end_rules")
def start_and_end_rules() -> None:
    """Let rules go live of which the start has come, and retire those of which the end has come."""
    rule_approval.start_and_end_rules()


@shared_task(name=backtests.RUN_BACKTEST)
def run_backtest(job_id: int) -> None:
    """Do a backtest if it is due and free."""
    backtests.run_backtest(job_id)


@shared_task(name="catalog.ring_due_backtests")
def ring_due_backtests() -> None:
    """Ring again for backtests that are due."""
    backtests.ring_due_backtests()


@shared_task(name="catalog.erase_old_backtests")
def erase_old_backtests() -> None:
    """Erase backtests of long ago."""
    backtests.erase_outdated()


@shared_task(name="catalog.erase_old_screenings")
def erase_old_screenings() -> None:
    """Erase screenings of long ago in which no rule said anything."""
    drawing.erase_outdated(timezone.now())


@shared_task(name="catalog.watch_rules")
def watch_rules() -> None:
    """Tell of rules that fire unusually often or seldom, and let those only review that are wrong too often."""
    rule_health.raise_alarms()
    rule_health.judge_demotions()


@shared_task(name=recall_counting.MEASURE_RULES)
def measure_rules() -> None:
    """Count what the rules find of all counterfeits, compare them by what they find, and keep both."""
    recall_counting.keep_recalls(timezone.now())
    overlap_page.keep_overlaps(timezone.now())


@shared_task(name="catalog.draw_blind_sample")
def draw_blind_sample() -> None:
    """Draw what is missing of this week's blind sample."""
    blind_samples.draw_blind_sample()


@shared_task(name="catalog.watch_evasion")
def watch_evasion() -> None:
    """Look for those who evade rules, and keep what was found."""
    now = timezone.now()
    evasion.keep_signs(evasion.evasion_watch(now), now)
