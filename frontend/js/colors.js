// Light or dark: the person's choice, kept on this device, or else the system's.
const KEY = "zoneworks-theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Return "light", "dark", or "auto" when nothing was chosen or nothing can be kept here. */
export function chosenTheme() {
  try {
    const choice = localStorage.getItem(KEY);
    return choice === "light" || choice === "dark" ? choice : "auto";
  } catch {
    return "auto";
  }
}

/** Color the page by the choice in force and tell the charts. */
export function applyTheme() {
  const choice = chosenTheme();
  const root = document.documentElement;
  root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  if (choice === "auto") delete root.dataset.themeChoice;
  else root.dataset.themeChoice = choice;
  document.dispatchEvent(new CustomEvent("zoneworks:theme"));
}

function keep(choice) {
  try {
    if (choice === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // A browser that keeps nothing follows the system.
  }
}

function label(button) {
  const text = button.dataset[`label${{ auto: "Auto", light: "Light", dark: "Dark" }[chosenTheme()]}`];
  if (!text) return;
  button.title = text;
  button.setAttribute("aria-label", text);
}

/** Make the buttons marked data-theme-toggle go round system, light, dark. */
export function startThemeToggle() {
  const buttons = document.querySelectorAll("[data-theme-toggle]");
  buttons.forEach((button) => {
    label(button);
    button.addEventListener("click", () => {
      keep({ auto: "light", light: "dark", dark: "auto" }[chosenTheme()]);
      applyTheme();
      buttons.forEach(label);
    });
  });
  dark.addEventListener("change", applyTheme);
}
