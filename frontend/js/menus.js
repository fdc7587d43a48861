// The menu drawer of small screens, pop-overs (details.pop), dismissible messages, the "/" key for the search.
function drawer(open) {
  document.documentElement.classList.toggle("nav-open", open);
  document.querySelectorAll("[data-nav-open]").forEach((button) => button.setAttribute("aria-expanded", String(open)));
  if (open) document.querySelector("#menu a")?.focus({ preventScroll: true });
}

function closePops(except) {
  document.querySelectorAll("details.pop[open]").forEach((pop) => {
    if (pop !== except) pop.open = false;
  });
}

function onKey(event) {
  if (event.key === "Escape") {
    const pop = document.querySelector("details.pop[open]");
    closePops();
    drawer(false);
    pop?.querySelector("summary")?.focus();
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const boxes = document.querySelectorAll("[data-hotkey='/']");
  const box = boxes[boxes.length - 1];
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

/** Return the last day before the month, quarter or year of `today`, as YYYY-MM-DD. */
function endBefore(today, preset) {
  const [year, month] = today.split("-").map(Number);
  const first = { month, quarter: month - ((month - 1) % 3), year: 1 }[preset];
  return new Date(Date.UTC(year, first - 1, 0)).toISOString().slice(0, 10);
}

function startPresets() {
  document.querySelectorAll("[data-asof-presets]").forEach((row) => {
    row.hidden = false;
    row.addEventListener("click", (event) => {
      const preset = event.target.closest("[data-preset]")?.dataset.preset;
      if (preset) row.closest("form").elements.as_of.value = endBefore(row.dataset.today, preset);
    });
  });
}

export function startMenus() {
  document.addEventListener("click", (event) => {
    closePops(event.target.closest("details.pop"));
    if (event.target.closest("[data-nav-open]")) drawer(true);
    else if (event.target.closest("[data-nav-close]")) drawer(false);
    event.target.closest("[data-dismiss]")?.closest(".notice")?.remove();
  });
  document.addEventListener("keydown", onKey);
  startPresets();
}
