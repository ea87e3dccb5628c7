// The lanes under the player: places the spans by time, moves the playhead, and knows what comes next.

// How far into a span "previous" still means the one before it, as a player's "previous track" does.
const GRACE_MS = 700;

export class Timeline {
  constructor(root, durationMs) {
    this.root = root;
    this.durationMs = durationMs;
    this.playhead = root.querySelector(".playhead");
    this.spans = [...root.querySelectorAll(".lane .span")].map((button) => ({
      button,
      startMs: Number(button.dataset.start),
      endMs: Number(button.dataset.end),
      track: Number(button.closest(".lane").dataset.track),
    }));
    this.spans.sort((one, other) => one.startMs - other.startMs || one.track - other.track);
    this.place();
  }

  place() {
    for (const { button, startMs, endMs } of this.spans) {
      button.style.setProperty("--start", this.percent(startMs));
      button.style.setProperty("--length", this.percent(Math.max(0, endMs - startMs)));
    }
    for (const mark of this.root.querySelectorAll(".shots span")) {
      mark.style.setProperty("--start", this.percent(Number(mark.dataset.start)));
    }
    this.root.dataset.placed = "";
  }

  percent(milliseconds) {
    return (100 * milliseconds) / this.durationMs;
  }

  show(atMs) {
    this.playhead.style.setProperty("--at", this.percent(atMs));
    const current = this.during(atMs);
    for (const span of this.spans) {
      span.button.setAttribute("aria-current", String(current.includes(span)));
    }
  }

  // The moment whose picture is seen: the video's last picture stays when it has ended.
  shown(atMs) {
    return Math.min(atMs, this.durationMs - 1);
  }

  // A span ends with the first picture that no longer shows it.
  during(atMs) {
    const shownMs = this.shown(atMs);
    return this.spans.filter((span) => span.startMs <= shownMs && shownMs < span.endMs);
  }

  next(atMs) {
    return this.spans.find((span) => span.startMs > atMs + 1) ?? null;
  }

  previous(atMs) {
    return this.spans.findLast((span) => span.startMs < atMs - GRACE_MS) ?? null;
  }
}
