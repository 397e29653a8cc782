// The console's side of the mirror: an iframe of another origin, fed by postMessage, heard only from that origin.

import type { FromMirror, Language, Mark, ToMirror, Tool, View } from "../shared/mirrortalk";

/** Frames kept for a mirror page that is still loading; beyond it they are dropped and asked for again. */
const QUEUE_FRAMES = 64;
/** After this time without a sign of life the mirror's address is said to be unreachable. */
const READY_WITHIN_MS = 10_000;

export interface MirrorListener {
  onMirror(message: FromMirror): void;
  /** Frames were dropped while the mirror page was loading. */
  onMirrorBehind(): void;
  onMirrorReach(reachable: boolean): void;
}

export class MirrorHost {
  readonly origin: string;
  private ready = false;
  private frame: HTMLIFrameElement | null = null;
  private queue: View[] = [];
  private behind = false;
  private live = false;
  private tool: Tool = "none";
  private timer = 0;

  constructor(
    readonly address: string,
    private readonly language: Language,
    private readonly listener: MirrorListener,
  ) {
    this.origin = new URL(address).origin;
    window.addEventListener("message", this.hear);
  }

  /** The iframe that shows the mirror page; called with each one that is rendered. */
  attach(frame: HTMLIFrameElement | null): void {
    if (this.frame === frame) return;
    this.frame = frame;
    this.ready = false;
    clearTimeout(this.timer);
    if (frame !== null) {
      this.timer = window.setTimeout(() => this.listener.onMirrorReach(false), READY_WITHIN_MS);
    }
  }

  close(): void {
    this.setLive(false);
    clearTimeout(this.timer);
    window.removeEventListener("message", this.hear);
  }

  view(message: View): void {
    if (!this.live) return;
    if (this.ready) {
      this.post({ k: "view", message });
      return;
    }
    if (message.k === "snapshot" && message.part === 0) this.queue = [];
    if (this.queue.length < QUEUE_FRAMES) this.queue.push(message);
    else this.behind = true;
  }

  setLive(live: boolean): void {
    this.live = live;
    if (!live) this.queue = [];
    if (this.ready) this.post({ k: live ? "live" : "cover" });
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    if (this.ready) this.post({ k: "tool", tool });
  }

  mark(mark: Mark): void {
    if (this.ready) this.post({ k: "mark", mark });
  }

  private post(message: ToMirror): void {
    this.frame?.contentWindow?.postMessage(message, this.origin);
  }

  private readonly hear = (event: MessageEvent<FromMirror>): void => {
    if (event.origin !== this.origin || event.source !== this.frame?.contentWindow) return;
    if (event.data.k === "ready") this.begin();
    else this.listener.onMirror(event.data);
  };

  private begin(): void {
    clearTimeout(this.timer);
    this.listener.onMirrorReach(true);
    this.ready = true;
    this.post({ k: "setup", language: this.language });
    this.post({ k: "tool", tool: this.tool });
    this.post({ k: this.live ? "live" : "cover" });
    for (const message of this.queue) this.post({ k: "view", message });
    this.queue = [];
    if (this.behind) this.listener.onMirrorBehind();
    this.behind = false;
  }
}
