// The mirror page. It is fed by postMessage from the console's origin alone, and answers to it alone.

import type { FromMirror, ToMirror, View } from "../shared/mirrortalk";
import { Mirror } from "./mirror";
import { PAGE_STYLE } from "./style";

declare global {
  interface Window {
    /** For tests and for the doctor. */
    cobrowseMirror: Pick<Mirror, "digest" | "settled" | "canonical"> & { readonly epoch: number; readonly seq: number };
  }
}

const consoleOrigin = document.body.dataset.console ? new URL(document.body.dataset.console).origin : "";

function say(message: FromMirror): void {
  if (consoleOrigin !== "") window.parent.postMessage(message, consoleOrigin);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(PAGE_STYLE);
document.adoptedStyleSheets = [sheet];

const mirror = new Mirror(document.body, say);

const hear: { readonly [K in ToMirror["k"]]: (message: Extract<ToMirror, { k: K }>) => void } = {
  setup: (message) => mirror.setLanguage(message.language),
  view: (message) => {
    try {
      mirror.view(message.message as View);
    } finally {
      say({ k: "dealt" });
    }
  },
  cover: () => mirror.cover(),
  live: () => mirror.live(),
  tool: (message) => mirror.setTool(message.tool),
  digest: (message) => {
    void mirror.digestOf(message.epoch, message.seq).then((digest) => say({ k: "digest", id: message.id, digest }));
  },
  mark: (message) => mirror.mark(message.mark),
  missed: (message) => mirror.missed(message.asset),
};

window.addEventListener("message", (event: MessageEvent<ToMirror>) => {
  if (event.origin !== consoleOrigin || event.source !== window.parent) return;
  const message = event.data;
  if (Object.hasOwn(hear, message.k)) (hear[message.k] as (message: ToMirror) => void)(message);
});

window.cobrowseMirror = mirror;
say({ k: "ready" });
