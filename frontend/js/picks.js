// A text field that takes one row of a ledger: suggestions come as one types (data-choices is the address).
const WAIT = 180;
const timers = new WeakMap();

async function suggest(field) {
  const list = document.getElementById(field.getAttribute("list"));
  const address = new URL(field.dataset.choices, location.href);
  address.searchParams.set("q", field.value);
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || !list) return;
  const { choices } = await answer.json();
  list.replaceChildren(
    ...choices.map(({ label, note }) => Object.assign(document.createElement("option"), { value: label, label: note ? `${label} · ${note}` : label })),
  );
}

/** Fill the suggestions of a field while somebody writes in it, and once when it is entered. */
export function startPicks() {
  const later = (event) => {
    const field = event.target;
    if (!field.matches?.("input[data-choices]")) return;
    clearTimeout(timers.get(field));
    timers.set(field, setTimeout(() => suggest(field), WAIT));
  };
  document.addEventListener("input", later);
  document.addEventListener("focusin", later);
}
