// The hosted page, /join/{site}: the code entry alone, for sites that have no place for it. The hub answers a right
// code with the site's start page and a handoff.
import { entryTexts } from "../shared/i18n/entry";
import { language } from "../shared/i18n/language";
import { claimer } from "./claim";
import { showForm } from "./form";
import css from "./join.css?inline";

const { site = "", siteName = "" } = document.body.dataset;
const texts = entryTexts();
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [sheet];
document.documentElement.lang = language();
document.title = site ? texts.title(siteName) : texts.unknownTitle;

const main = document.createElement("main");
const add = (tag: string, text: string): HTMLElement => {
  const made = document.createElement(tag);
  made.textContent = text;
  main.append(made);
  return made;
};
add("h1", document.title);
add("p", site ? texts.intro : texts.unknown);
document.body.replaceChildren(main);

// The hub names no site where it knows none.
if (site) {
  const entry = add("div", "");
  const input = showForm(entry.attachShadow({ mode: "open" }), {
    claim: claimer(location.origin, site),
    async accept(answer) {
      if ("redirect" in answer) location.assign(answer.redirect);
    },
  });
  add("p", texts.next).className = "next";
  input.focus();
}
