// Files on their way to the server: dropped on a place, and sent with word of how far they are. A form says in its data
// how large a file may be (`max-bytes`) and what to tell when the connection breaks (`lost`).

// Gives files that are dropped on the zone to `take`; the zone is marked while they hang over it.
export function takeDrops(zone, take) {
  const hasFiles = (event) => event.dataTransfer.types.includes("Files");
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      if (hasFiles(event)) {
        event.preventDefault();
        zone.dataset.over = "";
      }
    });
  }
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) {
      delete zone.dataset.over;
    }
  });
  zone.addEventListener("drop", (event) => {
    if (hasFiles(event)) {
      event.preventDefault();
      delete zone.dataset.over;
      take(event.dataTransfer.files);
    }
  });
}

export function isTooLarge(form, file) {
  return file.size > Number(form.dataset.maxBytes);
}

// Sends what a form holds. `report` hears what share of it is up; `signal` can stop it. The promise is kept in any case:
// with what the server said and no error, or with the errors to show, of which an upload that was stopped has none.
export function send(form, content, report, signal) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => report(event.loaded / event.total));
    request.upload.addEventListener("load", () => report(1));
    request.addEventListener("load", () => done(outcome(request)));
    request.addEventListener("error", () => done({ said: null, errors: [form.dataset.lost] }));
    request.addEventListener("abort", () => done({ said: null, errors: [] }));
    signal?.addEventListener("abort", () => request.abort());
    request.send(content);
  });
}

function outcome({ status, response }) {
  if (status === 201) {
    return { said: response, errors: [] };
  }
  if (response?.errors) {
    return { said: null, errors: Object.values(response.errors).flat() };
  }
  const words = document.getElementById("toasts").dataset;
  return { said: null, errors: [status < 500 ? words.refused : words.failed] };
}
