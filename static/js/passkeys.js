// Passkeys: asks the device to make one, or to use one, and sends its answer with the form around the button.

const supported = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);

// Shows the error of that kind, or the general one; without a kind, none.
function complain(form, kind) {
  const errors = [...form.querySelectorAll("[data-error]")];
  const fitting = kind && (errors.find((error) => error.dataset.error === kind) ?? errors.at(-1));
  for (const error of errors) {
    error.hidden = error !== fitting;
  }
}

async function options(form) {
  if (form.dataset.options) {
    return JSON.parse(document.getElementById(form.dataset.options).textContent);
  }
  const answer = await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw new Error(`The site answered ${answer.status}.`);
  }
  return answer.json();
}

// A key that is to open the login alone is kept on the device under the user's name, and asks who holds it.
function forLoginAlone(alone) {
  return alone
    ? { residentKey: "required", requireResidentKey: true, userVerification: "required" }
    : { residentKey: "discouraged", requireResidentKey: false, userVerification: "preferred" };
}

async function make(form) {
  const { publicKey } = (await options(form)).creation_options;
  const authenticatorSelection = { ...publicKey.authenticatorSelection, ...forLoginAlone(form.elements.passwordless.checked) };
  return navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON({ ...publicKey, authenticatorSelection }),
  });
}

async function use(form) {
  const { publicKey } = (await options(form)).request_options;
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
}

async function ask(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  complain(form, "");
  try {
    const credential = await (form.dataset.passkey === "make" ? make : use)(form);
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    complain(form, error.name);
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (supported) {
      ask(form);
    } else {
      complain(form, "unsupported");
    }
  });
}
