// The products index: ranges of ticked rows, and a bar that appears with the first of them.
import { Keys } from "./keys.js";

const boxes = () => [...document.querySelectorAll("#products tbody .pick input")];
let last = null;

function show() {
  const form = document.getElementById("selection");
  if (!form) {
    return;
  }
  const words = document.getElementById("selection-words");
  const all = document.getElementById("selection-all");
  const count = boxes().filter((box) => box.checked).length;
  form.hidden = count === 0 && !all.checked;
  document.getElementById("selection-clear").hidden = form.hidden;
  const text = count === 1 ? words.dataset.one : words.dataset.many.replace("{count}", count);
  words.textContent = all.checked ? words.dataset.all : text;
}

// From the box that was ticked last to this one, all become as this one is.
function range(box) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) {
    for (const each of all.slice(from, to + 1)) {
      each.checked = box.checked;
    }
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function clear() {
  document.getElementById("selection-all").checked = false;
  for (const box of boxes()) {
    box.checked = false;
  }
  const [first] = boxes();
  first.dispatchEvent(new Event("change", { bubbles: true }));
  document.getElementById("pick-page").focus();
}

function extend() {
  const box = document.activeElement?.closest("#products tbody tr")?.querySelector(".pick input");
  if (box) {
    box.checked = true;
    range(box);
    last = box;
    show();
  }
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("#products tbody .pick input");
  if (box) {
    if (event.shiftKey && last?.isConnected) {
      range(box);
    }
    last = box;
  } else if (event.target.closest("#selection-clear")) {
    clear();
  }
});

document.addEventListener("change", (event) => {
  if (event.target.closest("#products, #selection")) {
    show();
  }
});
document.body.addEventListener("htmx:afterSwap", show);
window.addEventListener("pageshow", show);

new Keys(document.getElementById("help"), {
  X: extend,
  b: () => document.querySelector("#selection:not([hidden]) .button")?.focus(),
});
