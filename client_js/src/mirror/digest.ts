// The digest of docs/protocol.md, from the real nodes of the mirror: it equals the snippet's where the picture is true.

import type { Builder } from "./builder";
import { childrenOf, getAttribute, shadowOf } from "./dom";
import type { Known } from "./known";
import { kindOf } from "./vocabulary";

/** Their attributes are also the mirror's own. */
const DRAWN: ReadonlySet<string> = new Set(["placeholder", "video", "canvas"]);

/** SHA-256 of the canonical form, hex. */
export async function digest(builder: Builder): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(builder));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function canonical(builder: Builder): string {
  const out: string[] = [];
  if (builder.root !== null) inside(builder, builder.root, out);
  return out.join("");
}

function inside(builder: Builder, known: Known, out: string[]): void {
  const shadow = shadowOf(known.node);
  const shadowKnown = shadow === null ? undefined : builder.knownOf(shadow);
  if (shadowKnown !== undefined) {
    out.push("<#shadow>");
    inside(builder, shadowKnown, out);
    out.push("</#shadow>");
  }
  for (const rules of builder.sheets.rulesOf(known)) out.push("{", ...rules.map((rule) => JSON.stringify(rule)), "}");
  if (known.inside !== undefined) {
    out.push("<#document>");
    inside(builder, known.inside, out);
    out.push("</#document>");
  }
  let text = "";
  for (const node of childrenOf(known.node)) {
    const child = builder.knownOf(node);
    if (child?.what === "text") {
      text += (node as Text).data;
    } else if (child !== undefined) {
      if (text !== "") out.push(JSON.stringify(text));
      text = "";
      element(builder, child, out);
    }
  }
  if (text !== "") out.push(JSON.stringify(text));
}

function element(builder: Builder, known: Known, out: string[]): void {
  out.push("<", known.tag);
  for (const name of [...known.attributes.keys()].sort(byCodeUnit)) {
    const value = attribute(builder, known, name);
    if (value !== null) out.push(" ", name, "=", value);
  }
  out.push(">");
  inside(builder, known, out);
  out.push("</", known.tag, ">");
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Null where it is left out. What is copied to the element is read from there. */
function attribute(builder: Builder, known: Known, name: string): string | null {
  const wire = known.attributes.get(name);
  const kind = kindOf(known.tag, name);
  if (wire === undefined || kind === undefined) return null;
  if (kind === "url") return "#";
  if (kind === "flag") return wire === 0 ? null : "1";
  if (kind === "number") return String(wire);
  const copied =
    builder.medium.copies(kind) &&
    !name.startsWith(":") &&
    name !== "popover" &&
    // Names of states are added to it (states.ts).
    name !== "part" &&
    known.tag !== "link" &&
    !DRAWN.has(known.tag);
  return JSON.stringify(copied ? getAttribute(known.node as Element, name) : wire);
}
