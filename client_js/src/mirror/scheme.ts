// The customer may prefer dark, the agent light: where a page leaves the choice to its reader, the mirror makes it.

import type { PageInfo } from "../protocol";

/** The rule that makes the document pick what the customer sees; empty where its sheets have picked already. */
export function schemeRule(inner: Document, page: PageInfo): string {
  const root: Element | null = inner.documentElement;
  const scheme = root === null ? "" : (inner.defaultView?.getComputedStyle(root).colorScheme ?? "");
  const own = pick(scheme, page.dark === true);
  if (own !== "") return layered(`color-scheme:${own}!important`);
  return page.dark_canvas === true ? layered("color-scheme:dark") : "";
}

/** Of `light dark`, the one that the customer prefers; empty where there is no choice. */
export function pick(scheme: string, dark: boolean): "" | "dark" | "light" {
  if (!/\blight\b/.test(scheme) || !/\bdark\b/.test(scheme)) return "";
  return dark ? "dark" : "light";
}

function layered(declaration: string): string {
  return `@layer cobrowse-browser{:root{${declaration}}}`;
}
