// Single keys, which can be switched off (WCAG 2.1.4); the choice stays in this browser.
const STORE = "shopadmin-single-keys";

export class Keys {
  constructor(help, actions) {
    this.help = help;
    this.actions = actions;
    this.switch = document.getElementById("keys-on");
    this.switch.checked = localStorage.getItem(STORE) !== "off";
    this.switch.addEventListener("change", () => {
      localStorage.setItem(STORE, this.switch.checked ? "on" : "off");
    });
    document.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    if (!this.switch.checked || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) {
      return;
    }
    const action = this.actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }
}

// Keys belong to the field, button or dialog that has the focus before they belong to the page.
function isBusy(event) {
  if (document.querySelector("dialog[open]")) {
    return true;
  }
  const element = event.target;
  if (element.matches("input:not([type=range], [type=checkbox]), select, textarea, [contenteditable]")) {
    return true;
  }
  const isPress = event.key === " " || event.key === "Enter";
  if (isPress) {
    return element.matches("a, button, summary, input");
  }
  return event.key.startsWith("Arrow") && element.matches("input[type=range]");
}
