// How a picture is drawn inside the customer's page, under whatever CSP that page has: no inline style, no `style`
// element, no markup, no request that the page has not made by itself.

import { removeAttribute, setAttribute, toggleAttribute } from "../../mirror/dom";
import { FILLED, MASKED, PLACEHOLDER } from "../../mirror/fields";
import { MISSING } from "../../mirror/ink";
import { has, type Known } from "../../mirror/known";
import type { Medium } from "../../mirror/medium";
import { drawStill, WITHHELD } from "../../mirror/pictures";
import { kindOf } from "../../mirror/vocabulary";
import type { PreviewAssets } from "./assets";
import { PreviewSheets } from "./sheets";

const HTML = "http://www.w3.org/1999/xhtml";
/** A field or an editor of which the agent gets no more than whether it holds anything. */
export const HELD = "data-cobrowse-held";
const SHOWN = "data-cobrowse-shown";
const BUTTON_TYPES = /^(submit|button|reset|image)$/i;

export const STRIPES = "repeating-linear-gradient(135deg,#b4231838 0 6px,#b4231814 6px 12px)";
const FRAME = "outline:2px dashed #b42318!important;outline-offset:-2px!important";

/** Over the mirror's own drawings: every place of which the agent sees less than the customer. */
const PREVIEW_INK = `
style{display:none!important}
[${MASKED}],[${HELD}]:not(select),select[${HELD}]:not(:has([${SHOWN}])){${FRAME};background-image:${STRIPES}!important}
[${PLACEHOLDER}],[${WITHHELD}],img[${MISSING}],[${FILLED}]:not(input,option){${FRAME}}
`;

export function previewMedium(assets: PreviewAssets, changedLate: () => void): Medium {
  const styles = new WeakMap<Known, string>();
  let sheets: PreviewSheets | undefined;

  const style = (known: Known): void => {
    const said = known.attributes.get("style");
    if (typeof said !== "string" || styles.get(known) === said) return;
    const css = assets.addressed(said, () => {
      styles.delete(known);
      style(known);
    });
    styles.set(known, said);
    (known.node as HTMLElement).style.cssText = css;
  };

  const address = (known: Known, name: string, n: number): void => {
    if (known.tag === "link") return;
    const given = assets.get(n, () => known.attributes.get(name) === n && address(known, name, n));
    // An empty address is asked for nowhere; the picture says that it is missing.
    if (!given) return;
    removeAttribute(known.node as Element, "srcset");
    if (name === ":still") drawStill(known.node as HTMLElement, given.address);
    else setAttribute(known.node as Element, name, given.address);
  };

  return {
    // Neither markup, which Trusted Types may forbid, nor the end of a document without any, which would be of the old
    // mode: opened and stopped, it is of the new one.
    blank(inner, quirks) {
      inner.open();
      if (quirks) inner.close();
      else inner.defaultView?.stop();
      inner.documentElement?.remove();
    },
    sheets(window, ownRules) {
      sheets = new PreviewSheets(window, ownRules + PREVIEW_INK, assets, changedLate);
      return sheets;
    },
    // Rules cannot tell one of no namespace from the page's own, and no CSP asks for its content.
    create: (document, name) => document.createElementNS(name === "style" ? null : HTML, name),
    copies: (kind) => kind !== "url" && kind !== "style",
    drawn(known) {
      if (known.what !== "element") return;
      style(known);
      for (const [name, value] of known.attributes) {
        if (typeof value === "number" && kindOf(known.tag, name) === "url") address(known, name, value);
      }
      if (known.tag === "link") sheets?.link(known, Number(known.attributes.get("href") ?? 0));
      toggleAttribute(known.node as Element, HELD, isHeld(known));
      toggleAttribute(known.node as Element, SHOWN, has(known, ":selected"));
    },
  };
}

function isHeld(known: Known): boolean {
  if (has(known, ":value") || has(known, ":checked")) return false;
  if (known.tag === "input") return !BUTTON_TYPES.test(String(known.attributes.get("type") ?? ""));
  return known.tag === "textarea" || has(known, ":filled");
}
