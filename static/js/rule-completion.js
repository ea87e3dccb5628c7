// What can stand at the cursor, offered below it: arrows choose, Enter takes, Escape closes. The focus stays in the text.
const WAIT_MS = 90;

export class Completion {
  constructor(area, list, news) {
    this.area = area;
    this.list = list;
    this.news = news;
    this.active = -1;
    this.timer = 0;
    this.request = null;
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);
    area.addEventListener("keydown", (event) => this.press(event));
    area.addEventListener("input", (event) => this.typed(event));
    area.addEventListener("blur", () => this.close());
    area.addEventListener("click", () => this.close());
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) {
        this.take(option);
      }
    });
  }

  get options() {
    return [...this.list.children];
  }

  typed(event) {
    const before = this.area.value.slice(0, this.area.selectionStart);
    if (event.inputType?.startsWith("delete") && this.list.hidden) {
      return;
    }
    if (/[A-Za-z_."']$/.test(before)) {
      this.ask();
    } else {
      this.close();
    }
  }

  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), WAIT_MS);
  }

  async load() {
    this.request?.abort();
    this.request = new AbortController();
    const { selectionStart: cursor, value } = this.area;
    const body = new FormData();
    body.set("text", value);
    body.set("cursor", [...value.slice(0, cursor)].length);
    body.set("csrfmiddlewaretoken", this.area.form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(this.area.dataset.completions, { method: "POST", body, signal: this.request.signal });
      const html = answer.ok ? await answer.text() : "";
      if (this.area.value === value && this.area.selectionStart === cursor && document.activeElement === this.area) {
        this.show(html);
      }
    } catch (error) {
      if (error.name !== "AbortError") {
        this.close();
      }
    }
  }

  show(html) {
    this.list.innerHTML = html;
    const options = this.options;
    const typed = this.area.value.slice(this.from(options[0]), this.area.selectionStart);
    if (options.length === 0 || (options.length === 1 && options[0].dataset.text === typed)) {
      this.close();
      return;
    }
    this.list.hidden = false;
    this.news.textContent = this.area.dataset.found.replace("{count}", options.length);
    this.choose(-1);
    this.area.dispatchEvent(new CustomEvent("completion:open"));
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.list.replaceChildren();
    this.news.textContent = "";
    this.active = -1;
    this.area.removeAttribute("aria-activedescendant");
  }

  choose(at) {
    const options = this.options;
    this.active = at;
    for (const [number, option] of options.entries()) {
      option.setAttribute("aria-selected", number === at);
    }
    if (at < 0) {
      this.area.removeAttribute("aria-activedescendant");
    } else {
      this.area.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    }
  }

  press(event) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      this.ask();
    }
    if (this.list.hidden) {
      return;
    }
    const count = this.options.length;
    const moves = { ArrowDown: (this.active + 1) % count, ArrowUp: (this.active - 1 + count) % count };
    if (event.key in moves && !(event.key === "ArrowUp" && this.active < 0)) {
      event.preventDefault();
      this.choose(moves[event.key]);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.take(this.options[this.active]);
    } else if (["Escape", "Tab", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "Home", "End"].includes(event.key)) {
      if (event.key === "Escape") {
        event.preventDefault();
      }
      this.close();
    }
  }

  // Where what an option stands for begins, in UTF-16 units; the server counts code points.
  from(option) {
    const points = [...this.area.value].slice(0, Number(option?.dataset.start ?? 0));
    return points.join("").length;
  }

  take(option) {
    const start = this.from(option);
    const { text } = option.dataset;
    this.close();
    insert(this.area, text, start, this.area.selectionStart);
  }
}

// Puts a text in place of what stands from `start` to `end`, so that Ctrl+Z takes it back where the browser can.
export function insert(area, text, start, end) {
  area.focus();
  area.setSelectionRange(start, end);
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, start, end, "end");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
}
