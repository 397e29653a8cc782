// Stylesheets that did not come. The tab may have been slow, or on its way to another page; the hub may have been away.
// Without a sheet nothing of a picture is where the customer sees it, so it is asked for again, a few times.

import { getAttribute, isConnected, setAttribute } from "./dom";

/** How long after each failure it is asked for again; after the last, never. */
const AGAIN_AFTER_MS = [1_000, 4_000, 15_000];
/** Before an address that stays the same: a browser loads none again that is written as it was. */
const HERE = "./";

export class Again {
  /** How often each address failed in this picture. */
  private readonly failed = new Map<string, number>();
  private readonly timers = new Set<number>();

  /** This link, or what it imports, did not load. */
  ask(link: Element): void {
    const written = getAttribute(link, "href") ?? "";
    const address = written.replace(HERE, "");
    const times = this.failed.get(address) ?? 0;
    const after = AGAIN_AFTER_MS[times];
    if (after === undefined || address === "") return;
    this.failed.set(address, times + 1);
    const timer = window.setTimeout(() => {
      this.timers.delete(timer);
      // What it has, if what it imports did not come, it keeps until then.
      if (!isConnected(link) || getAttribute(link, "href") !== written) return;
      setAttribute(link, "href", written === address ? HERE + address : address);
    }, after);
    this.timers.add(timer);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }
}
