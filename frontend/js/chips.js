// Picking several rows of a long ledger by typing (data-pick=ADDRESS of its choices). Chosen rows are ticked boxes, so the
// form says the same with and without this script; a name that is only typed is looked up by the server.
const WAIT = 160;
let count = 0;

function chip(name, choice) {
  const label = document.createElement("label");
  label.className = "chip";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name, value: choice.value, checked: true });
  label.append(box, choice.label);
  return label;
}

class Pick {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=text]");
    this.chosen = root.querySelector(".pick-chosen");
    this.list = Object.assign(document.createElement("ul"), { className: "pick-list", hidden: true, id: `pick-${++count}` });
    this.list.setAttribute("role", "listbox");
    root.append(this.list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) {
      this.input.setAttribute(name, value);
    }
    this.asked = 0;
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("focus", () => this.later());
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.take(option);
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  /** The name that is being typed: what stands after the last separator. */
  get word() {
    return this.input.value.split(/[;；]/).pop().trim();
  }

  async ask() {
    const mine = ++this.asked;
    const address = new URL(this.root.dataset.pick, window.location.href);
    address.searchParams.set("q", this.word);
    let choices = [];
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (answer.ok) choices = (await answer.json()).choices;
    } catch {
      // Without a connection the name stays as it was typed.
    }
    if (mine === this.asked && document.activeElement === this.input) this.show(choices);
  }

  show(choices) {
    const taken = new Set([...this.chosen.querySelectorAll("input:checked")].map((box) => box.value));
    const options = choices.filter((choice) => !taken.has(String(choice.value))).map((choice) => this.option(choice.label, choice.value, choice.note));
    const isNamed = choices.some((choice) => choice.label === this.word);
    if (this.root.dataset.pickNew && this.word && !isNamed) {
      options.push(this.option(this.root.dataset.pickNew.replace("{}", () => this.word), ""));
    }
    this.list.replaceChildren(...options);
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark(-1);
  }

  option(label, value, note = "") {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = `${this.list.id}-${value || "new"}`;
    item.dataset.value = value;
    item.dataset.label = label;
    item.textContent = label;
    if (note) item.append(Object.assign(document.createElement("small"), { textContent: note }));
    return item;
  }

  close() {
    this.asked += 1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  mark(index) {
    this.at = index;
    [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    const item = this.list.children[index];
    item?.scrollIntoView({ block: "nearest" });
    if (item) this.input.setAttribute("aria-activedescendant", item.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (this.list.hidden) return;
    const last = this.list.children.length - 1;
    if (event.key === "ArrowDown") this.mark(this.at >= last ? 0 : this.at + 1);
    else if (event.key === "ArrowUp") this.mark(this.at <= 0 ? last : this.at - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.at >= 0) this.take(this.list.children[this.at]);
    else return;
    event.preventDefault();
  }

  take(option) {
    const form = this.input.form;
    if (option.dataset.value) {
      if ("pickOne" in this.root.dataset) this.chosen.replaceChildren();
      this.chosen.append(chip(this.root.dataset.pickName, { value: option.dataset.value, label: option.dataset.label }));
      this.input.value = this.input.value.split(/[;；]/).slice(0, -1).join("；");
    }
    const box = form?.elements.namedItem(`new_${this.root.dataset.pickName}`);
    if (box) box.checked = !option.dataset.value;
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

export function startChips() {
  document.querySelectorAll("[data-pick]").forEach((root) => new Pick(root));
}
