// What stands behind a number, when the hub asks for it.
import { shared } from "../shared/parts";
import type { AssetKind, Assets } from "./assets";
import { rewrite } from "./css";
import type { ShrinkPart } from "./shrinking";

export interface AssetHost {
  /** The customer's token as it is now. */
  token(): string;
  /** Origins whose assets the hub gets itself. */
  origins(): readonly string[];
  /** The site's policy keeps us from reading its own files. */
  isBlocked(): boolean;
  refused(n: number, why: Why): void;
}

/** Why there are no bytes; what the server answered; a picture's own size. */
export interface Why {
  reason: string;
  status?: number;
  width?: number;
  height?: number;
}

const ASSET_MAX_BYTES = 5 * 1024 * 1024;
/** Larger pictures are looked at, whether they can be made smaller. */
const SHRINK_FROM_BYTES = 256 * 1024;
/** Of a drawing that is sent as a picture. */
const STILL_QUALITY = 0.9;
const SHRINK_MAX_BYTES = 40 * 1024 * 1024;
/** How long the browser may take to say that a policy forbade a request. */
const VIOLATION_MS = 50;
/** What people or scripts read, or a page that stands where a picture was: who gets its address in gets nothing out. */
const READABLE = /^(text|application\/(?!octet|.*font))/i;
const DATA = /^data:((?:image\/|font\/|application\/(?:x-)?font|text\/css)[^,]*?)(;base64)?,(.*)$/is;
/** As the browser itself asks: a server may answer each differently (`Vary: Accept`), and the cache then knows. */
const ACCEPT = {
  image: "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
  style: "text/css,*/*;q=0.1",
  font: "*/*",
};
const ORIGIN = "same-origin";
/** What newer browsers say before that, of a picture. */
const NEWER = "image/jxl,";

/** The page's own pictures of this address. Those in shadow roots and frames are not looked for. */
const imagesOf = (url: string): HTMLImageElement[] =>
  [...document.images].filter((image) => image.complete && image.currentSrc.split("#")[0] === url);

export class Bringer {
  /** What cannot be had, once that is sure. */
  private readonly refused_ = new Map<number, Why>();
  /** Whether the hub gets it, where that is known. */
  private readonly given_ = new Map<number, boolean>();
  /** Stylesheets of listed origins, as the hub has them. */
  private readonly sheets_ = new Map<number, string>();
  private first_: Promise<unknown> | undefined;

  constructor(
    private readonly assets_: Assets,
    private readonly host_: AssetHost,
  ) {}

  /**
   * What the hub gets for this number, to be shown here: where it is from, and a stylesheet's text. What rules name,
   * the page may never have loaded: where it is not `certain` that it did, nothing is asked for.
   */
  async given(n: number, certain: boolean): Promise<{ address: string; css: string }> {
    const [url, kind] = this.at_(n);
    const canvas = this.assets_.canvas(url);
    if (canvas) return { address: canvas.toDataURL("image/webp", STILL_QUALITY), css: "" };
    if (this.isListed_(url)) return { address: url, css: this.sheets_.get(n) ?? "" };
    let given =
      this.given_.get(n) ?? (certain || url.startsWith("data:") || (!!url && new URL(url).origin === location.origin));
    let css = "";
    // What did not come once may come now.
    if (kind === "style" ? given || certain : certain && !this.given_.get(n)) {
      const body = await this.bytes_(n);
      given = body instanceof Blob;
      if (kind === "style" && given) css = await (body as Blob).text();
    }
    return { address: given ? url : "", css };
  }

  /** The hub asks for the bytes; it takes them only with this ticket. */
  async upload(n: number, ticket: string): Promise<void> {
    // The hub may have it from a sheet that an earlier page brought: what that names, this page knows once it has read
    // it, too, and those that it imports.
    for (const [m, [, kind]] of this.assets_.addresses)
      if (kind === "style" && !this.at_(n)[0] && !this.given_.has(m)) await this.bytes_(m);
    const [url, kind] = this.at_(n);
    // Where the hub is away it asks again.
    const body = this.isListed_(url) ? await this.name_(n, url, kind, ticket) : await this.bytes_(n);
    if (body instanceof Blob) await this.put_(n, ticket, "", body);
    else if (body) {
      const [image] = imagesOf(url);
      this.host_.refused(n, { ...body, ...(image && { width: image.naturalWidth, height: image.naturalHeight }) });
    }
  }

  private at_(n: number): readonly [url: string, kind: AssetKind] {
    return this.assets_.addresses.get(n) ?? ["", "image"];
  }

  private isListed_(url: string): boolean {
    return /^http/.test(url) && this.host_.origins().includes(new URL(url).origin);
  }

  /** The hub gets it itself; of a stylesheet it gives the text, whose addresses get numbers here. */
  private async name_(n: number, address: string, kind: AssetKind, ticket: string): Promise<Blob | undefined> {
    const answer = await this.put_(n, ticket, "/address", JSON.stringify({ address, kind }));
    if (answer?.status !== 200) return undefined;
    const sheet = await answer.json();
    const css = rewrite(sheet.css, sheet.address, this.assets_.number, true);
    this.sheets_.set(n, css);
    return new Blob([css]);
  }

