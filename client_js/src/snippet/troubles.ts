// What is wrong with the picture, as far as this tab knows: words of a closed list for the agent's console, and nothing
// of the page.
import type { Condition, Trouble } from "../protocol";
import { shared } from "../shared/parts";

export interface Troubles {
  has(what: Trouble): boolean;
  /** The agent is told of what is new. */
  set(what: Trouble, wrong: boolean): void;
  readonly list: NonNullable<Condition["troubles"]>;
}

/**
 * `reads`: whether this address of the page's own is one of those that we read. That the page may not show it itself, as
 * a picture, say, keeps nobody from reading the others.
 */
export function troubles(changed: () => void, reads: (address: string) => boolean, signal: AbortSignal): Troubles {
  const found = new Set<Trouble>();
  const set = (what: Trouble, wrong: boolean) => {
    if (found.has(what) === wrong) return;
    if (wrong) found.add(what);
    else found.delete(what);
    changed();
  };
  document.addEventListener(
    "securitypolicyviolation",
    ({ blockedURI, disposition, effectiveDirective }) => {
      if (disposition !== "enforce") return;
      const [directive = "other"] = /^(connect|script|style|img|font)/.exec(effectiveDirective) ?? [];
      if (blockedURI.startsWith(shared().hub)) set(`csp_${directive}` as Trouble, true);
      else if (directive === "connect" && reads(blockedURI)) set("csp_self", true);
    },
    { signal },
  );
  return {
    has: (what) => found.has(what),
    set,
    get list() {
      return [...found];
    },
  };
}
