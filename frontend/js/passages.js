// Passages of a document: words selected in its text ([data-doc]) become a passage; a passage opened from a citation is
// shown. Places are characters of the stored text: each piece of the page says in data-offset where it begins there, and
// characters are counted as whole ones, not as the halves that a script sees in rare characters.
const PAUSE = 150;

function length(text) {
  return [...text].length;
}

/** Return the place in the text of one end of a selection. */
function offsetOf(container, offset) {
  const element = container.nodeType === Node.TEXT_NODE ? container.parentElement : container;
  const piece = element.closest("[data-offset]");
  const before = document.createRange();
  before.setStart(piece, 0);
  before.setEnd(container, offset);
  return Number(piece.dataset.offset) + length(before.toString());
}

/** Return start, end and words of what is selected in `doc` without blanks at its ends, or null. */
function chosenIn(doc) {
  const selection = document.getSelection();
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(doc)) return null;
  const within = document.createRange();
  within.selectNodeContents(doc);
  if (range.compareBoundaryPoints(Range.START_TO_START, within) > 0) within.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, within) < 0) within.setEnd(range.endContainer, range.endOffset);
  const words = within.toString();
  const quote = words.trim();
  if (!quote) return null;
  const start = offsetOf(within.startContainer, within.startOffset) + length(words) - length(words.trimStart());
  return { start, end: start + length(quote), quote, box: within.getBoundingClientRect() };
}

/** On wide screens the bar stands over the selection; on phones it stays at the lower edge, clear of the system's own. */
function place(bar, box) {
  bar.style.removeProperty("left");
  bar.style.removeProperty("top");
  if (window.matchMedia("(max-width: 991px)").matches) return;
  const left = Math.min(Math.max(8, box.left + box.width / 2 - bar.offsetWidth / 2), window.innerWidth - bar.offsetWidth - 8);
  const above = box.top - bar.offsetHeight - 10;
  bar.style.setProperty("left", `${left}px`);
  bar.style.setProperty("top", `${above > 60 ? above : Math.min(box.bottom + 10, window.innerHeight - bar.offsetHeight - 8)}px`);
}

function startMarking(doc, bar) {
  let timer = 0;
  const show = () => {
    const chosen = chosenIn(doc);
    bar.hidden = !chosen;
    if (!chosen) return;
    bar.elements.start.value = String(chosen.start);
    bar.elements.end.value = String(chosen.end);
    bar.elements.quote.value = chosen.quote;
    place(bar, chosen.box);
  };
  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  window.addEventListener("scroll", () => bar.hidden || show(), { passive: true });
  // A press on the bar must not take the selection away before the click arrives.
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !bar.hidden) document.getSelection()?.removeAllRanges();
  });
}

function pieces(reader, key) {
  return [...reader.querySelectorAll("mark.passage")].filter((mark) => mark.dataset.passages.split(" ").includes(key));
}

/** Highlight every piece of a passage and its entry in the list, and bring the one that is out of sight into view. */
function show(reader, key, from) {
  reader.querySelectorAll(".is-target").forEach((piece) => piece.classList.remove("is-target"));
  const found = pieces(reader, key);
  const entry = reader.querySelector(`[data-passage="${CSS.escape(key)}"]`);
  [...found, entry].forEach((piece) => piece?.classList.add("is-target"));
  if (from !== "text") found[0]?.scrollIntoView({ block: "center" });
  if (from !== "list" && entry) scrollList(entry);
}

/** Scroll the list beside the text, never the page. */
function scrollList(entry) {
  const list = entry.closest(".panel-passages .sheet-body");
  if (!list || list.scrollHeight <= list.clientHeight) return;
  list.scrollTop += entry.getBoundingClientRect().top - list.getBoundingClientRect().top - 12;
}

function followHash(reader, from) {
  const key = /^#p(\d+)$/.exec(window.location.hash)?.[1];
  if (key) show(reader, key, from);
}

function startReader(reader) {
  const doc = reader.querySelector("[data-doc]");
  if (!doc) return;
  const bar = reader.querySelector("[data-markbar]");
  if (bar) startMarking(doc, bar);
  doc.addEventListener("click", (event) => {
    const mark = event.target.closest("mark.passage");
    if (!mark || String(document.getSelection())) return;
    // The passage that begins last is the innermost one at this place.
    const key = mark.dataset.passages.split(" ").at(-1);
    history.replaceState(history.state, "", `#p${key}`);
    show(reader, key, "text");
  });
  window.addEventListener("hashchange", () => followHash(reader, "list"));
  // A second press on the entry that is already in the address moves nothing by itself.
  reader.addEventListener("click", (event) => {
    const link = event.target.closest("a.passages-quote");
    if (link && link.hash === window.location.hash) show(reader, link.hash.slice(2), "list");
  });
  followHash(reader, "page");
}

/** In forms: a passage that was found and ticked joins the chosen ones, so that the next search does not lose it. */
function startPicking() {
  document.addEventListener("change", (event) => {
    const row = event.target.closest?.("[data-found] li");
    const pick = row?.closest("[data-passagepick]");
    if (!pick || !event.target.checked) return;
    const chosen = pick.querySelector("[data-chosen]");
    const twin = [...chosen.querySelectorAll("input")].find((box) => box.value === event.target.value);
    if (twin) {
      twin.checked = true;
      row.remove();
    } else chosen.append(row);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("[data-find]")) event.preventDefault();
  });
}

export function startPassages() {
  document.querySelectorAll("[data-reader]").forEach(startReader);
  startPicking();
}