  private put_(n: number, ticket: string, path: string, body: BodyInit): Promise<Response | undefined> {
    const headers = {
      Authorization: `Bearer ${this.host_.token()}`,
      "Cobrowse-Asset-Ticket": ticket,
      ...(path && { "Content-Type": "application/json" }),
    };
    return fetch(`${shared().hub}/api/assets/${n}${path}`, {
      method: "PUT",
      headers,
      body,
      credentials: "omit",
      // A page may have its whole address told to everybody.
      referrerPolicy: "no-referrer",
    }).catch(() => undefined);
  }

  /** The bytes, or why there are none. What is sure is not found out twice. */
  private async bytes_(n: number): Promise<Blob | Why> {
    const [url, kind] = this.at_(n);
    const why = this.refused_.get(n);
    if (why) return why;
    const body = await this.read_(url, kind).catch((): Why => ({ reason: "failed" }));
    const isGiven = body instanceof Blob;
    this.given_.set(n, isGiven);
    if (!isGiven && (body.status || body.reason === "too_big")) this.refused_.set(n, body);
    return body;
  }

  private async read_(url: string, kind: AssetKind): Promise<Blob | Why> {
    const canvas = this.assets_.canvas(url);
    if (canvas) {
      const still = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/webp", STILL_QUALITY));
      if (!still) return { reason: "failed" };
      return still.size > ASSET_MAX_BYTES ? { reason: "too_big" } : still;
    }
    const response = await this.get_(url, kind);
    if ("reason" in response) return response;
    const { status } = response;
    const why = (reason: string): Why => ({ reason, status });
    if (status !== 200) return why("failed");
    const type = response.headers.get("Content-Type") ?? "";
    if (kind === "style" ? !/^text\/css/i.test(type) : READABLE.test(type)) return why("wrong_type");
    if (/no-store/i.test(response.headers.get("Cache-Control") ?? "")) return why("no_store");
    let bytes = await response.blob();
    if (kind === "image" && bytes.size > SHRINK_FROM_BYTES && bytes.size < SHRINK_MAX_BYTES) {
      const part = (await shared()
        .load("shrink")
        .catch(() => undefined)) as ShrinkPart | undefined;
      if (part) bytes = await part.shrunk(bytes, imagesOf(url), ASSET_MAX_BYTES);
    }
    if (kind === "style")
      bytes = new Blob([rewrite(await bytes.text(), response.url || url, this.assets_.number, true)]);
    return bytes.size > ASSET_MAX_BYTES ? { reason: "too_big" } : bytes;
  }

  private async get_(url: string, kind: AssetKind): Promise<Response | Why> {
    if (!url) return { reason: "gone" };
    if (url.startsWith("data:")) return dataOf(url);
    if (new URL(url).origin !== location.origin) return { reason: "other_origin" };
    // The first one shows whether the site's policy lets us read at all; the others do not fill its report endpoint.
    const found = Promise.resolve(this.first_).then(() => this.fetch_(url, kind));
    this.first_ ??= found.catch(() => {});
    return found;
  }

  private async fetch_(url: string, kind: AssetKind): Promise<Response | Why> {
    const get = async (newer = "", cache: RequestCache = "default"): Promise<Response | Why> => {
      if (this.host_.isBlocked()) return { reason: "csp" };
      const headers = { Accept: newer + ACCEPT[kind] };
      try {
        return await fetch(url, { mode: ORIGIN, credentials: ORIGIN, redirect: "error", headers, cache });
      } catch {
        await new Promise((wake) => setTimeout(wake, VIOLATION_MS));
        return { reason: this.host_.isBlocked() ? "csp" : "failed" };
      }
    };
    if (url.startsWith("blob:")) return get();
    // Not one request that the page has not made by itself: no oracle for addresses of others' choosing. A service
    // worker may make one even of what is only looked for in the cache.
    const loaded = this.assets_.loaded(url) !== undefined || inFrames(window, url) || imagesOf(url)[0];
    if (!loaded && navigator.serviceWorker?.controller) return { reason: "not_loaded" };
    for (const newer of kind === "image" ? [NEWER, ""] : [""]) {
      const cached = await get(newer, "only-if-cached");
      if ("ok" in cached ? cached.ok : cached.reason === "csp") return cached;
    }
    return loaded ? get() : { reason: "not_loaded" };
  }
}

/** Whether a frame of the page's own loaded it. */
function inFrames(of: Window, url: string): boolean {
  for (let at = 0; at < of.length; at++) {
    try {
      const frame = of[at] as Window;
      const entries = frame.performance.getEntriesByName(url, "resource") as PerformanceResourceTiming[];
      if (entries.some((entry) => entry.initiatorType !== "fetch") || inFrames(frame, url)) return true;
    } catch {
      // A frame of another origin.
    }
  }
  return false;
}

/** By hand: a site's policy for requests may forbid what it allows for pictures. */
function dataOf(url: string): Response | Why {
  const [, type, coded, text] = DATA.exec(url) ?? [];
  if (text === undefined) return { reason: "failed" };
  const said = decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, "%25"));
  const bytes = coded ? Uint8Array.from(atob(said), (char) => char.charCodeAt(0)) : said;
  return new Response(bytes, { headers: { "Content-Type": type || "text/plain" } });
}
