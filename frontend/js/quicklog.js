// The quick form (form[data-quicklog]): today or yesterday by a tap, and a form that was sent twice is kept once.
// What was typed is kept by drafts.js; the key of the form goes with it, so that a form whose answer was lost on the
// way is recognized when it is sent again.
const PREFIX = "zoneworks-draft:";

function keepKey(form) {
  const key = form.elements.namedItem("key");
  if (!key || form.querySelector(".has-error")) return;
  try {
    const kept = new URLSearchParams(localStorage.getItem(PREFIX + form.dataset.draft) ?? "").get("key");
    if (kept) key.value = kept;
  } catch {
    // A browser that keeps nothing has no draft to recognize.
  }
}

/** “It is new” is asked once a name stands in the field, and stays while it is ticked. */
function askIfNew(form) {
  const question = form.querySelector("[data-new-organization]");
  if (!question) return;
  const name = form.elements.namedItem("organization_typed");
  question.hidden = !name.value.trim() && !question.querySelector("input").checked;
}

/** Rows that were picked are ticked boxes made while typing; a draft has them as keys and needs their boxes back. */
function restorePicks(form) {
  let kept;
  try {
    kept = new URLSearchParams(localStorage.getItem(`${PREFIX}${form.dataset.draft}:labels`) ?? "");
  } catch {
    return;
  }
  if (form.querySelector(".has-error, .pick-chosen input")) return;
  for (const [place, label] of kept) {
    const [name, value] = place.split(":");
    const chosen = form.querySelector(`[data-pick-name="${CSS.escape(name)}"] .pick-chosen`);
    if (!chosen) continue;
    const chip = Object.assign(document.createElement("label"), { className: "chip" });
    chip.append(Object.assign(document.createElement("input"), { type: "checkbox", name, value, checked: true }), label);
    chosen.append(chip);
  }
}

function savePicks(form) {
  const labels = new URLSearchParams();
  form.querySelectorAll(".pick-chosen input:checked").forEach((box) => {
    labels.append(`${box.name}:${box.value}`, box.parentElement.textContent.trim());
  });
  try {
    localStorage.setItem(`${PREFIX}${form.dataset.draft}:labels`, labels.toString());
  } catch {
    // As above.
  }
}

function forget(key) {
  try {
    localStorage.removeItem(`${PREFIX}${key}:labels`);
  } catch {
    // As above.
  }
}

export function startQuickLog() {
  document.querySelectorAll("[data-draft-sent]").forEach((mark) => forget(mark.dataset.draftSent));
  document.querySelectorAll("form[data-quicklog]").forEach((form) => {
    keepKey(form);
    restorePicks(form);
    askIfNew(form);
    form.addEventListener("input", () => askIfNew(form));
    form.addEventListener("change", () => {
      savePicks(form);
      askIfNew(form);
    });
    form.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
      forget(form.dataset.draft);
      window.location.reload();
    });
    form.addEventListener("click", (event) => {
      const day = event.target.closest("[data-set-day]");
      if (!day) return;
      const input = form.elements.namedItem("held_on");
      input.value = day.dataset.setDay;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
}
