// Says when a request failed; what failed stays on the screen until it is dismissed.
const toasts = document.getElementById("toasts");

export function complain(words) {
  const message = document.createElement("p");
  message.className = "message";
  message.dataset.tone = "bad";
  const text = document.createElement("span");
  text.textContent = words;
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "button";
  dismiss.textContent = toasts.dataset.dismiss;
  dismiss.addEventListener("click", () => message.remove());
  message.append(text, dismiss);
  toasts.replaceChildren(message);
}

function wordsFor(status) {
  if (status === 503) {
    return toasts.dataset.away;
  }
  return status < 500 ? toasts.dataset.refused : toasts.dataset.failed;
}

document.body.addEventListener("htmx:responseError", (event) => {
  complain(wordsFor(event.detail.xhr.status));
});
document.body.addEventListener("htmx:sendError", () => complain(toasts.dataset.offline));
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) {
    toasts.replaceChildren();
  }
});
