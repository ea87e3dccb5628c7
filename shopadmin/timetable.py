"""PURE. Which queue each task waits in, and what is done again and again (settings of Celery)."""

from collections.abc import Mapping
from typing import Any

# Five queues, so that nobody waits for what is slow: "tagging" looks at pictures for minutes, "photos" waits for
# merchants' servers, "screening" asks the rules of each listing within a second of its change, "long" goes through the
# whole catalogue, and "quick" does the rest: imports, bulk actions, mails and sweeping.
ROUTES: Mapping[str, Mapping[str, str]] = {
    "catalog.fetch_photo": {"queue": "photos"},
    "catalog.read_photo_archive": {"queue": "photos"},
    "catalog.screen_due": {"queue": "screening"},
    "catalog.run_backtest": {"queue": "long"},
    "catalog.watch_evasion": {"queue": "long"},
    "catalog.draw_blind_sample": {"queue": "long"},
    "catalog.learn_words": {"queue": "long"},
    "catalog.refresh_price_standings": {"queue": "long"},
    "catalog.*": {"queue": "quick"},
    "accounts.*": {"queue": "quick"},
    "tagging.ring_due_jobs": {"queue": "quick"},
    "tagging.sweep_evidence": {"queue": "quick"},
}

SCHEDULE: Mapping[str, Mapping[str, Any]] = {
    "ring-due-imports": {"task": "catalog.ring_due_imports", "schedule": 2.0, "options": {"expires": 10}},
    "sweep-imports": {"task": "catalog.sweep_imports", "schedule": 3600.0, "options": {"expires": 600}},
    "ring-due-jobs": {"task": "tagging.ring_due_jobs", "schedule": 2.0, "options": {"expires": 10}},
    "index-missing": {"task": "tagging.index_missing", "schedule": 60.0, "options": {"expires": 60}},
    "send-notification-mails": {
        "task": "accounts.send_notification_mails",
        "schedule": 20.0,
        "options": {"expires": 20},
    },
    "sweep-evidence": {"task": "tagging.sweep_evidence", "schedule": 3600.0, "options": {"expires": 600}},
    "ring-due-photos": {"task": "catalog.ring_due_photos", "schedule": 2.0, "options": {"expires": 10}},
    "sweep-photos": {"task": "catalog.sweep_photos", "schedule": 3600.0, "options": {"expires": 600}},
    "ring-due-bulk-jobs": {"task": "catalog.ring_due_bulk_jobs", "schedule": 2.0, "options": {"expires": 10}},
    "tidy-bulk-actions": {"task": "catalog.tidy_bulk_actions", "schedule": 3600.0, "options": {"expires": 600}},
    "screen-due": {"task": "catalog.screen_due", "schedule": 1.0, "options": {"expires": 5}},
    "ask-again-daily": {"task": "catalog.ask_again_daily", "schedule": 86400.0, "options": {"expires": 3600}},
    "refresh-price-standings": {
        "task": "catalog.refresh_price_standings",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
    "send-notice-mails": {"task": "catalog.send_notice_mails", "schedule": 20.0, "options": {"expires": 20}},
    "learn-words": {"task": "catalog.learn_words", "schedule": 300.0, "options": {"expires": 300}},
    "start-and-end-rules": {"task": "catalog.start_and_end_rules", "schedule": 10.0, "options": {"expires": 10}},
    "ring-due-backtests": {"task": "catalog.ring_due_backtests", "schedule": 2.0, "options": {"expires": 10}},
    "erase-old-backtests": {"task": "catalog.erase_old_backtests", "schedule": 3600.0, "options": {"expires": 600}},
    "erase-old-screenings": {"task": "catalog.erase_old_screenings", "schedule": 3600.0, "options": {"expires": 600}},
    "watch-rules": {"task": "catalog.watch_rules", "schedule": 3600.0, "options": {"expires": 600}},
    "measure-rules": {"task": "catalog.measure_rules", "schedule": 3600.0, "options": {"expires": 600}},
    "draw-blind-sample": {"task": "catalog.draw_blind_sample", "schedule": 86_400.0, "options": {"expires": 3600}},
    "watch-evasion": {"task": "catalog.watch_evasion", "schedule": 86_400.0, "options": {"expires": 3600}},
}
