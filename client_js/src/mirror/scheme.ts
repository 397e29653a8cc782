// The customer may prefer dark, the agent light. A frame's media queries answer for the agent's browser, so those that
// ask for the scheme are rewritten to answer for the customer's.

const ASKS = /\(\s*prefers-color-scheme\s*(?::\s*(dark|light)\s*)?\)/gi;
const TRUE = "(min-width: 0px)";
const FALSE = "(max-width: 0px)";

/** The rule that makes `color-scheme: light dark` of a page pick what the customer sees; empty where it says none. */
export function schemeRule(inner: Document, dark: boolean): string {
  const root: Element | null = inner.documentElement;
  const scheme = root === null ? "" : (inner.defaultView?.getComputedStyle(root).colorScheme ?? "");
  if (!scheme.includes("light") || !scheme.includes("dark")) return "";
  return `:root{color-scheme:${dark ? "dark" : "light"}!important}`;
}

const done = new WeakSet<MediaList>();

/** Rewrite what asks for the scheme, in the document's own and adopted sheets. */
export function darken(inner: Document, dark: boolean): void {
  for (const sheet of [...inner.styleSheets, ...inner.adoptedStyleSheets]) rewriteSheet(sheet, dark);
}

function rewriteSheet(sheet: CSSStyleSheet, dark: boolean): void {
  rewriteMedia(sheet.media, dark);
  rewriteRules(rulesOf(sheet), dark);
}

/** The rules of a sheet that did not load can't be read; nobody sees them either. */
function rulesOf(sheet: CSSStyleSheet): Iterable<CSSRule> {
  try {
    return sheet.cssRules;
  } catch (error) {
    // Not `instanceof`: the error is of the inner frame's realm.
    if ((error as Partial<DOMException>).name === "SecurityError") return [];
    throw error;
  }
}

function rewriteRules(rules: Iterable<CSSRule>, dark: boolean): void {
  for (const rule of rules) {
    const { media, styleSheet, cssRules } = rule as Partial<CSSMediaRule> & { styleSheet?: CSSStyleSheet | null };
    if (media !== undefined) rewriteMedia(media, dark);
    if (styleSheet) rewriteSheet(styleSheet, dark);
    // Style rules nest rules, too, but few ask for the scheme there, and there are many.
    if (cssRules !== undefined && media !== undefined) rewriteRules(cssRules, dark);
  }
}

function rewriteMedia(media: MediaList, dark: boolean): void {
  if (done.has(media)) return;
  done.add(media);
  if (!media.mediaText.includes("prefers-color-scheme")) return;
  media.mediaText = answer(media.mediaText, dark);
}

/** The media text with each question for the scheme answered. */
export function answer(mediaText: string, dark: boolean): string {
  return mediaText.replace(ASKS, (_, wanted: string | undefined) => {
    if (wanted === undefined || (wanted.toLowerCase() === "dark") === dark) return TRUE;
    return FALSE;
  });
}
