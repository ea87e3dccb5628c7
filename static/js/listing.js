// The products index: single keys move through the rows, and one box selects a whole page.
import { Keys } from "./keys.js";

const help = document.getElementById("help");
const rows = () => [...document.querySelectorAll("#products tbody tr")];
const current = () => document.activeElement?.closest("#products tbody tr");

function move(step) {
  const all = rows();
  const at = all.indexOf(current());
  const row = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  (row?.querySelector(".thing a") ?? row)?.focus();
}

function select() {
  current()?.querySelector(".pick input").click();
}

function showPage() {
  const boxes = [...document.querySelectorAll("#products tbody .pick input")];
  const page = document.getElementById("pick-page");
  if (page) {
    const count = boxes.filter((box) => box.checked).length;
    page.checked = count > 0 && count === boxes.length;
    page.indeterminate = count > 0 && count < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.id === "pick-page") {
    const { checked } = event.target;
    for (const box of document.querySelectorAll("#products tbody .pick input")) {
      if (box.checked !== checked) {
        box.click();
      }
    }
  }
  if (event.target.closest("#products")) {
    showPage();
  }
});

// One menu is open at a time; Escape closes it and gives the focus back.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.getElementById("keys").addEventListener("click", () => help.showModal());
document.getElementById("filter-go").hidden = true;

new Keys(help, {
  "/": () => document.getElementById("q").focus(),
  j: () => move(1),
  k: () => move(-1),
  x: select,
  "?": () => help.showModal(),
});
