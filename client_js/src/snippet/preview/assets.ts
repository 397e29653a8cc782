// What stands behind the numbers of a picture: the site's own addresses, where the agent gets the asset too.

/** What the hub would get for a number: the address it comes from, and a stylesheet's text; or no address. */
export interface Given {
  readonly address: string;
  readonly css: string;
}

const NUMBER = /url\("a\/(\d+)"\)/g;
/** A place that no document has: what is not to be had. */
const NOTHING = 'url("#_")';
/** What comes within this time is drawn at once. */
const GATHER_MS = 30;

export class PreviewAssets {
  private readonly known = new Map<number, Given | null>();
  private readonly waiting = new Set<() => void>();
  private timer = 0;

  constructor(private readonly ask: (n: number, certain: boolean) => Promise<Given>) {}

  /**
   * What is known of this number; null as long as nothing is. `again` is called once when more is. `certain`: the page
   * has loaded it, where it could.
   */
  get(n: number, again: () => void, certain = true): Given | null {
    const given = this.known.get(n);
    if (given) return given;
    this.waiting.add(again);
    if (given === undefined) {
      this.known.set(n, null);
      this.ask(n, certain).then(
        (found) => this.found(n, found),
        () => this.found(n, { address: "", css: "" }),
      );
    }
    return null;
  }

  /** Declarations or rules with addresses in the place of numbers. */
  addressed(css: string, again: () => void): string {
    return css.replace(NUMBER, (_, n: string) => {
      const address = this.get(Number(n), again, false)?.address;
      return address
        ? `url("${address.replace(/["\\\n\r\f]/g, (char) => `\\${char.charCodeAt(0).toString(16)} `)}")`
        : NOTHING;
    });
  }

  stop(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private found(n: number, given: Given): void {
    this.known.set(n, given);
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      const waiting = [...this.waiting];
      this.waiting.clear();
      for (const again of waiting) again();
    }, GATHER_MS);
  }
}
