// The side panel: what htmx puts into it opens it. The browser's own dialog keeps the focus inside, closes on Escape and
// gives the focus back to what opened it.
const panel = document.getElementById("panel");
const body = document.getElementById("panel-body");

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (body && event.detail.target === body && !panel.open) {
    panel.showModal();
    document.dispatchEvent(new CustomEvent("panel:open"));
  }
});

// A swap that took the focused button away moves the focus to the heading of what came instead.
document.body.addEventListener("htmx:afterSettle", (event) => {
  const isLost = document.activeElement === document.body || document.activeElement?.id === "panel-close";
  if (isLost) {
    event.detail.elt.parentElement?.querySelector("[id$='-title'][tabindex]")?.focus();
  }
});

if (panel) {
  document.getElementById("panel-close").addEventListener("click", () => panel.close());
  panel.addEventListener("click", (event) => {
    if (event.target === panel) {
      panel.close();
    }
  });
  panel.addEventListener("close", () => body.replaceChildren());
}
