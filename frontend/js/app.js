// Everything that every page needs. Each module works on marked elements (data-…) and pages read well without it.
import { startThemeToggle } from "./colors.js";
import { startMenus } from "./menus.js";
import { startPartials } from "./partials.js";
import { startLists } from "./lists.js";
import { startForms } from "./forms.js";
import { startDrafts } from "./drafts.js";
import { startChips } from "./chips.js";
import { startQuickLog } from "./quicklog.js";
import { startPassages } from "./passages.js";
import { startPicks } from "./picks.js";
import { startReview } from "./review.js";

startPartials();
startThemeToggle();
startMenus();
startLists();
startForms();
startDrafts();
startChips();
startQuickLog();
startPicks();
startPassages();
startReview();
