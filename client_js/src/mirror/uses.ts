// An SVG `use` draws a copy of another element, and copies may hold uses: ten lines can ask for a billion elements.

import { inside, localNameOf } from "./dom";
import { Refusal } from "./refusal";
import { LIMITS } from "./vocabulary";

const CHAIN_DEPTH = 32;

/** Raises `Refusal` where the uses together would draw more copies or elements than the whitelist allows. */
export function weighUses(uses: Iterable<Element>): void {
  const weighing = new Weighing();
  for (const use of uses) weighing.expand(use);
}

/** Draws every copy in thought, and no more of them than are allowed. What was weighed once on the way of a circle
 * would weigh too little elsewhere, so nothing is remembered but what is inside of what. */
class Weighing {
  private uses = 0;
  private elements = 0;
  private readonly within = new Map<Element, { elements: number; uses: readonly Element[] }>();
  private readonly path = new Set<Element>();

  expand(use: Element): void {
    this.uses += 1;
    const target = targetOf(use);
    // A circle draws nothing.
    if (target !== null && !this.path.has(target)) this.copy(target);
    if (this.uses > LIMITS.use || this.elements > LIMITS.nodes) throw new Refusal("too_many_uses");
  }

  private copy(target: Element): void {
    if (this.path.size >= CHAIN_DEPTH) throw new Refusal("too_many_uses");
    const { elements, uses } = this.inside(target);
    this.elements += elements;
    this.path.add(target);
    for (const use of uses) this.expand(use);
    this.path.delete(target);
  }

  private inside(target: Element): { elements: number; uses: readonly Element[] } {
    let found = this.within.get(target);
    if (found === undefined) {
      const uses = localNameOf(target) === "use" ? [target] : [...inside(target, "use")];
      found = { elements: 1 + inside(target, "*").length, uses };
      this.within.set(target, found);
    }
    return found;
  }
}

function targetOf(use: Element): Element | null {
  const id = use.getAttribute("href")?.slice(1);
  return id ? (use.getRootNode() as Document | ShadowRoot).getElementById(id) : null;
}
