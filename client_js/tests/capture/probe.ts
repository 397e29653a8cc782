// What the browser tests load: a capture whose host keeps every message, as the wire would carry it.
import { judge } from "../../src/shared/addresses";
import { Capture } from "../../src/snippet/capture/index";
import { canonical } from "../../src/snippet/capture/digest";
import type { CustomerPolicy } from "../../src/protocol";

interface Options {
  policy?: Partial<CustomerPolicy>;
  /** Give back the credit of each frame at once. */
  credit?: boolean;
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

function start({ policy = {}, credit = true }: Options = {}) {
  const sent: { k: string }[] = [];
  const failures: string[] = [];
  const urls = new Map<string, number>();
  const chosen = { ...BASE, ...policy };
  const capture: Capture = new Capture({
    policy: chosen,
    async send(message) {
      // Through JSON at once, as the wire does it.
      const text = JSON.stringify(message);
      sent.push(JSON.parse(text));
      const bytes = new TextEncoder().encode(text).length;
      if (credit && (message.k === "snapshot" || message.k === "ops")) {
        setTimeout(() => capture.credit(message.epoch, 1, bytes));
      }
      return bytes;
    },
    mayShare: () => judge(chosen, location.href),
    assetNumber(url) {
      if (!urls.has(url)) urls.set(url, urls.size + 1);
      return urls.get(url) as number;
    },
    isOwn: (node) => node instanceof Element && node.localName === "cobrowse-own",
    failed: (error) => failures.push(String((error as Error).stack ?? error)),
  });
  capture.start(++epoch);
  const probe = {
    sent,
    failures,
    urls,
    capture,
    get last() {
      return sent.some((message) => message.k === "snapshot" && (message as { last?: boolean }).last);
    },
    canonical: () => canonical((capture as unknown as { walk_: Parameters<typeof canonical>[0] }).walk_),
    /** Nothing is on its way and nothing is marked. */
    quiet() {
      const inner = capture as unknown as {
        part_: number;
        busy_: boolean;
        woken_: boolean;
        dirty_: { take_(): void };
        tree_: { dirtySelf_: Set<unknown>; dirtyChildren_: Set<unknown> };
      };
      return inner.part_ < 0 && !inner.busy_ && !inner.woken_ && !inner.tree_.dirtySelf_.size && !inner.tree_.dirtyChildren_.size;
    },
  };
  return probe;
}

declare global {
  interface Window {
    probe: { start: typeof start };
  }
}

window.probe = { start };
