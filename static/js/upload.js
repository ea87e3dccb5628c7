// Drag and drop, a progress bar, and errors beside the field; without this script the form is sent as it is.
const form = document.getElementById("upload");
const input = document.getElementById("id_file");
const title = document.getElementById("id_title");
const drop = document.getElementById("drop");
const progress = document.getElementById("upload-progress");
const bar = document.getElementById("upload-bar");
const words = document.getElementById("upload-words");
const send = document.getElementById("upload-send");
const stop = document.getElementById("upload-stop");
const errors = document.getElementById("file-error");
const toasts = document.getElementById("toasts");

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
    complain([form.dataset.many]);
  } else if (event.dataTransfer.files.length === 1) {
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

input.addEventListener("change", () => {
  complain([]);
  const [file] = input.files;
  if (file && file.size > Number(form.dataset.maxBytes)) {
    complain([form.dataset.tooLarge]);
  } else if (file && !title.value) {
    title.value = file.name.replace(/\.[^.]*$/, "");
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = input.files;
  if (file.size > Number(form.dataset.maxBytes)) {
    complain([form.dataset.tooLarge]);
    return;
  }
  complain([]);
  upload(new FormData(form));
});

function upload(content) {
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => report(event.loaded / event.total));
  request.upload.addEventListener("load", () => report(1));
  request.addEventListener("load", () => finish(request));
  request.addEventListener("error", () => fail([form.dataset.lost]));
  request.addEventListener("abort", () => fail([]));
  stop.onclick = () => request.abort();
  setBusy(true);
  request.send(content);
}

function report(share) {
  const percent = Math.round(share * 100);
  bar.value = percent;
  words.textContent = share < 1 ? `${form.dataset.sending}: ${percent} %` : form.dataset.checking;
}

function finish(request) {
  const answer = request.response;
  if (request.status === 201) {
    window.location.assign(answer.location);
  } else if (answer?.errors) {
    fail(Object.values(answer.errors).flat());
  } else {
    fail([request.status < 500 ? toasts.dataset.refused : toasts.dataset.failed]);
  }
}

function fail(texts) {
  setBusy(false);
  complain(texts);
}

function complain(texts) {
  const shape = document.getElementById("error-shape");
  errors.replaceChildren(
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
  progress.hidden = !isBusy;
  stop.hidden = !isBusy;
  send.disabled = isBusy;
  bar.value = 0;
}
