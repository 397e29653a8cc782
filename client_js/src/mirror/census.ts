// How much of a picture there is to see: counts alone, for the console's doctor. A walk over the mirror's own nodes.

import type { Census } from "../shared/mirrortalk";
import type { Builder } from "./builder";
import { childrenOf, nodeTypeOf, shadowOf } from "./dom";

/** What stands for a masked text, and for each word of one. */
const MASKED = /^[•\s]*•[•\s]*$/;
const UNREAD: ReadonlySet<string> = new Set(["style", "script", "title", "option"]);

/** The counts of this picture, from its document on. */
export function census(builder: Builder): Omit<Census, "epoch"> {
  const placeholders: Record<string, number> = {};
  const counts = { texts: 0, masked: 0, pictures: 0, placeholders };
  const waiting: Node[] = builder.root === null ? [] : [builder.root.node];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const known = builder.knownOf(node);
    // What the mirror itself put there.
    if (known === undefined) continue;
    if (nodeTypeOf(node) === Node.TEXT_NODE) {
      count(node as Text, counts);
      continue;
    }
    if (known.tag === "placeholder") {
      const reason = String(known.attributes.get(":reason") ?? "custom");
      placeholders[reason] = (placeholders[reason] ?? 0) + 1;
      continue;
    }
    if (UNREAD.has(known.tag)) continue;
    if (known.tag === "img" || known.tag === "svg:svg") counts.pictures += 1;
    waiting.push(...childrenOf(node));
    const shadow = shadowOf(node);
    if (shadow !== null) waiting.push(shadow);
    const inner = known.tag === "iframe" ? (node as HTMLIFrameElement).contentDocument : null;
    if (inner !== null) waiting.push(inner);
  }
  return counts;
}

function count(text: Text, counts: { texts: number; masked: number }): void {
  if (text.data.trim() === "") return;
  counts.texts += 1;
  if (MASKED.test(text.data)) counts.masked += 1;
}
