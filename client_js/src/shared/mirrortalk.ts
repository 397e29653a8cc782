// What the console and the mirror page say to each other by postMessage. Each checks the other's exact origin and window.

import type { AssetMissed, Ops, Page, PageInfo, Pointer, Snapshot, Tip } from "../protocol";

export type View = Snapshot | Ops | Page | Pointer | Tip;

/** What a click in the mirror means at the moment; `none` where the agent may only look. */
export type Tool = "none" | "point" | "highlight" | "control";

/** What the agent marked in the customer's page. */
export type Mark =
  | { act: "point"; node: number; x: number; y: number }
  | { act: "highlight"; node: number }
  | { act: "clear" };

export type Language = "en" | "de";

/** Console → mirror. */
export type ToMirror =
  | { k: "setup"; language: Language }
  | { k: "view"; message: View }
  /** Drop the picture: nothing of the page is left in the mirror. */
  | { k: "cover" }
  /** The hub has no such asset for the mirror, and says why. */
  | { k: "missed"; asset: AssetMissed }
  /** The session is live: pictures may come. */
  | { k: "live" }
  | { k: "tool"; tool: Tool }
  /** What is the digest of the picture, if it is exactly this one? */
  | { k: "digest"; id: number; epoch: number; seq: number }
  /** The customer sees this now: what was pointed at, what is highlighted, or neither any more. */
  | { k: "mark"; mark: Mark };

/** A place in the page: a node of the picture and fractions of its box. */
export interface Place {
  node: number;
  x: number;
  y: number;
  epoch: number;
  seq: number;
}

/** How much there is to see of a picture, in counts. `placeholders` by their reason. */
export interface Census {
  epoch: number;
  texts: number;
  masked: number;
  pictures: number;
  placeholders: Readonly<Record<string, number>>;
}

/** Mirror → console. */
export type FromMirror =
  | { k: "ready" }
  /** One message of the view was dealt with, well or not. */
  | { k: "dealt" }
  /** Ask the customer's tab for a new picture; `epoch` is the last one seen. */
  | { k: "resync"; epoch: number }
  | { k: "page"; page: PageInfo }
  | { k: "press"; place: Place }
  | { k: "scroll"; place: Place }
  /** Escape on the picture: the pointer or highlight is to go. */
  | { k: "clear" }
  /** Frames that did not fit since this page was loaded, and the last reason. */
  | { k: "refused"; count: number; reason: string }
  /** There is a whole picture, and what there is to see of it; again at most every 2 s. */
  | { k: "census"; census: Census }
  /** `digest` is empty where the picture is another one by now. */
  | { k: "digest"; id: number; digest: string }
  | { k: "painted"; epoch: number; seq: number };
