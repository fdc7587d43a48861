// Lists: whole rows open, rows are picked for an edit together, labels for the cards of small screens.

/** Give each cell its column's name, which the phone layout prints before the value. */
function labelCells(table) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  table.querySelectorAll("tbody tr").forEach((row) => {
    [...row.cells].forEach((cell, index) => {
      if (!cell.dataset.label && heads[index] && !cell.classList.contains("col-check")) cell.dataset.label = heads[index];
    });
  });
}

function picks(list) {
  return [...list.querySelectorAll("tbody .col-check input:enabled")];
}

function countPicks(list) {
  const bar = list.querySelector("[data-bulkbar]");
  if (!bar) return;
  const boxes = picks(list);
  const picked = boxes.filter((box) => box.checked).length;
  const all = list.querySelector("[data-check-all]");
  bar.hidden = picked === 0;
  bar.querySelector("[data-bulk-count]").textContent = String(picked);
  all.checked = picked > 0 && picked === boxes.length;
  all.indeterminate = picked > 0 && picked < boxes.length;
}

function openRow(event) {
  if (event.defaultPrevented || event.button > 1) return;
  const row = event.target.closest("tr[data-url]");
  if (!row || event.target.closest("a, button, input, label, summary, .col-check")) return;
  if (String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey || event.button === 1) window.open(row.dataset.url, "_blank", "noopener");
  else window.location.assign(row.dataset.url);
}

/** Exports and saved views follow the filters that htmx put into the address. */
function followQuery() {
  const query = window.location.search.replace(/^\?/, "");
  document.querySelectorAll("[data-current-query]").forEach((input) => (input.value = query));
  document.querySelectorAll("a[data-keep-query]").forEach((link) => {
    const params = new URLSearchParams(query);
    params.delete("page");
    const rest = params.toString();
    link.href = link.getAttribute("href").split("?")[0] + (rest ? `?${rest}` : "");
  });
}

function fit(place) {
  place.classList.toggle("is-fitting", place.firstElementChild.scrollWidth <= place.clientWidth);
  tellOfMore(place);
}

// Fades the right edge of a frame while columns stand beyond it.
function tellOfMore(place) {
  place.classList.toggle("has-more", place.scrollLeft + place.clientWidth < place.scrollWidth - 1);
}

function scrolled(event) {
  tellOfMore(event.currentTarget);
}

// The table is watched beside its frame: other rows or a late font make it wider while the frame stays.
const widths = new ResizeObserver((entries) => {
  new Set(entries.map((entry) => entry.target.closest(".tablewrap"))).forEach(fit);
});

function watchWidth(place) {
  widths.observe(place);
  widths.observe(place.firstElementChild);
  place.addEventListener("scroll", scrolled, { passive: true });
}

function prepare(root) {
  root.querySelectorAll(".ledger > .tablewrap").forEach(watchWidth);
  root.querySelectorAll(".datatable").forEach(labelCells);
  root.querySelectorAll("[data-table]").forEach(countPicks);
  followQuery();
}

export function startLists() {
  prepare(document);
  document.addEventListener("htmx:afterSettle", () => prepare(document));
  document.addEventListener("htmx:pushedIntoHistory", followQuery);
  document.addEventListener("click", openRow);
  document.addEventListener("auxclick", openRow);
  document.addEventListener("click", (event) => {
    const list = event.target.closest("[data-bulk-clear]")?.closest("[data-table]");
    if (!list) return;
    picks(list).forEach((box) => (box.checked = false));
    countPicks(list);
  });
  document.addEventListener("change", (event) => {
    const list = event.target.closest(".col-check")?.closest("[data-table]");
    if (!list) return;
    if (event.target.matches("[data-check-all]")) picks(list).forEach((box) => (box.checked = event.target.checked));
    countPicks(list);
  });
}
