// What the loader and the parts it loads know of each other. Each part is a script of its own; they meet in one
// object, kept under a symbol.
import type { CustomerPolicy } from "../protocol";

/** The answer to a claimed code or a redeemed handoff. */
export interface Joined {
  session: string;
  token: string;
  digits: string;
  agent_name: string;
  site_name: string;
  policy: CustomerPolicy;
}

/** What a page hands to the next one in this tab, by way of sessionStorage; used once. */
export interface Baton {
  session: string;
  token: string;
  agent: string;
  site: string;
  policy: CustomerPolicy;
  /** The next free asset number, and which ones stand for what was named before. */
  assets: number;
  numbers?: readonly (readonly [sum: number, n: number])[];
  /** The highest act id that was run; lower ones are refused. */
  act: number;
  /** The customer gave control, and has not taken it back. */
  granted: boolean;
  /** What the customer was asked, of each kind. */
  asked: { control: Asked; navigate: Asked };
  notes: Notes;
}

/** When the customer was asked last (0: nothing stands against asking), how often they said no, and whether the
 * question still waits. */
export interface Asked {
  at: number;
  declines: number;
  open: boolean;
}

/** What is kept for the receipt: kinds of things and redacted addresses, nothing else of the page. */
export interface Notes {
  /** How many fields were hidden. */
  hidden: number;
  /** What happened, the oldest first; no more than NOTES_MAX. */
  list: Note[];
  /** How often what happened that is not listed. */
  more: Record<string, number>;
}

/** When (ms since 1970), what, of what, why it was refused, and how often in a row. */
export type Note = [at: number, what: string, detail: string, reason: string, times: number];

export interface SessionPart {
  join(joined: Joined): void;
  resume(baton: Baton): void;
}

export interface EntryPart {
  /** Fill one `<cobrowse-code-entry>`. */
  fill(element: HTMLElement): void;
  /** Redeem the handoff of the hosted page. Resolves with a sentence for the customer where it cannot be. */
  redeem(handoff: string): Promise<string>;
}

/** What is loaded when it is needed. */
export type PartName =
  | "view"
  | "assets"
  | "shrink"
  | "outline"
  | "acts"
  | "digest"
  | "preview"
  | "receipt-en"
  | "receipt-de";

export interface Shared {
  /** The hub's origin. */
  hub: string;
  site: string;
  /** The session part, loaded when first asked for. Rejects when it cannot be loaded. */
  session(): Promise<SessionPart>;
  /** What the part of this name left in `parts`; loaded when first asked for, like the session part. */
  load(name: PartName): Promise<unknown>;
  /** What parts take from parts that were loaded before them, see lending.mjs. */
  lent: unknown[];
  parts: { session?: SessionPart; entry?: EntryPart } & Partial<Record<PartName, unknown>>;
}

export const SHARED = Symbol.for("cobrowse");
export const BATON_KEY = "cobrowse";

export const shared = (): Shared => (window as unknown as Record<symbol, Shared>)[SHARED] as Shared;

/** A random text for nonces and page ids: 22 characters, 128 bits. */
export const nonce = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
