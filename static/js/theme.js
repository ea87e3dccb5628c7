// Switches the colours without leaving the page; without this script the form does it with a reload.
for (const form of document.querySelectorAll("form.theme")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = event.submitter.value;
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form, event.submitter),
      redirect: "manual",
    });
    if (answer.type !== "opaqueredirect") {
      form.submit();
      return;
    }
    if (chosen === "system") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = chosen;
    }
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  });
}
