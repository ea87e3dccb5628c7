// A file to import: drag and drop, a progress bar, and errors beside the field. Without this script, and for addresses
// and pasted tables, the form is sent as it is.
const form = document.getElementById("import");
const toasts = document.getElementById("toasts");

if (form) {
  const input = document.getElementById("id_file");
  const drop = document.getElementById("drop");
  document.getElementById("drop-hint").hidden = false;
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.dataset.over = "";
    });
  }
  drop.addEventListener("dragleave", (event) => {
    if (!drop.contains(event.relatedTarget)) {
      delete drop.dataset.over;
    }
  });
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    delete drop.dataset.over;
    if (event.dataTransfer.files.length > 1) {
      complain(input, [form.dataset.many]);
    } else if (event.dataTransfer.files.length === 1) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  input.addEventListener("change", () => complain(input, isTooLarge(input) ? [form.dataset.tooLarge] : []));
  form.addEventListener("submit", (event) => {
    if (input.files.length === 0) {
      return;
    }
    event.preventDefault();
    if (isTooLarge(input)) {
      complain(input, [form.dataset.tooLarge]);
    } else {
      complain(input, []);
      upload(input);
    }
  });
}

function isTooLarge(input) {
  return input.files.length > 0 && input.files[0].size > Number(form.dataset.maxBytes);
}

function upload(input) {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => report(event.loaded / event.total));
  request.upload.addEventListener("load", () => report(1));
  request.addEventListener("load", () => finish(input, request));
  request.addEventListener("error", () => fail(input, [form.dataset.lost]));
  request.addEventListener("abort", () => fail(input, []));
  document.getElementById("upload-stop").onclick = () => request.abort();
  setBusy(true);
  request.send(new FormData(form));
}

function report(share) {
  const percent = Math.round(share * 100);
  document.getElementById("upload-bar").value = percent;
  const words = share < 1 ? `${form.dataset.sending}: ${percent} %` : form.dataset.checking;
  document.getElementById("upload-words").textContent = words;
}

function finish(input, request) {
  const answer = request.response;
  if (request.status === 201) {
    window.location.assign(answer.location);
  } else if (answer?.errors) {
    fail(input, Object.values(answer.errors).flat());
  } else {
    fail(input, [request.status < 500 ? toasts.dataset.refused : toasts.dataset.failed]);
  }
}

function fail(input, texts) {
  setBusy(false);
  complain(input, texts);
}

function complain(input, texts) {
  const shape = document.getElementById("error-shape");
  document.getElementById("file-error").replaceChildren(
    ...texts.map((text) => {
      const message = shape.content.cloneNode(true);
      message.querySelector("span").textContent = text;
      return message;
    }),
  );
  input.setAttribute("aria-invalid", String(texts.length > 0));
  if (texts.length > 0) {
    input.focus();
  }
}

function setBusy(isBusy) {
  document.getElementById("upload-progress").hidden = !isBusy;
  document.getElementById("upload-stop").hidden = !isBusy;
  document.getElementById("upload-send").disabled = isBusy;
  document.getElementById("upload-bar").value = 0;
}
