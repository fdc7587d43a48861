// The review of a document ([data-review]): driven by keys, and the open proposal stands in sight in text and list.
function typing(target) {
  return target.closest("input:not([type='radio']):not([type='checkbox']), textarea, select, [contenteditable]");
}

/** Follow the link of the proposal before or behind the open one; at the ends of the list nothing happens. */
function step(review, by) {
  const lines = [...review.querySelectorAll("a.review-line")];
  const at = lines.findIndex((line) => line.getAttribute("aria-current") === "true");
  lines[at === -1 ? 0 : at + by]?.click();
}

function send(review, selector) {
  const form = review.querySelector(selector);
  form?.requestSubmit();
}

function press(review, event) {
  if (event.ctrlKey && event.key === "Enter" && event.target.closest("[data-accept]")) {
    event.preventDefault();
    send(review, "form[data-accept]");
    return;
  }
  // A key that is held down would judge proposals that nobody has read.
  if (event.repeat || event.isComposing || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const does = {
    j: () => step(review, 1),
    k: () => step(review, -1),
    a: () => send(review, "form[data-accept]"),
    r: () => send(review, "form[data-reject]"),
    u: () => send(review, "form[data-undo]"),
    e: () => review.querySelector("form[data-accept] .field :is(input, textarea, select)")?.focus(),
  }[event.key.toLowerCase()];
  if (!does) return;
  event.preventDefault();
  does();
}

/** Scroll text and list to the open proposal; on wide screens each scrolls by itself, and the page stays. */
function show(review) {
  const active = review.querySelector(".review-item.is-active");
  const side = review.querySelector(".review-side");
  if (active && side && side.scrollHeight > side.clientHeight) {
    side.scrollTop += active.getBoundingClientRect().top - side.getBoundingClientRect().top - 12;
  }
  const mark = review.querySelector("mark.is-target");
  const text = review.querySelector(".review-text");
  if (mark && text && text.scrollHeight > text.clientHeight) {
    text.scrollTop += mark.getBoundingClientRect().top - text.getBoundingClientRect().top - text.clientHeight / 3;
  }
}

export function startReview() {
  const review = document.querySelector("[data-review]");
  if (!review) return;
  document.addEventListener("keydown", (event) => press(review, event));
  show(review);
}
