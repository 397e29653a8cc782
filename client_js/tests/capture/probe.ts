// What the browser tests load: a capture whose host keeps every message, as the wire would carry it.

import type { AnyDo, CustomerPolicy } from "../../src/protocol";
import { judge } from "../../src/shared/addresses";
import { SHARED } from "../../src/shared/parts";
import { sender } from "../../src/shared/sendchain";
import { Acts } from "../../src/snippet/acts";
import { Assets, type Numbered } from "../../src/snippet/assets";
import { Bringer } from "../../src/snippet/bringer";
import { canonical } from "../../src/snippet/capture/digest";
import { Capture } from "../../src/snippet/capture/index";
import { Outline } from "../../src/snippet/capture/outline";
import { Frame } from "../../src/snippet/capture/tables";
import { Tree } from "../../src/snippet/capture/tree";
import { Walk } from "../../src/snippet/capture/walk";
import { shrunk } from "../../src/snippet/shrink";

interface Options {
  policy?: Partial<CustomerPolicy>;
  /** Give back the credit of each frame at once. */
  credit?: boolean;
  /** Milliseconds of the page's time in a second, and for how long a rung is kept at least. */
  budget?: [ms: number, stayMs: number];
  /** The part that makes outlines cannot be loaded. */
  withoutOutline?: boolean;
  /** Hears of every message instead of having it kept; gives the credit back itself. */
  heard?: (text: string) => void;
  /** Asset numbers of an earlier page. */
  carried?: readonly Numbered[];
}

const BASE: CustomerPolicy = {
  origins: [location.origin],
  deny_paths: ["/denied/*"],
  query_params: ["q"],
  mask: [],
  hide: [],
  show: [],
  no_control: [],
  private: false,
  max_scope: "control",
  typed_navigation: "ask",
  acts: ["point", "highlight", "clear", "scroll", "click", "navigate", "back", "forward", "reload"],
};

let epoch = 0;

