// Forms for the street (form[data-draft=KEY]): what was typed survives a lost connection, a closed tab, an empty battery.
// The draft stays on the device until the server shows a page that carries data-draft-sent=KEY. Files are not kept.
const PREFIX = "zoneworks-draft:";

function store(key, text) {
  try {
    if (text === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, text);
  } catch {
    // A browser that keeps nothing has no drafts.
  }
}

function read(key) {
  try {
    return new URLSearchParams(localStorage.getItem(PREFIX + key) ?? "");
  } catch {
    return new URLSearchParams();
  }
}

function isKept(field) {
  return field.name && !["file", "password", "submit", "button"].includes(field.type) && field.name !== "csrfmiddlewaretoken";
}

function save(form) {
  const kept = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string" && value && name !== "csrfmiddlewaretoken") kept.append(name, value);
  });
  store(form.dataset.draft, kept.toString());
}

function restore(form) {
  const kept = read(form.dataset.draft);
  if ([...kept.keys()].length === 0 || form.querySelector(".has-error")) return;
  for (const field of form.elements) {
    if (!isKept(field) || field.type === "hidden") continue;
    const values = kept.getAll(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (field.multiple && field.options) [...field.options].forEach((option) => (option.selected = values.includes(option.value)));
    else if (values.length) field.value = values[0];
  }
  form.querySelector("[data-draft-restored]")?.removeAttribute("hidden");
}

function showConnection() {
  document.querySelectorAll("[data-offline]").forEach((note) => (note.hidden = navigator.onLine));
}

export function startDrafts() {
  document.querySelectorAll("[data-draft-sent]").forEach((mark) => store(mark.dataset.draftSent, null));
  document.querySelectorAll("form[data-draft]").forEach((form) => {
    restore(form);
    form.addEventListener("input", () => save(form));
    form.addEventListener("change", () => save(form));
    form.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
      store(form.dataset.draft, null);
      form.reset();
    });
    form.addEventListener("submit", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      showConnection();
    });
  });
  window.addEventListener("online", showConnection);
  window.addEventListener("offline", showConnection);
  showConnection();
}
