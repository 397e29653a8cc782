// The console's side of the mirror: an iframe of another origin, fed by postMessage, heard only from that origin.

import type { AssetMissed } from "../protocol";
import type { FromMirror, Language, Mark, ToMirror, Tool, View } from "../shared/mirrortalk";

/** Frames kept for a mirror page that is still loading; beyond it they are dropped and asked for again. */
const QUEUE_FRAMES = 64;
/** Frames that the mirror page may have before it and not have dealt with; beyond, they are dropped and asked for again. */
const UNDEALT_FRAMES = 256;
/** A mirror page that deals with nothing for so long hangs: the customer's page is more than it can draw. */
const HANGS_AFTER_MS = 5_000;
/** After this time without a sign of life the mirror's address is said to be unreachable. */
const READY_WITHIN_MS = 10_000;

export interface MirrorListener {
  onMirror(message: FromMirror): void;
  /** Frames were dropped while the mirror page was loading, or hanging. */
  onMirrorBehind(): void;
  onMirrorReach(reachable: boolean): void;
  onMirrorHangs(hangs: boolean): void;
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
  private undealt = 0;
  private hanging = 0;
  private hangs = false;

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
    this.forgetUndealt();
    if (frame !== null) {
      this.timer = window.setTimeout(() => this.listener.onMirrorReach(false), READY_WITHIN_MS);
    }
  }

  close(): void {
    this.setLive(false);
    clearTimeout(this.timer);
    this.forgetUndealt();
    window.removeEventListener("message", this.hear);
  }

  view(message: View): void {
    if (!this.live) return;
    if (this.ready) {
      this.deliver(message);
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

  /** Why the mirror gets no such asset. */
  missed(asset: AssetMissed): void {
    if (this.ready) this.post({ k: "missed", asset });
  }

  askDigest(id: number, epoch: number, seq: number): void {
    if (this.ready) this.post({ k: "digest", id, epoch, seq });
  }

  mark(mark: Mark): void {
    if (this.ready) this.post({ k: "mark", mark });
  }

  /** What hangs must not make this page grow: it gets no more than it deals with. */
  private deliver(message: View): void {
    if (this.undealt >= UNDEALT_FRAMES) {
      this.behind = true;
      return;
    }
    this.undealt += 1;
    if (this.hanging === 0) this.watch();
    this.post({ k: "view", message });
  }

  private watch(): void {
    this.hanging = window.setTimeout(() => this.setHangs(true), HANGS_AFTER_MS);
  }

  private dealt(): void {
    this.undealt = Math.max(0, this.undealt - 1);
    clearTimeout(this.hanging);
    this.hanging = 0;
    if (this.undealt > 0) this.watch();
    this.setHangs(false);
    if (this.undealt === 0 && this.behind) this.askAgain();
  }

  private forgetUndealt(): void {
    clearTimeout(this.hanging);
    this.hanging = 0;
    this.undealt = 0;
    this.setHangs(false);
  }

  private setHangs(hangs: boolean): void {
    if (this.hangs === hangs) return;
    this.hangs = hangs;
    this.listener.onMirrorHangs(hangs);
  }

  private askAgain(): void {
    this.behind = false;
    this.listener.onMirrorBehind();
  }

  private post(message: ToMirror): void {
    this.frame?.contentWindow?.postMessage(message, this.origin);
  }

  private readonly hear = (event: MessageEvent<FromMirror>): void => {
    if (event.origin !== this.origin || event.source !== this.frame?.contentWindow) return;
    if (event.data.k === "ready") this.begin();
    else if (event.data.k === "dealt") this.dealt();
    else this.listener.onMirror(event.data);
  };

  private begin(): void {
    clearTimeout(this.timer);
    this.listener.onMirrorReach(true);
    this.forgetUndealt();
    this.ready = true;
    this.post({ k: "setup", language: this.language });
    this.post({ k: "tool", tool: this.tool });
    this.post({ k: this.live ? "live" : "cover" });
    for (const message of this.queue) this.deliver(message);
    this.queue = [];
    if (this.behind) this.askAgain();
  }
}
