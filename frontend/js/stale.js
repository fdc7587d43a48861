// A page that the browser kept from another session is not shown when one goes back to it: it is asked for anew.
// The cookie "here" is the mark of the session in force; each page carries the mark of the one that it was drawn for.
const NAME = "here=";

function current() {
  return document.cookie.split("; ").find((cookie) => cookie.startsWith(NAME))?.slice(NAME.length) ?? "";
}

function refuse(event) {
  const { mark } = document.documentElement.dataset;
  if (mark === undefined || mark === current()) return;
  // Only then: a browser that keeps no cookies would ask forever.
  const wentBack = event?.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!wentBack) return;
  document.documentElement.hidden = true;
  window.location.reload();
}

export function refuseStalePages() {
  refuse();
  window.addEventListener("pageshow", refuse);
}
