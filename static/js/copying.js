// Buttons that copy what stands beside them. What is shown only once is gone when the page is loaded again.
for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      button.querySelector("span").textContent = button.dataset.copied;
    } catch {
      // Not allowed here: select it, so that one copies it oneself.
      getSelection().selectAllChildren(source);
      source.focus();
    }
  });
}

const shownOnce = document.querySelector("[data-shown-once]");
if (shownOnce) {
  history.replaceState(null, "", shownOnce.dataset.shownOnce);
}
