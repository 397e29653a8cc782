// The doctor of one conversation: gathers the signals, has them judged, and compares the picture where it is asked to.

import type { AssetMissed, Condition, PageInfo, SessionState, ToAgent } from "../../protocol";
import type { Census, FromMirror } from "../../shared/mirrortalk";
import type { LinkState } from "../../shared/socket";
import type { Timers } from "../acts";
import { type CheckupHost, Checkups, SILENT_AFTER_MS } from "./checkups";
import { judge, qualityOf } from "./judge";
import { report } from "./report";
import type { Compared, Finding, Quality, Signals } from "./signals";

/** Findings that depend on time alone are looked at so often. */
const LOOK_EVERY_MS = 1_000;
/** As many are kept as a reader can make something of; the newest. */
const MISSED_MAX = 200;
const REFUSED_MAX = 50;

export interface DoctorHost extends Pick<CheckupHost, "send" | "now" | "isHidden"> {
  /** Ask the customer's tab for a new picture. */
  askPicture(): void;
  /** Ask the mirror for the digest of exactly this picture. */
  askDigest(id: number, epoch: number, seq: number): void;
  changed(): void;
}

export class Doctor {
  findings: readonly Finding[] = [];
  compared: Compared = "";
  private readonly checkups: Checkups;
  private link: LinkState = "connecting";
  private state: SessionState | null = null;
  private stateAt = 0;
  private page: PageInfo | null = null;
  private census: Census | null = null;
  private blankSince: number;
  private mirrorReachable = true;
  private mirrorOrigin = "";
  private mirrorHangs = false;
  private private = false;
  private oldSnippet = false;
  private missed = new Map<number, AssetMissed>();
  private refusedAt: readonly number[] = [];
  private refusedWhy = "";
  private hubRefused = 0;
  private hubRefusedAt: number | null = null;
  private comparing: { id: number; digest: string } | null = null;
  private looking: number | null = null;
  private said = "[]";

  constructor(
    private readonly host: DoctorHost,
    private readonly timers: Timers,
  ) {
    this.blankSince = this.stateAt = host.now();
    this.checkups = new Checkups({ ...host, changed: () => this.look() }, timers);
    this.lookAgain();
  }

  get quality(): Quality {
    return qualityOf(this.findings);
  }

  /** What stands in the place of the picture, or null where there is one or it may still come. */
  get blank(): Finding | null {
    return this.findings.find(({ weight }) => weight === "none") ?? null;
  }

  get isLive(): boolean {
    return this.state?.name === "live" && this.link === "open";
  }

  get measures(): { agentMs: number; customerMs: number } | null {
    const { agentMs, customerMs } = this.checkups;
    return agentMs === null || customerMs === null ? null : { agentMs, customerMs };
  }

  report(): string {
    return report(this.quality, this.findings, this.signals());
  }

  close(): void {
    this.checkups.setLive(false);
    if (this.looking !== null) this.timers.cancel(this.looking);
    this.looking = null;
  }

  // --- what it hears

  linked(link: LinkState): void {
    this.link = link;
    if (link !== "open") this.checkups.setLive(false);
    this.look();
  }

  setPrivate(all: boolean): void {
    this.private = all;
  }

  stepped(state: SessionState): void {
    const before = this.state;
    this.state = state;
    if (before?.name !== state.name || (before.seated === true) !== (state.seated === true))
      this.stateAt = this.host.now();
    const live = state.name === "live";
    if (live) this.oldSnippet = false;
    if (live && before?.name !== "live") this.blankSince = this.host.now();
    if (!live) this.forgetPicture();
    // Also while paused: whose doing that was, the tab knows.
    this.checkups.setLive((live || state.name === "paused") && this.link === "open");
    this.look();
  }

  /** All that the hub says; most of it is no news here. */
  take(message: ToAgent): void {
    if (message.k === "condition") this.told(message);
    else if (message.k === "heard") this.checkups.heard(message.id);
    else if (message.k === "asset_missed") this.missing(message);
    else if (message.k === "snapshot" && message.part === 0) this.began();
    else if (message.k === "notice") {
      this.oldSnippet = true;
      this.look();
    }
  }

  /** The same of the mirror page. */
  takeOfMirror(message: FromMirror): void {
    if (message.k === "census") this.counted(message.census);
    else if (message.k === "digest") this.digested(message.id, message.digest);
    else if (message.k === "refused") this.refused(message.reason);
    else if (message.k === "page") {
      this.page = message.page;
      this.look();
    }
  }

