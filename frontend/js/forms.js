// Forms: empty filters stay out of the address, a post is sent once, unsaved input is not lost by a slip.
const dirty = new WeakSet();

/** Drop empty fields; "formdata" is fired both for a plain submit and for what htmx gathers. */
function prune(event) {
  if (!event.target.matches("form[data-prune]")) return;
  const kept = [...event.formData.entries()].filter(([, value]) => value !== "");
  for (const name of new Set(event.formData.keys())) event.formData.delete(name);
  kept.forEach(([name, value]) => event.formData.append(name, value));
}

/** Boxes of one name become one comma-separated value, as the address of a list keeps its columns. */
function join(event) {
  const name = event.target.dataset?.join;
  if (!name) return;
  const values = event.formData.getAll(name);
  event.formData.delete(name);
  if (values.length) event.formData.append(name, values.join(","));
}

/** The address may have moved on since the page was drawn: carry its query instead of the hidden fields of then. */
function carry(event) {
  const form = event.target;
  if (!form.matches?.("form[data-carry]")) return;
  const own = new Set([...form.elements].filter((field) => field.type !== "hidden").map((field) => field.name));
  own.add("page");
  for (const field of form.querySelectorAll("input[type='hidden']")) event.formData.delete(field.name);
  new URLSearchParams(window.location.search).forEach((value, name) => {
    if (!own.has(name)) event.formData.append(name, value);
  });
}

function tick(event) {
  const row = event.target.closest?.(".tickfield");
  const box = row?.querySelector("[data-tick]");
  if (box && event.target !== box) box.checked = true;
}

function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  form.setAttribute("aria-busy", "true");
}

function askFirst(event) {
  const button = event.target.closest("[data-confirm]");
  if (button && !window.confirm(button.dataset.confirm)) event.preventDefault();
}

function fillLogin(event) {
  const button = event.target.closest("[data-fill-username]");
  const form = button && document.querySelector(".login-form");
  if (!form) return;
  form.elements.username.value = button.dataset.fillUsername;
  form.elements.password.value = button.dataset.fillPassword;
  form.querySelector("[type='submit']").focus();
}

export function startForms() {
  document.addEventListener("formdata", carry);
  document.addEventListener("formdata", prune);
  document.addEventListener("formdata", join);
  document.addEventListener("input", tick);
  document.addEventListener("change", tick);
  document.addEventListener("submit", sendOnce);
  document.addEventListener("click", askFirst);
  document.addEventListener("click", fillLogin);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) dirty.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    const forms = [...document.querySelectorAll("form[data-guard]")];
    if (forms.some((form) => dirty.has(form) && !form.dataset.sent)) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    });
  });
  document.querySelector("[data-focus]")?.focus();
}
