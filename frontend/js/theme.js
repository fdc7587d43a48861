// Runs before the first paint, so that a dark screen never flashes white and a page of another session is not seen.
import { applyTheme } from "./colors.js";
import { refuseStalePages } from "./stale.js";

applyTheme();
refuseStalePages();
