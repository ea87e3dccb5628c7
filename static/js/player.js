// The player's controls over the browser's own <video>. Without this script the browser's controls stay.
import { clock } from "./clock.js";

const STEP_MS = 5000;

export class Player {
  constructor(root, durationMs) {
    this.root = root;
    this.durationMs = durationMs;
    this.video = root.querySelector("video");
    this.listeners = [];
    this.video.controls = false;
    this.part("controls").hidden = false;
    this.connectButtons();
    this.connectVideo();
    this.tell();
  }

  get atMs() {
    return Math.round(this.video.currentTime * 1000);
  }

  // Calls `listener(atMs)` whenever the picture changes.
  onMoment(listener) {
    this.listeners.push(listener);
    listener(this.atMs);
  }

  seekTo(milliseconds) {
    this.video.currentTime = Math.min(Math.max(0, milliseconds), this.durationMs) / 1000;
    this.tell();
  }

  step(direction) {
    this.seekTo(this.atMs + direction * STEP_MS);
  }

  toggle() {
    if (this.video.paused) {
      this.video.play();
    } else {
      this.video.pause();
    }
  }

  pause() {
    this.video.pause();
  }

  toggleMute() {
    this.video.muted = !this.video.muted;
  }

  toggleFullscreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      this.root.requestFullscreen();
    }
  }

  part(id) {
    return document.getElementById(id);
  }

  connectButtons() {
    this.part("play").addEventListener("click", () => this.toggle());
    this.part("mute").addEventListener("click", () => this.toggleMute());
    this.part("fullscreen").addEventListener("click", () => this.toggleFullscreen());
    this.part("seek").addEventListener("input", (event) => this.seekTo(Number(event.target.value)));
    this.part("volume").addEventListener("input", (event) => {
      this.video.volume = Number(event.target.value);
      this.video.muted = this.video.volume === 0;
    });
    this.part("speed").addEventListener("change", (event) => {
      this.video.playbackRate = Number(event.target.value);
    });
    this.video.addEventListener("click", () => this.toggle());
  }

  connectVideo() {
    for (const name of ["seeking", "seeked", "timeupdate", "loadeddata"]) {
      this.video.addEventListener(name, () => this.tell());
    }
    this.video.addEventListener("play", () => this.showPlaying(true));
    this.video.addEventListener("pause", () => this.showPlaying(false));
    this.video.addEventListener("volumechange", () => this.showVolume());
  }

  showPlaying(isPlaying) {
    const button = this.part("play");
    show(button, isPlaying ? "playing" : "paused");
    button.title = isPlaying ? button.dataset.pause : button.dataset.play;
    if (isPlaying) {
      this.follow();
    }
  }

  showVolume() {
    const isMuted = this.video.muted;
    this.part("mute").setAttribute("aria-pressed", String(isMuted));
    show(this.part("mute"), isMuted ? "muted" : "loud");
    this.part("volume").value = isMuted ? 0 : this.video.volume;
  }

  follow() {
    this.tell();
    if (!this.video.paused && !this.video.ended) {
      requestAnimationFrame(() => this.follow());
    }
  }

  tell() {
    const { atMs } = this;
    const seek = this.part("seek");
    seek.value = atMs;
    seek.setAttribute("aria-valuetext", `${clock(atMs)} / ${clock(this.durationMs)}`);
    this.part("time").textContent = clock(atMs);
    for (const listener of this.listeners) {
      listener(atMs);
    }
  }
}

function show(button, when) {
  for (const part of button.querySelectorAll("[data-when]")) {
    part.hidden = part.dataset.when !== when;
  }
}
