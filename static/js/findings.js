// The queue of findings, notices of brand owners and the blind sample, by keyboard. The buttons are looked up at each
// press: htmx brings new ones with each listing.
import { Keys } from "./keys.js";

const help = document.getElementById("help");
const press = (id) => () => document.getElementById(id)?.click();

document.getElementById("keys").addEventListener("click", () => help.showModal());

// A listing that was decided takes the focused button with it: the focus goes to the title of the next one.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id === "queue" && !event.detail.elt.querySelector("[aria-invalid=true]")) {
    (document.getElementById("focus-title") ?? document.getElementById("empty-title"))?.focus({ preventScroll: true });
  }
});

new Keys(help, {
  d: press("do-take-down"),
  c: press("do-clear"),
  n: press("do-next"),
  u: press("undo"),
  e: () => document.querySelector("#down_explanation, #down_reason")?.focus(),
  "?": () => help.showModal(),
});
