// Parts of a page that change by themselves (htmx). Nothing is evaluated, and no copy of a page is kept on the device.
import htmx from "htmx.org";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  // Going back asks the server: shared computers must not keep pages, and a fragment must not be taken for a page.
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  historyRestoreAsHxRequest: false,
  scrollBehavior: "auto",
});

const GRACE = 180;
let open = 0;
let timer = 0;

function progress(change) {
  open = Math.max(0, open + change);
  const line = document.getElementById("progress");
  clearTimeout(timer);
  if (!line) return;
  if (open === 0) line.hidden = true;
  else timer = setTimeout(() => (line.hidden = false), GRACE);
}

function tellFailure() {
  const flash = document.getElementById("flash");
  const words = document.getElementById("request-failed");
  if (flash && words) flash.replaceChildren(words.content.cloneNode(true));
}

/** Show progress, mark what is being replaced as busy, and say so when an answer does not come. */
export function startPartials() {
  document.addEventListener("htmx:beforeRequest", (event) => {
    progress(1);
    event.detail.target?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    progress(-1);
    event.detail.target?.removeAttribute("aria-busy");
  });
  document.addEventListener("htmx:responseError", tellFailure);
  document.addEventListener("htmx:sendError", tellFailure);
  document.addEventListener("htmx:timeout", tellFailure);
}
