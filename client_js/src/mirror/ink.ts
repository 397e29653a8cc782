// How the mirror draws what it was not shown, inside the picture. Zero specificity where the page may win.

import { FILLED, MASKED, PLACEHOLDER, UNKNOWN } from "./fields";

export const FOCUSED = "data-cobrowse-focused";
export const MISSING = "data-cobrowse-missing";
export const SELECTED = "cobrowse-selected";

const HATCH = "repeating-linear-gradient(135deg,#8c96a31f 0 6px,#8c96a33d 6px 12px)";

export const INK = `
:where([${MASKED}]){background-image:${HATCH}}
[${PLACEHOLDER}]{display:inline-flex;box-sizing:border-box;align-items:center;justify-content:center;overflow:hidden;
  background:${HATCH},#f2f4f7;color:#475467;border:1px solid #98a2b3;min-width:8px;min-height:8px}
[${PLACEHOLDER}]::before{content:attr(${PLACEHOLDER});font:12px/1.4 system-ui,sans-serif;padding:4px 8px;text-align:center}
input[${FILLED}]{background-image:${HATCH}}
input[type=color][${FILLED}]::-webkit-color-swatch{opacity:0}
:where(input[${UNKNOWN}]){opacity:.75}
:not(input)[${FILLED}]::before{content:"•••••"}
img[${MISSING}]:not([${MISSING}=""])::before{content:attr(${MISSING});display:block;font:12px/1.4 system-ui,sans-serif;color:#475467;padding:4px 8px}
img[${MISSING}]{overflow:hidden;background:${HATCH};outline:1px dashed #98a2b3;outline-offset:-1px;min-width:16px;min-height:16px}
[${FOCUSED}]{outline:3px solid #7c3aed!important;outline-offset:2px!important}
::highlight(${SELECTED}){background:#b692f6;color:#1d1233}
`;
