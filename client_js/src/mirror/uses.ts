// An SVG `use` draws a copy of another element, and copies may hold uses: ten lines can ask for a billion elements.

import { Refusal } from "./refusal";
import { LIMITS } from "./vocabulary";

const CHAIN_DEPTH = 32;

interface Weight {
  uses: number;
  elements: number;
}

const NOTHING: Weight = { uses: 0, elements: 0 };

/** Raises `Refusal` where the uses together would draw more copies or elements than the whitelist allows. */
export function weighUses(uses: Iterable<Element>): void {
  const known = new Map<Element, Weight>();
  const total: Weight = { uses: 0, elements: 0 };
  for (const use of uses) add(total, weigh(use, known, 0));
}

function add(total: Weight, more: Weight): void {
  total.uses += more.uses;
  total.elements += more.elements;
  if (total.uses > LIMITS.use || total.elements > LIMITS.nodes) throw new Refusal("too_many_uses");
}

function weigh(use: Element, known: Map<Element, Weight>, depth: number): Weight {
  if (depth > CHAIN_DEPTH) throw new Refusal("too_many_uses");
  const target = targetOf(use);
  if (target === null) return { uses: 1, elements: 0 };
  const before = known.get(target);
  if (before !== undefined) return before;
  // A circle draws nothing.
  known.set(target, NOTHING);
  const weight: Weight = { uses: 1, elements: 1 + target.getElementsByTagName("*").length };
  const inner = target.localName === "use" ? [target] : [...target.getElementsByTagName("use")];
  for (const each of inner) add(weight, weigh(each, known, depth + 1));
  known.set(target, weight);
  return weight;
}

function targetOf(use: Element): Element | null {
  const id = use.getAttribute("href")?.slice(1);
  return id ? (use.getRootNode() as Document | ShadowRoot).getElementById(id) : null;
}
