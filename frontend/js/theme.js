// Runs before the first paint, so that a dark screen never flashes white.
import { applyTheme } from "./colors.js";

applyTheme();
