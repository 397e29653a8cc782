// The page's sheets, as they have to be in the mirror: what they ask of the customer's browser is answered, and what they
// ask of the customer's hand is asked of the mirror's own attributes. Each rule is looked at once, when it comes.

import { answer, type Device } from "./media";
import { pick } from "./scheme";
import { ASKS_STATE, restated } from "./selectors";

/** What a rule must have in its text to be looked at. */
const WORTH_LOOKING = new RegExp(`${ASKS_STATE.source}|@media|@import|content-visibility|color-scheme`, "i");

type AnyRule = Partial<CSSStyleRule & CSSMediaRule> & { readonly styleSheet?: CSSStyleSheet | null };

export class Adaptation {
  /** States that a rule asks for, as `state` or, of a part of a component, `state part`. */
  readonly states = new Set<string>();
  /** What is left out of the layout while it is not to be seen. */
  readonly skipped = new Set<string>();
  /** A rule has asked for the device: what is answered then holds for this picture alone. */
  asked = false;

  constructor(private readonly device: Device) {}

  /** One rule, as it was put into a sheet of the picture; `text` is what it was made of. */
  readonly rule = (rule: CSSRule, text: string): void => {
    if (WORTH_LOOKING.test(text)) this.look(rule);
  };

  /** All rules of a sheet that was loaded, with those it imports. */
  sheet(sheet: CSSStyleSheet): void {
    this.media(sheet.media);
    for (const rule of rulesOf(sheet)) this.look(rule);
  }

  media(media: MediaList): void {
    const text = media.mediaText;
    const answered = text === "" ? "" : answer(text, this.device);
    if (answered === text) return;
    this.asked = true;
    media.mediaText = answered;
  }

  private look(rule: CSSRule): void {
    const { selectorText, media, styleSheet, cssRules } = rule as AnyRule;
    if (selectorText !== undefined) this.selector(rule as CSSStyleRule, selectorText);
    if (media !== undefined) this.media(media);
    if (styleSheet) this.sheet(styleSheet);
    if (cssRules !== undefined) for (const inner of cssRules) this.look(inner);
  }

  private selector(rule: CSSStyleRule, selector: string): void {
    if (ASKS_STATE.test(selector)) {
      // Where the browser does not take it, the rule stays as it was, and asks for what never is.
      rule.selectorText = restated(selector, (state, ofPart) => this.states.add(ofPart ? `${state} part` : state));
    }
    const { style } = rule;
    if (style.getPropertyValue("content-visibility") === "auto") this.skipped.add(selector);
    const scheme = pick(style.getPropertyValue("color-scheme"), this.device.dark);
    if (scheme === "") return;
    this.asked = true;
    style.setProperty("color-scheme", scheme, style.getPropertyPriority("color-scheme"));
  }
}

/** The rules of a sheet that did not load can't be read; nobody sees them either. */
export function rulesOf(sheet: CSSStyleSheet): Iterable<CSSRule> {
  try {
    return sheet.cssRules;
  } catch (error) {
    // Not `instanceof`: the error is of the inner frame's realm.
    if ((error as Partial<DOMException>).name === "SecurityError") return [];
    throw error;
  }
}
