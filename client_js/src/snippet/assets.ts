// Pictures, fonts and stylesheets: a number for each address, and its bytes when the hub asks for them.
import { shared } from "../shared/parts";
import { rewrite } from "./css";

export interface AssetHost {
  /** The customer's token as it is now. */
  token(): string;
  refused(n: number, reason: string): void;
}

export type AssetKind = "image" | "font" | "style";

const ASSET_MAX_BYTES = 5 * 1024 * 1024;
const NUMBER_MAX = 100_000;
/** What people or scripts read, or a page that stands where a picture was: who gets its address in gets nothing out. */
const READABLE = /^(text|application\/(?!octet|.*font))/i;
const DATA_TYPES = /^data:(image\/|font\/|application\/(x-)?font|text\/css)/i;

export class Assets {
  private readonly numbers_ = new Map<string, number>();
  /** Whether the hub gets it, where that is known. */
  private readonly given_ = new Map<number, boolean>();
  private readonly addresses_ = new Map<number, readonly [url: string, kind: AssetKind]>();

  constructor(
    /** The next free number; it goes from page to page, so that a number names one thing in a session. */
    public next: number,
    private readonly host_: AssetHost,
  ) {}

  /** Whether this address has a number: whether we may ever read it. */
  has(address: string): boolean {
    return !!this.numbers_.get(address);
  }

  /** The number of this address, or 0 where there can be none. */
  readonly number = (address: string, kind: AssetKind): number => {
    const url = address.split("#")[0] as string;
    let n = this.numbers_.get(url);
    if (n === undefined) {
      n = /^(https?|data|blob):/.test(url) && this.next <= NUMBER_MAX ? this.next++ : 0;
      this.numbers_.set(url, n);
      if (n) this.addresses_.set(n, [url, kind]);
    }
    return n;
  };

  /**
   * What the hub gets for this number, to be shown here: where it is from, and a stylesheet's text. What rules name,
   * the page may never have loaded: where it is not `certain` that it did, nothing is asked for.
   */
  async given(n: number, certain: boolean): Promise<{ address: string; css: string }> {
    const [url, kind] = this.addresses_.get(n) ?? ["", "image"];
    let given =
      this.given_.get(n) ?? (certain || (url !== "" && new URL(url).origin === location.origin) || /^data:/.test(url));
    let css = "";
    if (given && (kind === "style" || (certain && !this.given_.has(n)))) {
      const body = await this.bytes_(n);
      given = typeof body !== "string";
      if (kind === "style" && typeof body !== "string") css = await body.text();
    }
    return { address: given ? url : "", css };
  }

  private async bytes_(n: number): Promise<Blob | string> {
    const [url, kind] = this.addresses_.get(n) ?? ["", "image"];
    const body = await this.read_(url, kind).catch(() => "failed");
    this.given_.set(n, typeof body !== "string");
    return body;
  }

  /** The hub asks for the bytes; it takes them only with this ticket. */
  async upload(n: number, ticket: string): Promise<void> {
    const body = await this.bytes_(n);
    if (typeof body === "string") {
      this.host_.refused(n, body);
      return;
    }
    const headers = { Authorization: `Bearer ${this.host_.token()}`, "Cobrowse-Asset-Ticket": ticket };
    const put = fetch(`${shared().hub}/api/assets/${n}`, {
      method: "PUT",
      headers,
      body,
      credentials: "omit",
      // A page may have its whole address told to everybody.
      referrerPolicy: "no-referrer",
    });
    // Where the hub is away it asks again.
    await put.catch(() => undefined);
  }

  /** The bytes, or why there are none. */
  private async read_(url: string, kind: AssetKind): Promise<Blob | string> {
    const response = await this.get_(url);
    if (typeof response === "string") return response;
    if (!response.ok) return "failed";
    const type = response.headers.get("Content-Type") ?? "";
    if (kind === "style" ? !/^text\/css/i.test(type) : READABLE.test(type)) return "wrong_type";
    if (/no-store/i.test(response.headers.get("Cache-Control") ?? "")) return "no_store";
    const bytes = await response.blob();
    if (bytes.size > ASSET_MAX_BYTES) return "too_big";
    if (kind !== "style") return bytes;
    const css = new Blob([rewrite(await bytes.text(), response.url || url, this.number, true)]);
    return css.size > ASSET_MAX_BYTES ? "too_big" : css;
  }

  private async get_(url: string): Promise<Response | string> {
    if (url.startsWith("data:")) return DATA_TYPES.test(url) ? fetch(url) : "failed";
    if (!url) return "failed";
    if (new URL(url).origin !== location.origin) return "other_origin";
    if (url.startsWith("blob:")) return fetch(url);
    const options = { mode: "same-origin", credentials: "same-origin", redirect: "error" } as const;
    // Not one request that the page has not made by itself: no oracle for addresses of others' choosing. What was
    // fetched does not count, since the next line leaves such an entry too.
    const loaded = performance.getEntriesByName(url, "resource") as PerformanceResourceTiming[];
    const cached = await fetch(url, { ...options, cache: "only-if-cached" }).catch(() => undefined);
    if (cached?.ok) return cached;
    return loaded.some((entry) => entry.initiatorType !== "fetch") ? fetch(url, options) : "not_loaded";
  }
}
