// Draws the objects that are in the picture at a moment, over the video.
import { boxAt } from "./interpolation.js";

const SVG = "http://www.w3.org/2000/svg";
const TEXT_PX = 12;

export class Boxes {
  // `lanes` says by number what each object is called and in which state it is; `choose` is told of a click on a box.
  constructor(canvas, lanes, choose) {
    this.canvas = canvas;
    this.lanes = lanes;
    this.choose = choose;
    this.tracks = [];
    this.drawn = new Map();
  }

  async load(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      throw new Error(`The boxes cannot be read: ${answer.status}`);
    }
    const content = await answer.json();
    this.tracks = content.tracks;
    this.width = content.width;
    this.height = content.height;
  }

  draw(atMs) {
    const seen = new Set();
    for (const track of this.tracks) {
      const box = firstBox(track.appearances, atMs);
      if (box) {
        seen.add(track.number);
        this.place(track.number, box);
      }
    }
    for (const [number, group] of this.drawn) {
      if (!seen.has(number)) {
        group.remove();
        this.drawn.delete(number);
      }
    }
  }

  place(number, [x, y, width, height]) {
    const group = this.drawn.get(number) ?? this.add(number);
    const [rect, text] = group.children;
    set(rect, { x: x * this.width, y: y * this.height, width: width * this.width, height: height * this.height });
    const size = (TEXT_PX * this.height) / Math.max(1, this.canvas.clientHeight);
    const above = y * this.height - size * 0.5;
    set(text, {
      x: x * this.width + size * 0.2,
      y: above > size ? above : y * this.height + size * 1.3,
      "font-size": size,
      "stroke-width": size * 0.25,
    });
  }

  add(number) {
    const group = document.createElementNS(SVG, "g");
    const lane = this.lanes.get(number);
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("rx", this.height * 0.008);
    const text = document.createElementNS(SVG, "text");
    group.dataset.track = number;
    if (lane) {
      group.dataset.state = lane.dataset.state;
      text.textContent = lane.dataset.name;
    }
    group.addEventListener("click", () => this.choose(number));
    group.append(rect, text);
    this.canvas.append(group);
    this.drawn.set(number, group);
    return group;
  }
}

function firstBox(appearances, atMs) {
  for (const appearance of appearances) {
    const box = boxAt(appearance, atMs);
    if (box) {
      return box;
    }
  }
  return null;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
}
