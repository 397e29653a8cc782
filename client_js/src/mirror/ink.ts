// How the mirror draws what it was not shown, inside the picture. Zero specificity where the page may win.

import { DOTTED, FILLED, MASKED, PLACEHOLDER, UNKNOWN } from "./fields";
import { WITHHELD } from "./pictures";
import { attributeOf, FULLSCREEN, RING, SELECTED } from "./selectors";

export const MISSING = "data-cobrowse-missing";
/** On the root: nothing moves yet. */
export const STILL = "data-cobrowse-still";
/** Laid out although it is far from view. */
export const SEEN = "data-cobrowse-seen";

const HATCH = "repeating-linear-gradient(135deg,#8c96a31f 0 6px,#8c96a33d 6px 12px)";

export const INK = `
:where([${MASKED}]){background-image:${HATCH}}
:where([${PLACEHOLDER}]){display:inline-block}
[${PLACEHOLDER}]{box-sizing:border-box;overflow:hidden;
  background:${HATCH},#f2f4f7;color:#475467;border:1px solid #98a2b3;min-width:8px;min-height:8px}
[${PLACEHOLDER}]::before{content:attr(${PLACEHOLDER});display:grid;place-items:center;box-sizing:border-box;height:100%;font:12px/1.4 system-ui,sans-serif;padding:4px 8px;text-align:center}
canvas[${WITHHELD}],video[${WITHHELD}]{background:${HATCH},#f2f4f7}
:where(progress,meter){appearance:none;background-image:${HATCH}}
:where(progress)::-webkit-progress-bar,:where(meter)::-webkit-meter-bar{background-image:${HATCH}}
input[${FILLED}]{background-image:${HATCH}}
input[${DOTTED}]{-webkit-text-security:disc!important}
input[type=color][${FILLED}]::-webkit-color-swatch{opacity:0}
:where(input[${UNKNOWN}]){opacity:.75}
:not(input)[${FILLED}]:empty::before{content:"•••••"}
img[${MISSING}]:not([${MISSING}=""])::before{content:attr(${MISSING});display:block;font:12px/1.4 system-ui,sans-serif;color:#475467;padding:4px 8px}
img[${MISSING}]{overflow:hidden;background:${HATCH};outline:1px dashed #98a2b3;outline-offset:-1px;min-width:16px;min-height:16px}
`;

const LAYER = "cobrowse-browser";
const RINGED = `:where([${attributeOf(RING)}])`;
const FULL = `[${attributeOf(FULLSCREEN)}]`;

/** Puts the layer below under all of the page's, where nothing of the page stands before it. */
export const LAYER_FIRST = `@layer ${LAYER};`;

/**
 * What a browser's own stylesheet does where a state is true. It is the first layer of all, so whatever the page says is
 * above it; and what is important in it is above all that is important in the page.
 */
export const BROWSER = `@layer ${LAYER}{
${RINGED}{outline:auto 1px -webkit-focus-ring-color}
a${RINGED}:any-link{outline-offset:1px}
${FULL}{position:fixed!important;inset:0!important;margin:0!important;box-sizing:border-box!important;min-width:0!important;max-width:none!important;
  min-height:0!important;max-height:none!important;width:100%!important;height:100%!important;transform:none!important;z-index:2147483647!important}
*{scroll-snap-type:none!important;overflow-anchor:none!important;scroll-behavior:auto!important}
img[src=""]:not([alt],[width],[height]){width:16px;height:16px}
canvas{display:inline-block;overflow:clip;contain:size;width:fit-content;contain-intrinsic-size:attr(width px,300px) attr(height px,150px);
  aspect-ratio:attr(width type(<number>),300) / attr(height type(<number>),150)}
[${STILL}],[${STILL}] *,[${STILL}] ::before,[${STILL}] ::after{transition:none!important}
[${SEEN}]{content-visibility:visible!important}
::highlight(${SELECTED}){background:Highlight;color:HighlightText}
}`;
