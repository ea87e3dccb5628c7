// The editor of rules: colours behind the text, completion, errors that lead to their place, and a panel of what can be
// asked. Without this script the text field is a text field, and the same errors come back after saving.
import { Completion, insert } from "./rule-completion.js";
import { tokens } from "./rule-tokens.js";

const area = document.getElementById("id_text");
const field = document.getElementById("code-field");
const under = document.getElementById("code-under");
const problems = document.getElementById("rule-problems");
const list = document.getElementById("completions");
const names = JSON.parse(document.getElementById("rule-names").textContent);
for (const kind of Object.keys(names)) {
  names[kind] = new Set(names[kind]);
}
const opened = new Map();
let isLeaving = false;

for (const hidden of document.querySelectorAll("[data-script]")) {
  hidden.hidden = false;
}
field.setAttribute("data-lit", "");
new Completion(area, list, document.getElementById("completions-news"));
draw([]);
mark();

area.addEventListener("input", () => draw([]));
area.addEventListener("scroll", () => {
  under.parentElement.scrollTop = area.scrollTop;
});
area.addEventListener("completion:open", place);
window.addEventListener("resize", place);
window.addEventListener("pageshow", () => draw([]));

function draw(wrong) {
  const parts = [];
  let at = 0;
  for (const token of tokens(area.value, names)) {
    const span = document.createElement("span");
    span.className = "tok";
    span.dataset.kind = token.kind;
    span.textContent = area.value.slice(token.start, token.end);
    span.toggleAttribute("data-wrong", wrong.some(([from, to]) => token.start < to && token.end > from));
    parts.push(area.value.slice(at, token.start), span);
    at = token.end;
  }
  // A line that is still empty has no height of its own.
  under.replaceChildren(...parts, `${area.value.slice(at)}\u200b`);
}

// Below the word at the cursor: the same text up to there, measured in the colours behind.
function place() {
  if (list.hidden) {
    return;
  }
  const range = document.createRange();
  const [node, offset] = nodeAt(area.selectionStart);
  range.setStart(node, offset);
  range.collapse(true);
  const box = range.getBoundingClientRect();
  const outer = field.getBoundingClientRect();
  const left = Math.min(box.left - outer.left, outer.width - list.offsetWidth);
  list.style.insetInlineStart = `${Math.max(0, left)}px`;
  list.style.insetBlockStart = `${box.bottom - outer.top + 4}px`;
}

function nodeAt(position) {
  let left = position;
  const walker = document.createTreeWalker(under, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (left <= walker.currentNode.length) {
      return [walker.currentNode, left];
    }
    left -= walker.currentNode.length;
  }
  return [under, 0];
}

// Places come by line and column in code points, from 1.
function spanOf(link) {
  const { line, column, length } = link.dataset;
  const lines = area.value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const points = [...(lines[line - 1] ?? "")];
  const start = before + points.slice(0, column - 1).join("").length;
  return [start, start + points.slice(column - 1, Number(column) - 1 + Number(length)).join("").length];
}

function mark() {
  const links = [...problems.querySelectorAll(".problem-go")];
  draw(links.map(spanOf).map(([from, to]) => [from, Math.max(to, from + 1)]));
  area.toggleAttribute("aria-invalid", links.length > 0);
  if (links.length > 0) {
    area.setAttribute("aria-invalid", "true");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".problem-go");
  const button = event.target.closest("[data-insert]");
  if (link) {
    event.preventDefault();
    area.focus();
    area.setSelectionRange(...spanOf(link));
    area.scrollIntoView({ block: "nearest" });
  } else if (button) {
    insert(area, button.dataset.insert, area.selectionStart, area.selectionEnd);
  }
});

// What htmx brings is about the text as it was asked, which may have gone on since.
document.body.addEventListener("htmx:oobAfterSwap", mark);
document.body.addEventListener("htmx:afterSettle", () => {
  for (const why of document.querySelectorAll("[data-keep]")) {
    why.open = opened.get(why.dataset.keep) ?? why.open;
  }
});
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches?.("[data-keep]")) {
      opened.set(event.target.dataset.keep, event.target.open);
    }
  },
  true,
);

const search = document.getElementById("fact-search");
const wasOpen = new Map();
search.addEventListener("input", () => {
  const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of document.querySelectorAll(".reference-group")) {
    let here = 0;
    for (const row of group.querySelectorAll(".reference-row")) {
      const text = `${row.dataset.name} ${row.textContent}`.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      here += row.hidden ? 0 : 1;
    }
    group.hidden = words.length > 0 && here === 0;
    if (words.length > 0) {
      if (!wasOpen.has(group)) {
        wasOpen.set(group, group.open);
      }
      group.open = true;
    } else if (wasOpen.has(group)) {
      group.open = wasOpen.get(group);
      wasOpen.delete(group);
    }
    found += here;
  }
  document.getElementById("fact-none").hidden = words.length === 0 || found > 0;
});

// Enter in a search searches; it does not save the rule.
for (const input of document.querySelectorAll("#find, #fact-search")) {
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
    }
  });
}

// Asking all listings opens a tab of its own: the rule stays here, unsaved.
area.form.addEventListener("submit", (event) => {
  isLeaving = event.submitter?.formTarget !== "_blank";
});
window.addEventListener("pageshow", () => {
  isLeaving = false;
});
window.addEventListener("beforeunload", (event) => {
  const isTyped = (control) => control.matches("textarea, input[type=text]") && control.value !== control.defaultValue;
  if (!isLeaving && [...area.form.elements].some(isTyped)) {
    event.preventDefault();
  }
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key === "s") {
    event.preventDefault();
    area.form.requestSubmit(document.getElementById("save"));
  }
});
