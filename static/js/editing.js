// The form of a listing: a bar that says what has changed, a question before one leaves it unsaved, rows for more
// markets, and errors that mark their field. Without this script the form is filled in and saved as it is.
const form = document.querySelector("form[data-editing]");
const bar = document.getElementById("savebar");
const words = document.getElementById("savebar-words");
const add = document.getElementById("offer-add");
let isLeaving = false;

if (form) {
  form.addEventListener("input", report);
  form.addEventListener("change", report);
  form.addEventListener("submit", () => {
    isLeaving = true;
  });
  form.addEventListener("htmx:afterSwap", markFaulty);
  document.getElementById("savebar-discard")?.addEventListener("click", () => {
    isLeaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && changed().length > 0) {
      event.preventDefault();
    }
  });
  // Back brings the page as it was left, also after saving.
  window.addEventListener("pageshow", () => {
    isLeaving = false;
    report();
  });
  document.addEventListener("keydown", saveByKey);
  offerRows();
  report();
}

function changed() {
  const names = [...form.elements].filter(isChanged).map(nameOf);
  return [...new Set(names)].filter(Boolean);
}

function isChanged(control) {
  if (!control.name || control.type === "hidden" || !form.contains(control)) {
    return false;
  }
  if (control.type === "checkbox") {
    return control.checked !== control.defaultChecked;
  }
  if (control.type === "radio") {
    return false;
  }
  return normal(control.value) !== normal(before(control));
}

// What the shop has: on a page that came back with errors the field's own default is what was typed.
function before(control) {
  const was = control.closest("[data-was]");
  if (was) {
    return was.dataset.was;
  }
  const chosen = control.options && [...control.options].find((option) => option.defaultSelected);
  return control.options ? (chosen ?? control.options[0]).value : control.defaultValue;
}

function normal(text) {
  return text.replaceAll("\r\n", "\n").trim();
}

function nameOf(control) {
  const label = control.closest("[data-label]")?.dataset.label;
  const market = control.closest("[data-market]")?.dataset.market;
  return label && market ? `${label} (${market})` : label ?? market;
}

function report() {
  if (!bar) {
    return;
  }
  const names = changed();
  const text = names.length > 0 ? `${bar.dataset.changed} ${names.join(", ")}` : "";
  bar.toggleAttribute("data-quiet", names.length === 0);
  document.getElementById("savebar-discard").hidden = names.length === 0;
  if (words.textContent !== text) {
    words.textContent = text;
  }
}

function markFaulty(event) {
  const errors = event.detail.elt;
  if (errors?.classList.contains("errors")) {
    const faulty = (errors.dataset.faulty ?? "").split(" ");
    for (const control of form.querySelectorAll(`[aria-describedby~="${errors.id}"]`)) {
      control.toggleAttribute("aria-invalid", faulty.includes(control.id));
      if (faulty.includes(control.id)) {
        control.setAttribute("aria-invalid", "true");
      }
    }
  }
}

function saveByKey(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key === "s") {
    event.preventDefault();
    form.requestSubmit();
  }
}

function offerRows() {
  const rows = document.getElementById("offers");
  const spare = rows.querySelector("[data-new]");
  if (rows.children.length > 1 && isBlank(spare)) {
    spare.hidden = true;
  }
  add.hidden = false;
  add.addEventListener("click", () => {
    const row = rows.querySelector("[data-new][hidden]") ?? rows.appendChild(newRow());
    row.hidden = false;
    row.querySelector("input[type=text]").focus();
  });
}

function isBlank(row) {
  return row !== null && [...row.querySelectorAll("input[type=text]")].every((input) => !input.value);
}

function newRow() {
  const total = form.elements["offers-TOTAL_FORMS"];
  const shape = document.getElementById("offer-shape");
  const holder = document.createElement("div");
  holder.innerHTML = shape.innerHTML.replaceAll("__prefix__", total.value);
  total.value = Number(total.value) + 1;
  const row = holder.firstElementChild;
  window.htmx.process(row);
  return row;
}

// A part of the page that could not be loaded says so where it would be.
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.body.addEventListener(name, (event) => {
    event.detail.elt.closest("[data-lazy]")?.setAttribute("data-failed", "");
  });
}
