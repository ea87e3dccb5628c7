// Photos of a product: dropped or chosen files go up one by one, each with its progress and what came of it; photos are
// put in order by dragging. Without this script files are sent by the form, and order is changed by buttons.
import { isTooLarge, send, takeDrops } from "./files.js";

const section = document.getElementById("photos");
const form = document.getElementById("photo-upload");
let waiting = Promise.resolve();
let dragged = null;

if (form) {
  const input = form.querySelector("input[type=file]");
  document.getElementById("photo-send").hidden = true;
  document.getElementById("photo-hint").hidden = false;
  takeDrops(form.querySelector(".drop"), queue);
  input.addEventListener("change", () => {
    queue(input.files);
    input.value = "";
  });
  order();
}

// One after the other, so that photos stand in the order in which they were chosen.
function queue(files) {
  document.getElementById("uploads").replaceChildren();
  for (const file of files) {
    const row = newRow(file);
    waiting = waiting.then(() => add(file, row));
  }
  waiting = waiting.then(refresh);
}

function newRow(file) {
  const shape = document.getElementById("upload-shape").content.cloneNode(true);
  shape.querySelector(".upload-name").textContent = file.name;
  const list = document.getElementById("uploads");
  list.append(shape);
  return list.lastElementChild;
}

async function add(file, row) {
  if (isTooLarge(form, file)) {
    finish(row, "bad", [form.dataset.tooLarge]);
    return;
  }
  const content = new FormData();
  content.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  content.append("photos", file);
  row.querySelector("progress").hidden = false;
  const { said, errors } = await send(form, content, (share) => report(row, share));
  if (said) {
    finish(row, said.notes.length > 0 ? "warn" : "good", said.notes.length > 0 ? said.notes : [form.dataset.added]);
  } else {
    finish(row, "bad", errors);
  }
}

function report(row, share) {
  row.querySelector("progress").value = Math.round(share * 100);
  row.querySelector(".upload-words").textContent = share < 1 ? form.dataset.sending : form.dataset.checking;
}

function finish(row, tone, texts) {
  row.querySelector("progress").remove();
  row.dataset.tone = tone;
  row.querySelector(".upload-words").textContent = texts.join(" ");
}

function refresh() {
  return window.htmx.ajax("GET", form.action, { source: section, target: "#photo-list", swap: "outerHTML" });
}

// Dragging a photo onto another one puts it in that place.
function order() {
  section.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-photo]");
    if (dragged) {
      event.dataTransfer.effectAllowed = "move";
    }
  });
  section.addEventListener("dragover", (event) => {
    const place = placeOf(event);
    mark(place);
    if (place) {
      event.preventDefault();
    }
  });
  section.addEventListener("drop", (event) => {
    const place = placeOf(event);
    if (place) {
      event.preventDefault();
      const values = { to: place.dataset.position };
      window.htmx.ajax("POST", dragged.dataset.move, { source: section, target: "#photo-list", swap: "outerHTML", values });
    }
  });
  section.addEventListener("dragend", () => {
    mark(null);
    dragged = null;
  });
}

function placeOf(event) {
  const place = event.target.closest("[data-photo]");
  return dragged && place && place !== dragged ? place : null;
}

function mark(place) {
  for (const photo of section.querySelectorAll("[data-photo]")) {
    photo.toggleAttribute("data-over", photo === place);
  }
}
