// Selectors that ask for a state of the customer's page: the mirror's own frame never has the focus or a pointer, so what
// they ask for is an attribute that the mirror puts on (states.ts). An attribute weighs as much as a pseudo-class.

export const HOVER = "hover";
export const FOCUS = "focus";
export const RING = "focus-visible";
export const FOCUS_WITHIN = "focus-within";
export const TARGET = "target";
export const FULLSCREEN = "fullscreen";
/** The highlight in which the mirror draws what the customer has selected. */
export const SELECTED = "cobrowse-selected";

/** The pseudo-classes that are attributes here, and the state that each asks for. */
const STATES: ReadonlyMap<string, string> = new Map([
  [":hover", HOVER],
  [":focus", FOCUS],
  [":focus-visible", RING],
  [":focus-within", FOCUS_WITHIN],
  [":target", TARGET],
  [":fullscreen", FULLSCREEN],
  [":-webkit-full-screen", FULLSCREEN],
]);
/** No script runs in a picture, so no element of the page's own is ever defined in it. */
const DEFINED = ":not([data-cobrowse-undefined])";

/** True where `text`, a selector or a rule, may ask for a state. Quick, and never wrong when it says no. */
export const ASKS_STATE = /:(?:hover|focus|target|fullscreen|-webkit-full-screen|defined|selection)/i;

const STRING = String.raw`"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'`;
const TOKEN = new RegExp(
  [
    String.raw`\\[\s\S]`,
    STRING,
    String.raw`\[(?:${STRING}|\\[\s\S]|[^\]"'\\])*\]`,
    String.raw`::?[-\w]+\(?`,
    String.raw`[\s\S]`,
  ].join("|"),
  "g",
);
const BREAKS = /[\s,>+~]/;

export function attributeOf(state: string): string {
  return `data-cobrowse-${state}`;
}

/** A part of a component takes no attribute in a selector from outside, but more names. */
export function partOf(state: string): string {
  return `cobrowse-${state}`;
}

/** What the compound selector is about, so far: an element, a part of a component, or a pseudo-element. */
type About = "element" | "part" | "pseudo";

interface Level {
  /** What the compounds in these parentheses begin with. */
  readonly base: About;
  readonly after: About;
  readonly isPart: boolean;
}

/** The selector with each state asked for as an attribute; `states` hears which were. */
export function restated(selector: string, states?: (state: string, ofPart: boolean) => void): string {
  return new Walk(states).run(selector);
}

class Walk {
  private readonly out: string[] = [];
  private readonly levels: Level[] = [];
  private about: About = "element";
  private base: About = "element";
  /** Where the names of the last `::part()` end. */
  private partEnd = 0;

  constructor(private readonly states: ((state: string, ofPart: boolean) => void) | undefined) {}

  run(selector: string): string {
    for (const [token] of selector.matchAll(TOKEN)) this.out.push(this.token(token));
    return this.out.join("");
  }

  private token(token: string): string {
    if (token.endsWith("(")) this.opens(token);
    else if (token === ")") this.closes();
    else if (token[0] === ":" && token !== ":") return this.pseudo(token);
    else if (BREAKS.test(token)) this.about = this.base;
    return token;
  }

  private opens(token: string): void {
    const isElement = token.startsWith("::");
    const isPart = token === "::part(";
    this.levels.push({ base: this.base, after: isElement ? (isPart ? "part" : "pseudo") : this.about, isPart });
    // After a part or a pseudo-element no attribute may follow, within :not() and its like neither.
    this.base = this.about = isElement || this.about === "element" ? "element" : "pseudo";
  }

  private closes(): void {
    const level = this.levels.pop();
    if (level === undefined) return;
    this.base = level.base;
    this.about = level.after;
    if (level.isPart) this.partEnd = this.out.length;
  }

  private pseudo(token: string): string {
    const name = token.toLowerCase();
    if (name === "::selection") {
      this.about = "pseudo";
      return `::highlight(${SELECTED})`;
    }
    if (name.startsWith("::")) {
      this.about = "pseudo";
      return token;
    }
    if (name === ":defined" && this.about === "element") return DEFINED;
    const state = STATES.get(name);
    if (state === undefined || this.about === "pseudo") return token;
    this.states?.(state, this.about === "part");
    if (this.about === "element") return `[${attributeOf(state)}]`;
    this.out[this.partEnd] = ` ${partOf(state)}${this.out[this.partEnd]}`;
    // Never hovered over itself: always true, and as heavy as what it stands for.
    return ":not(:hover)";
  }
}
