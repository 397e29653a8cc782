// What the browser tests load as the mirror's page, where no hub serves it: `mirrorProbe(say)` makes the mirror.

import { Mirror } from "../../src/mirror/mirror";
import { PAGE_STYLE } from "../../src/mirror/style";
import type { FromMirror } from "../../src/shared/mirrortalk";

const mirrorProbe = (say: (message: FromMirror) => void): Mirror => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(PAGE_STYLE);
  document.adoptedStyleSheets = [sheet];
  document.body.replaceChildren();
  const mirror = new Mirror(document.body, say);
  mirror.live();
  return mirror;
};

declare global {
  interface Window {
    mirrorProbe: typeof mirrorProbe;
  }
}

window.mirrorProbe = mirrorProbe;
