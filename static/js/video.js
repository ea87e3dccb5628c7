// The page of a video: one player, and everything that follows its time.
import { Boxes } from "./boxes.js";
import { clock } from "./clock.js";
import { Keys } from "./keys.js";
import { Moment } from "./moment.js";
import { Player } from "./player.js";
import { Timeline } from "./timeline.js";
import { complain } from "./toasts.js";

const watch = document.getElementById("watch");
const durationMs = Number(watch.dataset.duration);
const player = new Player(document.getElementById("player"), durationMs);
const lanes = new Map([...document.querySelectorAll(".lane")].map((lane) => [Number(lane.dataset.track), lane]));
const timelineBox = document.getElementById("timeline");
const timeline = timelineBox && new Timeline(timelineBox, durationMs);
const moment = new Moment(document.getElementById("now-box"), document.querySelectorAll("#tracks .product"));
const canvas = document.getElementById("boxes");
const boxes = new Boxes(canvas, lanes, choose);
const help = document.getElementById("help");

function choose(number) {
  player.pause();
  const card = document.querySelector(`#now-cards [data-track="${number}"] a`);
  (card ?? lanes.get(number)?.querySelector("button"))?.focus();
}

function goTo(span) {
  if (span) {
    player.seekTo(span.startMs);
    const { name } = lanes.get(span.track).dataset;
    document.getElementById("announce").textContent = `${clock(span.startMs)} ${name}`;
  }
}

const goNext = () => goTo(timeline?.next(player.atMs));
const goPrevious = () => goTo(timeline?.previous(player.atMs));

function toggleBoxes() {
  const button = document.getElementById("show-boxes");
  const areShown = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(areShown));
  canvas.toggleAttribute("hidden", !areShown);
}

if (timeline) {
  player.onMoment((atMs) => {
    timeline.show(atMs);
    moment.show(new Set(timeline.during(atMs).map((span) => span.track)));
  });
  boxes.load(watch.dataset.boxes).then(
    () => player.onMoment((atMs) => boxes.draw(timeline.shown(atMs))),
    () => complain(document.getElementById("toasts").dataset.failed),
  );
  new ResizeObserver(() => boxes.draw(timeline.shown(player.atMs))).observe(canvas);
}

for (const span of timeline?.spans ?? []) {
  span.button.addEventListener("click", () => goTo(span));
}
for (const button of document.querySelectorAll("[data-seek]")) {
  button.addEventListener("click", () => {
    player.seekTo(Number(button.dataset.start));
    watch.scrollIntoView({ block: "nearest" });
  });
}
document.getElementById("next-track").addEventListener("click", goNext);
document.getElementById("previous-track").addEventListener("click", goPrevious);
document.getElementById("show-boxes").addEventListener("click", toggleBoxes);
document.getElementById("keys").addEventListener("click", () => help.showModal());
document.addEventListener("panel:open", () => player.pause());

// A decision in the panel has changed the states on the cards; the lane follows its best card.
document.body.addEventListener("htmx:oobAfterSwap", (event) => {
  const { track } = event.detail.target.closest(".product").dataset;
  const lane = lanes.get(Number(track));
  const tones = [...document.querySelectorAll(`#tracks [data-track="${track}"] .state`)].map((mark) => mark.dataset.tone);
  const state = tones.includes("good") ? "live" : tones.includes("warn") ? "proposed" : "rejected";
  for (const element of [lane, ...lane.querySelectorAll(".span")]) {
    element.dataset.state = state;
  }
  for (const span of lane.querySelectorAll(".span")) {
    span.dataset.tone = { live: "good", proposed: "warn", rejected: "quiet" }[state];
  }
});

new Keys(help, {
  " ": () => player.toggle(),
  ArrowLeft: () => player.step(-1),
  ArrowRight: () => player.step(1),
  n: goNext,
  p: goPrevious,
  m: () => player.toggleMute(),
  f: () => player.toggleFullscreen(),
  "?": () => help.showModal(),
});
