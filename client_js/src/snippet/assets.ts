// Pictures, fonts and stylesheets: a number for each address. What stands behind a number, bringing.ts brings.

export type AssetKind = "image" | "font" | "style";
/** A number by what its address sums up to; the address itself stays on its page. */
export type Numbered = readonly [sum: number, n: number];

const NUMBER_MAX = 100_000;
/** No address that a browser gives out. */
const CANVAS = /^blob:canvas\//;
/** So many go from page to page. */
const CARRIED_MAX = 2_000;
/** Longer ones stand for their content; nobody names them twice. */
const SUMMED_CHARACTERS = 4_000;
/** What is noted of what the page loaded; a page that loads for ever begins anew. */
const LOADED_MAX = 10_000;
/** What a transfer is said to weigh that brought nothing but "not modified". */
const HEADERS_BYTES = 300;

/** The largest prime below 2 ** 26. */
const PRIME = 67_108_859;

/** Two polynomials, 52 bits: who makes two addresses alike sees one picture of the own page for another. */
function sum(text: string): number {
  let [a, b] = [1, 1];
  for (let at = 0; at < text.length; at++) {
    a = (a * 31 + text.charCodeAt(at)) % PRIME;
    b = (b * 8_191 + text.charCodeAt(at)) % PRIME;
  }
  return a * PRIME + b;
}

const plain = (address: string): string => address.split("#")[0] as string;

export class Assets {
  private readonly numbers_ = new Map<string, number>();
  /** What stands behind each number on this page. */
  readonly addresses = new Map<number, readonly [url: string, kind: AssetKind]>();
  private readonly carried_: Map<number, number>;
  /** What canvases looked like, by an address that stands for it. */
  private readonly canvases_ = new Map<string, WeakRef<Element>>();
  /** What the page loaded, and what that weighed on the wire. An observer hears of more than the 250 that are kept. */
  private readonly loaded_ = new Map<string, number>();
  private readonly observer_ = new PerformanceObserver((list) => this.see_(list.getEntries()));

  constructor(
    /** The next free number; it goes from page to page, so that a number names one thing in a session. */
    public next: number,
    carried: readonly Numbered[] = [],
  ) {
    this.carried_ = new Map(carried);
    this.observer_.observe({ type: "resource", buffered: true });
  }

  /** Whether this address has a number: whether we may ever read it. */
  has(address: string): boolean {
    return !!this.numbers_.get(address);
  }

  /** The number of this address, or 0 where there can be none. */
  readonly number = (address: string, kind: AssetKind, node?: Element): number => {
    const url = plain(address);
    let n = this.numbers_.get(url);
    if (node && CANVAS.test(url)) this.canvases_.set(url, new WeakRef(node));
    if (n === undefined) {
      n = /^(https?|data):/.test(url) && url.length < SUMMED_CHARACTERS ? this.again_(url) : this.fresh_(url);
      this.numbers_.set(url, n);
      if (n) this.addresses.set(n, [url, kind]);
    }
    return n;
  };

  /** The canvas that this address stands for. */
  canvas(url: string): HTMLCanvasElement | undefined {
    return this.canvases_.get(url)?.deref() as HTMLCanvasElement | undefined;
  }

  /** How many bytes it took to load this address; undefined where the page did not. */
  loaded(url: string): number | undefined {
    this.see_(this.observer_.takeRecords());
    return this.loaded_.get(url);
  }

  /** For the next page in this tab. */
  carried(): readonly Numbered[] {
    return [...this.carried_].slice(-CARRIED_MAX);
  }

  private fresh_(url: string): number {
    return /^(https?|data|blob):/.test(url) && this.next <= NUMBER_MAX ? this.next++ : 0;
  }

  /** The number that an earlier page used, unless the browser got it anew: it may have changed. */
  private again_(url: string): number {
    const key = sum(url);
    let n = this.carried_.get(key);
    if (!n || (this.loaded(url) ?? 0) > HEADERS_BYTES) n = this.fresh_(url);
    this.carried_.delete(key);
    if (n) this.carried_.set(key, n);
    return n;
  }

  private see_(entries: PerformanceEntryList): void {
    if (this.loaded_.size > LOADED_MAX) this.loaded_.clear();
    for (const { name, initiatorType, transferSize } of entries as PerformanceResourceTiming[]) {
      // What was fetched does not count: what we read ourselves leaves such an entry, too.
      if (initiatorType !== "fetch") this.loaded_.set(plain(name), transferSize);
    }
  }
}
