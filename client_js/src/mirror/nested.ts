// Documents in frames: made in place, without an address and without scripts, as the picture itself is.

import { homeOf, hostOf, isConnected, parentOf } from "./dom";
import { flag, has, type Known } from "./known";
import type { Medium } from "./medium";
import { Refusal } from "./refusal";
import { LIMITS } from "./vocabulary";
import type { MirrorWords } from "./words";

/** How a frame looks whose document is not shared. */
const WITHHELD = `html{height:100%;background:repeating-linear-gradient(135deg,#8c96a31f 0 6px,#8c96a33d 6px 12px),#f2f4f7}
body{margin:0;height:100%;display:grid;place-items:center;overflow:hidden;font:12px/1.4 system-ui,sans-serif;
text-align:center;color:#475467;box-shadow:inset 0 0 0 1px #98a2b3}`;

/** The empty document in this frame, for what is to come. Raises `Refusal`. */
export function nested(id: number, frame: Known, documents: ReadonlySet<Known>, medium: Medium): Known {
  if (frame.tag !== "iframe") throw new Refusal("no_frame");
  if (frame.inside !== undefined) throw new Refusal("second_document");
  if (documents.size > LIMITS.frame_documents) throw new Refusal("too_many_documents");
  let depth = 1;
  for (let at = outer(frame, documents); at?.frame; at = outer(at.frame, documents)) depth += 1;
  if (depth > LIMITS.frame_depth) throw new Refusal("too_deep");
  const node = contentOf(frame);
  medium.blank(node, flag(frame, ":quirks"));
  frame.inside = { id, what: "document", tag: "", attributes: new Map(), node, depth: frame.depth + 1, frame };
  return frame.inside;
}

/** The document that a frame stands in. */
function outer(frame: Known, documents: ReadonlySet<Known>): Known | undefined {
  const home = homeOf(frame.node);
  return [...documents].find((each) => each.node === home);
}

function contentOf(frame: Known): Document {
  const content = (frame.node as HTMLIFrameElement).contentDocument;
  if (content === null) throw new Refusal("no_frame");
  return content;
}

/** Raises `Refusal` where a frame has begun anew: one that is moved does, in browsers that cannot move it whole. */
export function checkFrames(documents: ReadonlySet<Known>): void {
  for (const { frame, node } of documents) {
    if (frame !== undefined && contentOf(frame) !== node) throw new Refusal("frame_lost");
  }
}

/** Whether one of these documents is in a frame in this part of the picture. */
export function holdsFrame(top: Node, documents: ReadonlySet<Known>): boolean {
  return [...documents].some(({ frame }) => {
    for (let at: Node | null = frame?.node ?? null; at !== null; at = parentOf(at) ?? hostOf(at)) {
      if (at === top) return true;
    }
    return false;
  });
}

/** A frame whose document is not shared says so in its place. */
export function drawWithheld(frame: Known, words: MirrorWords, medium: Medium): void {
  if (frame.inside !== undefined || !has(frame, ":reason") || !isConnected(frame.node)) return;
  const content = contentOf(frame);
  const text = words.placeholder(String(frame.attributes.get(":reason")), "iframe");
  if (content.body?.textContent === text) return;
  medium.blank(content, false);
  const html = content.createElement("html");
  const body = content.createElement("body");
  body.textContent = text;
  html.append(body);
  content.append(html);
  const sheet = new (content.defaultView as Window & typeof globalThis).CSSStyleSheet();
  sheet.replaceSync(WITHHELD);
  content.adoptedStyleSheets = [sheet];
}
