// Pictures, films and drawings of the page: what the mirror has of them, at the size they have there.

import { assetPath } from "./attributes";
import { getAttribute, removeAttribute, setAttribute, toggleAttribute } from "./dom";
import { flag, has, type Known } from "./known";

/** Of this element nothing is shown but its place. */
export const WITHHELD = "data-cobrowse-withheld";

/** Draw what the wire says of an `img`, `video`, `canvas` or `iframe`. `copies`: addresses are those of the wire. */
export function drawPicture(known: Known, copies: boolean): void {
  const element = known.node as HTMLElement;
  if (known.tag === "img") drawBroken(element, known);
  else toggleAttribute(element, WITHHELD, has(known, ":reason"));
  if (known.tag === "video") drawVideo(element, known);
  const still = known.attributes.get(":still");
  if (known.tag === "canvas" && (copies || still === undefined)) {
    drawStill(element, typeof still === "number" ? assetPath(still) : "");
  }
}

/** What the customer sees as broken is that here, too; an empty address is asked for nowhere. */
function drawBroken(image: Element, known: Known): void {
  if (has(known, "src")) return;
  if (flag(known, ":broken")) setAttribute(image, "src", "");
  else removeAttribute(image, "src");
}

/** It has no bytes here, so its natural size is said. */
function drawVideo(video: HTMLElement, known: Known): void {
  const [width, height] = [known.attributes.get(":width"), known.attributes.get(":height")];
  if (typeof width !== "number" || typeof height !== "number" || width <= 0 || height <= 0) return;
  if (!has(known, "width") && !has(known, "height")) setAttribute(video, "width", String(width));
  if (!video.style.aspectRatio) video.style.aspectRatio = `${width} / ${height}`;
}

/** A drawing as a picture under what it would be drawn on: it needs no memory of its own. */
export function drawStill(canvas: HTMLElement, address: string): void {
  if (address === "") canvas.style.removeProperty("background-image");
  else canvas.style.setProperty("background", `url("${address}") 0 0 / 100% 100% no-repeat content-box content-box`);
}

/** The picture came. True where it comes again, at the density that it was chosen for, whatever its bytes say. */
export function loadedPicture(known: Known | undefined): boolean {
  if (known?.tag !== "img") return false;
  const image = known.node as HTMLImageElement;
  const natural = known.attributes.get(":width");
  const source = getAttribute(image, "src");
  if (typeof natural !== "number" || natural <= 0 || !source || getAttribute(image, "srcset") !== null) {
    return false;
  }
  const { naturalWidth } = image;
  if (naturalWidth === 0 || naturalWidth === natural) return false;
  setAttribute(image, "srcset", `${source.replaceAll(" ", "%20")} ${naturalWidth / natural}x`);
  return true;
}
