// Drawings that the site shows, as still pictures: a number for what a canvas looks like now. The bytes are made when the
// hub asks for them.
import { matches } from "./dom";
import type { WalkHost } from "./walk";

/** So often a drawing is looked at. */
const LOOK_EVERY_MS = 2_000;
/** It is looked at in so many pixels, each way. */
const SAMPLE_PX = 24;

interface Still {
  /** Its number, or why it has none. */
  said_: number | string;
  look_: string;
  at_: number;
}

let count = 0;

export class Stills {
  private readonly known_ = new WeakMap<Element, Still>();
  private sample_: CanvasRenderingContext2D | null | undefined;

  constructor(private readonly host_: WalkHost) {}

  /** The number of what is drawn there, or the reason why nothing is shown. */
  of_(canvas: HTMLCanvasElement): number | string {
    const shown = this.host_.policy.show_canvas ?? [];
    if (!shown.some((selector) => matches(canvas, selector))) return "canvas";
    const now = performance.now();
    const known = this.known_.get(canvas) ?? { said_: "canvas", look_: "", at_: -LOOK_EVERY_MS };
    this.known_.set(canvas, known);
    if (now - known.at_ < LOOK_EVERY_MS || !canvas.width || !canvas.height) return known.said_;
    known.at_ = now;
    try {
      const look = this.look_(canvas);
      if (look !== known.look_) {
        known.look_ = look;
        known.said_ = this.host_.assetNumber(`blob:canvas/${++count}`, "image", canvas) || "canvas";
      }
    } catch {
      // It holds what the page itself may not read.
      known.said_ = "tainted";
    }
    return known.said_;
  }

  private look_(canvas: HTMLCanvasElement): string {
    this.sample_ ??= new OffscreenCanvas(SAMPLE_PX, SAMPLE_PX).getContext("2d", {
      willReadFrequently: true,
    }) as unknown as CanvasRenderingContext2D;
    // Each of the pixels says something of all that it stands for.
    this.sample_.imageSmoothingQuality = "high";
    this.sample_.clearRect(0, 0, SAMPLE_PX, SAMPLE_PX);
    this.sample_.drawImage(canvas, 0, 0, SAMPLE_PX, SAMPLE_PX);
    return `${canvas.width} ${canvas.height} ${this.sample_.getImageData(0, 0, SAMPLE_PX, SAMPLE_PX).data}`;
  }
}