  private told(condition: Condition): void {
    const refused = condition.refused ?? 0;
    if (refused > this.hubRefused) this.hubRefusedAt = this.host.now();
    this.hubRefused = refused;
    this.checkups.answered(condition);
    const { comparing } = this;
    if (comparing !== null && condition.id === comparing.id) this.compare(comparing, condition);
    this.look();
  }

  private missing(asset: AssetMissed): void {
    this.missed.delete(asset.n);
    this.missed.set(asset.n, asset);
    const oldest = this.missed.keys().next().value;
    if (this.missed.size > MISSED_MAX && oldest !== undefined) this.missed.delete(oldest);
    this.look();
  }

  /** The mirror begins a new picture: what is missing of it, it will say again. */
  private began(): void {
    if (this.census !== null) this.blankSince = this.host.now();
    this.census = null;
    this.missed = new Map();
    this.look();
  }

  private counted(census: Census): void {
    if (census.epoch !== this.census?.epoch && this.compared !== "asking") this.compared = "";
    this.census = census;
    this.look();
  }

  private refused(reason: string): void {
    this.refusedAt = [...this.refusedAt, this.host.now()].slice(-REFUSED_MAX);
    this.refusedWhy = reason;
    this.began();
  }

  /** Whether the mirror page at this origin answers. */
  reached(reachable: boolean, origin: string): void {
    this.mirrorReachable = reachable;
    this.mirrorOrigin = origin;
    this.look();
  }

  hangs(hangs: boolean): void {
    this.mirrorHangs = hangs;
    this.look();
  }

  // --- comparing

  /** Have the tab and the mirror say what they hold, and compare. */
  check(): void {
    if (this.compared === "asking" || this.state?.name !== "live") return;
    const id = this.checkups.ask(true);
    this.comparing = { id, digest: "" };
    this.compared = "asking";
    this.timers.after(() => this.comparing?.id === id && this.concluded("unanswered"), SILENT_AFTER_MS);
    this.look(true);
  }

  private compare(comparing: { id: number; digest: string }, condition: Condition): void {
    const digest = condition.digest ?? "";
    if (digest === "") {
      const washed = (condition.washed ?? 0) > 0;
      if (washed) this.host.askPicture();
      this.concluded(washed ? "washed" : "moving");
      return;
    }
    comparing.digest = digest;
    this.host.askDigest(comparing.id, condition.epoch, condition.seq);
  }

  /** The mirror's digest; empty where its picture is another one by now. */
  private digested(id: number, digest: string): void {
    if (this.comparing?.id !== id || this.comparing.digest === "") return;
    if (digest === "") this.concluded("moving");
    else if (digest === this.comparing.digest) this.concluded("same");
    else {
      this.host.askPicture();
      this.concluded("differs");
    }
  }

  private concluded(compared: Compared): void {
    this.comparing = null;
    this.compared = compared;
    this.look(true);
  }

  // --- judging

  private forgetPicture(): void {
    this.census = null;
    this.page = null;
    this.missed = new Map();
    this.refusedAt = [];
    this.hubRefused = 0;
    this.hubRefusedAt = null;
    this.comparing = null;
    this.compared = "";
  }

  private signals(): Signals {
    const { checkups, host } = this;
    const now = host.now();
    return {
      now,
      link: this.link,
      state: this.state,
      sinceMs: now - this.stateAt,
      mirrorReachable: this.mirrorReachable,
      mirrorOrigin: this.mirrorOrigin,
      mirrorHangs: this.mirrorHangs,
      shown: this.census !== null,
      blankMs: now - this.blankSince,
      page: this.page,
      census: this.census,
      private: this.private,
      oldSnippet: this.oldSnippet,
      condition: checkups.condition,
      silent: checkups.silent,
      slowAgent: checkups.slowAgent.is,
      slowCustomer: checkups.slowCustomer.is,
      behind: checkups.behind.is,
      agentMs: checkups.agentMs,
      customerMs: checkups.customerMs,
      missed: [...this.missed.values()],
      refusedAt: this.refusedAt,
      refusedWhy: this.refusedWhy,
      hubRefusedAt: this.hubRefusedAt,
      compared: this.compared,
    };
  }

  private lookAgain(): void {
    this.looking = this.timers.after(() => {
      this.look();
      this.lookAgain();
    }, LOOK_EVERY_MS);
  }

  /** Judge anew; whoever shows it hears of it where it is another judgement. */
  private look(always = false): void {
    const findings = judge(this.signals());
    const said = JSON.stringify(findings);
    if (said === this.said && !always) return;
    this.said = said;
    this.findings = findings;
    this.host.changed();
  }
}