function start({ policy = {}, credit = true, heard, carried = [], budget, withoutOutline }: Options = {}) {
  const sent: { k: string }[] = [];
  const failures: string[] = [];
  const results: { id: number; status: string; reason: string }[] = [];
  const shown: unknown[] = [];
  const refused: unknown[] = [];
  (window as unknown as Record<symbol, unknown>)[SHARED] = {
    hub: location.origin,
    load: async () => ({ shrunk }),
  };
  const why: unknown[] = [];
  let blocked = false;
  document.addEventListener("securitypolicyviolation", () => {
    blocked = true;
  });
  const numbers = new Assets(1 + Math.max(0, ...carried.map(([, n]) => n)), carried);
  const assets = new Bringer(numbers, {
    token: () => "token",
    origins: () => chosen.asset_origins ?? [],
    isBlocked: () => blocked,
    refused: (n, said) => {
      refused.push([n, said.reason]);
      why.push(said);
    },
  });
  const chosen = { ...BASE, ...policy };
  const capture: Capture = new Capture({
    policy: chosen,
    async send(message) {
      // Through JSON at once, as the wire does it.
      const text = JSON.stringify(message);
      const bytes = new TextEncoder().encode(text).length;
      if (heard) {
        heard(text);
        return bytes;
      }
      sent.push(JSON.parse(text));
      if (credit && (message.k === "snapshot" || message.k === "ops")) {
        setTimeout(() => capture.credit(message.epoch, 1, bytes));
      }
      return bytes;
    },
    mayShare: () => judge(chosen, location.href),
    assetNumber: numbers.number,
    isOwn: (node) => node instanceof Element && node.localName === "cobrowse-own",
    again: () => capture.start(++epoch),
    async outline() {
      if (withoutOutline) throw new Error("It cannot be loaded.");
      return Outline;
    },
    ...(budget && { budget }),
    failed: (error) => failures.push(String((error as Error).stack ?? error)),
  });
  capture.start(++epoch);
  const acts = new Acts(capture, chosen, {
    answer: (result) => results.push(result as (typeof results)[number]),
    hasControl: () => probe.control,
    askNavigate: async (address) => {
      shown.push(["ask", address]);
      return probe.allow ? "" : "declined";
    },
    isOwn: (node) => (node as Element).localName === "cobrowse-own",
    point: (x, y) => shown.push(["point", Math.round(x), Math.round(y)]),
    highlight: (box) => shown.push(["highlight", box && Math.round(box.width)]),
    showAct: (kind) => shown.push(["act", kind]),
  });
  const probe = {
    sent,
    failures,
    results,
    shown,
    refused,
    why,
    assets: {
      number: numbers.number,
      get next() {
        return numbers.next;
      },
      carried: () => numbers.carried(),
      upload: (n: number, ticket: string) => assets.upload(n, ticket),
      given: (n: number, certain: boolean) => assets.given(n, certain),
    },
    acts,
    control: true,
    allow: true,
    /** Run one act; gives its answers. */
    async act(wanted: object, id = acts.highest + 1) {
      await acts.run({ k: "act", id, epoch: capture.epoch, seq: capture.seq, do: wanted as AnyDo });
      return results
        .filter((result) => result.id === id)
        .map(({ status, reason }) => (reason ? `${status} ${reason}` : status));
    },
    /** The id of the first element that matches, through open shadow roots. */
    id(selector: string) {
      const within = (root: Document | ShadowRoot): Element | undefined =>
        root.querySelector(selector) ??
        [...root.querySelectorAll("*")].map((each) => each.shadowRoot && within(each.shadowRoot)).find(Boolean) ??
        undefined;
      return capture.idOf(within(document) as Element);
    },
    capture,
    get last() {
      return sent.some((message) => message.k === "snapshot" && (message as { last?: boolean }).last);
    },
    canonical: () => canonical(capture.walk_),
    /** A new picture, in a new epoch. */
    again: () => capture.start(++epoch),
    /** Look now for what changes without a mutation or an event. */
    poll: () => (capture as unknown as { dirty_: { poll_(): void } }).dirty_.poll_(),
    /** Nothing is on its way and nothing is marked. */
    quiet() {
      const inner = capture as unknown as {
        part_: number;
        outlined_: boolean;
        budget_: { renewing_: unknown };
        busy_: boolean;
        woken_: boolean;
        dirty_: { take_(): void };
        places_: { unlooked_: unknown[] };
        tree_: { dirtySelf_: Set<unknown>; dirtyChildren_: Set<unknown>; checked_?: Set<unknown> };
      };
      if (inner.outlined_) return inner.part_ < 0 && !inner.budget_.renewing_ && !inner.busy_ && !inner.woken_;
      return (
        inner.part_ < 0 &&
        !inner.budget_.renewing_ &&
        !inner.places_.unlooked_.length &&
        !inner.busy_ &&
        !inner.woken_ &&
        !inner.tree_.dirtySelf_.size &&
        !inner.tree_.dirtyChildren_.size &&
        !inner.tree_.checked_?.size
      );
    },
  };
  return probe;
}

/** From `start` until the last part of the first picture is packed; longest of nothing else. */
async function timed(): Promise<{ ms: number; bytes: number; parts: number }> {
  let bytes = 0;
  let parts = 0;
  const before = performance.now();
  const ms = await new Promise<number>((done) => {
    const send = sender((data) => {
      bytes += data.length;
    });
    const capture: Capture = new Capture({
      policy: BASE,
      async send(message) {
        const sent = await send(message);
        if (message.k === "snapshot") {
          parts++;
          capture.credit(message.epoch, 1, sent);
          if (message.last) {
            done(performance.now() - before);
            capture.stop();
          }
        }
        return sent;
      },
      mayShare: () => "",
      assetNumber: () => 0,
      isOwn: () => false,
    });
    capture.start(++epoch);
  });
  return { ms, bytes, parts };
}

/** The walk alone, in one go: milliseconds, and how many parts were sent. For comparison with what others call a snapshot. */
function walked(): { ms: number; parts: number } {
  const host = { policy: BASE, assetNumber: () => 0, isOwn: () => false };
  const before = performance.now();
  const walk = new Walk(host, () => {});
  const tree = new Tree(walk, () => {});
  let frame = new Frame();
  tree.begin_(frame);
  while (!tree.proceed_(frame, Number.POSITIVE_INFINITY, false)) frame = new Frame();
  const ms = performance.now() - before;
  walk.stop_();
  return { ms, parts: tree.sent_.size };
}

declare global {
  interface Window {
    probe: { start: typeof start; timed: typeof timed; walked: typeof walked };
  }
}

window.probe = { start, timed, walked };
