// A form that sends one file: drag and drop, a progress bar, and errors beside the field. Without this script, and where
// no file is chosen, the form is sent as it is.
import { isTooLarge, send, takeDrops } from "./files.js";

const form = document.getElementById("upload");
const input = document.getElementById("id_file");
const bar = document.getElementById("upload-bar");
const stop = document.getElementById("upload-stop");

if (form) {
  document.getElementById("drop-hint").hidden = false;
  takeDrops(document.getElementById("drop"), choose);
  input.addEventListener("change", examine);
  form.addEventListener("submit", (event) => {
    if (input.files.length > 0) {
      event.preventDefault();
      if (examine()) {
        upload();
      }
    }
  });
}

function choose(files) {
  if (files.length > 1) {
    complain([form.dataset.many]);
  } else {
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

// Tells whether the chosen file may be sent; it gives its name to what has no title yet.
function examine() {
  const [file] = input.files;
  const isFit = !file || !isTooLarge(form, file);
  complain(isFit ? [] : [form.dataset.tooLarge]);
  const { title } = form.elements;
  if (file && isFit && title && !title.value) {
    title.value = file.name.replace(/\.[^.]*$/, "");
  }
  return isFit;
}

async function upload() {
  const stopping = new AbortController();
  stop.onclick = () => stopping.abort();
  setBusy(true);
  const { said, errors } = await send(form, new FormData(form), report, stopping.signal);
  if (said) {
    window.location.assign(said.location);
  } else {
    setBusy(false);
    complain(errors);
  }
}

function report(share) {
  const percent = Math.round(share * 100);
  bar.value = percent;
  const words = share < 1 ? `${form.dataset.sending}: ${percent} %` : form.dataset.checking;
  document.getElementById("upload-words").textContent = words;
}

function complain(texts) {
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
  document.getElementById("upload-send").disabled = isBusy;
  stop.hidden = !isBusy;
  bar.value = 0;
}
