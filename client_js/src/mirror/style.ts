/** The mirror page itself; the picture has its own document and never sees this. */
export const PAGE_STYLE = `
:root{color-scheme:light dark}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;height:100dvh;overflow:hidden;background:transparent;font:15px/1.5 system-ui,sans-serif}
.stage{position:relative;width:100%;height:100%;display:grid;place-items:center;overflow:hidden}
.fit{position:relative;overflow:hidden;background:#fff;box-shadow:0 0 0 1px #10182826}
.fit[hidden]{display:block!important;visibility:hidden}
.fit iframe{position:absolute;inset:0 auto auto 0;border:0;transform-origin:0 0;pointer-events:none;background:#fff}
.surface{position:absolute;inset:0;outline-offset:-3px;touch-action:none}
.surface:focus-visible{outline:3px solid #1d5fd1}
.surface[data-tool=point],.surface[data-tool=highlight]{cursor:crosshair}
.surface[data-tool=control]{cursor:pointer}
.surface>*{position:absolute;inset:0 auto auto 0;pointer-events:none}
.surface{overflow:hidden}
.lens{outline:2px solid #1d5fd1;box-shadow:0 0 0 200vmax #10182859}
.outline{outline:3px solid #1d5fd1;outline-offset:1px;border-radius:2px;background:#1d5fd11f}
.mark-outline{outline:3px solid #d9480f;outline-offset:0;border-radius:4px;box-shadow:0 0 0 5px #fffc}
.mark-point{width:26px;height:26px;margin:-13px;border-radius:50%;border:4px solid #d9480f;box-shadow:0 0 0 2px #fffc}
.customer-pointer{width:18px;height:18px;margin:-9px;border-radius:50%;background:#7c3aed;border:3px solid #fff;box-shadow:0 0 0 1px #10182866}
.own-pointer{width:24px;height:24px;margin:-12px;border-radius:50%;border:3px solid #1d5fd1;box-shadow:0 0 0 2px #fff,inset 0 0 0 2px #fff}
.ripple{width:32px;height:32px;margin:-16px;border-radius:50%;border:3px solid #1d5fd1;animation:ripple .7s ease-out both}
@keyframes ripple{from{scale:.3;opacity:1}to{scale:1.4;opacity:0}}
.stage[data-waiting=true]::after{content:"";position:absolute;width:32px;height:32px;border-radius:50%;border:3px solid #98a2b366;border-top-color:#1d5fd1;animation:turn 1s linear infinite}
@keyframes turn{to{rotate:1turn}}
@media (prefers-reduced-motion:reduce){.ripple,.stage::after{animation:none!important}}
`;
