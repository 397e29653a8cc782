// One session as this console knows it: the socket, the state, the acts and the mirror.

import {
  type ActResult,
  type AgentWelcome,
  type AnyDo,
  CLOSE,
  type FromAgent,
  type PageInfo,
  type SessionState,
  type ToAgent,
  VERSION,
} from "../protocol";
import { TO_AGENT } from "../shapes";
import type { FromMirror, Language, Place, Tool, View } from "../shared/mirrortalk";
import { shapes } from "../shared/shapes";
import type { LinkState } from "../shared/socket";
import { ActLog, browserTimers } from "./acts";
import { type Api, ApiError } from "./api";
import { Doctor } from "./doctor/doctor";
import { firstActId, nonce, pageId, socketAddress } from "./identity";
import { MirrorHost } from "./mirrorhost";
import { TicketedLink } from "./ticketedlink";

export type Fault = "" | "signed_out" | "taken" | "elsewhere" | "gone" | "old_version" | "refused";

type Listener = () => void;

/** Acts that need control switched on, not only allowed by the site. */
const NEEDS_CONTROL: ReadonlySet<AnyDo["act"]> = new Set(["scroll", "click", "navigate", "back", "forward", "reload"]);

export class Conversation {
  state: SessionState | null = null;
  page: PageInfo | null = null;
  link: LinkState = "connecting";
  /** Whether the hub was ever reached in this conversation. */
  welcomed = false;
  fault: Fault = "";
  tool: Tool = "none";
  mirror: MirrorHost | null = null;
  /** The hub's last reproach, as its code, and after how many seconds the same may be tried again (0: no matter when). */
  problem = "";
  retryAfterSeconds = 0;
  private welcome: AgentWelcome | null = null;
  private clockAheadSeconds = 0;
  private picture = { epoch: 0, seq: 0 };
  readonly acts: ActLog;
  readonly doctor: Doctor;
  private readonly socket: TicketedLink<ToAgent, FromAgent>;

  constructor(
    readonly id: string,
    private readonly api: Api,
    private readonly language: Language,
    private readonly changed: Listener,
  ) {
    this.acts = new ActLog(firstActId(), changed);
    this.doctor = new Doctor(
      {
        send: (checkup) => void this.socket.send(checkup),
        now: () => performance.now(),
        isHidden: () => document.hidden,
        askPicture: () => this.onMirrorBehind(),
        askDigest: (id, epoch, seq) => this.mirror?.askDigest(id, epoch, seq),
        changed,
      },
      browserTimers,
    );
    this.socket = new TicketedLink<ToAgent, FromAgent>(socketAddress(this.id), {
      hello: () => this.hello(),
      fits: shapes(TO_AGENT),
      onMessage: (message) => this.take(message),
      onState: (state, code) => this.linked(state, code),
    });
    window.addEventListener("online", this.nudge);
    document.addEventListener("visibilitychange", this.nudge);
  }

  /** The hub's clock, in Unix seconds. */
  now(): number {
    return Date.now() / 1000 + this.clockAheadSeconds;
  }

  may(act: AnyDo["act"]): boolean {
    return this.welcome?.acts.includes(act) ?? false;
  }

  close(): void {
    this.socket.close();
    this.doctor.close();
    this.mirror?.close();
    this.mirror = null;
    this.page = null;
    window.removeEventListener("online", this.nudge);
    document.removeEventListener("visibilitychange", this.nudge);
  }

  // --- what the agent does

  digits(value: string): void {
    void this.socket.send({ k: "digits", value });
  }

  askControl(): void {
    void this.socket.send({ k: "ask_control" });
  }

  releaseControl(): void {
    void this.socket.send({ k: "control_release" });
  }

  /** By the socket at once, else by HTTP: ending works whatever else does not. */
  async end(): Promise<void> {
    if (this.socket.sendNow({ k: "end" })) return;
    await this.api.end(this.id);
    this.state = await this.api.read(this.id).catch(() => this.state);
    this.changed();
  }

  act(what: AnyDo, at: { epoch: number; seq: number } = this.picture): void {
    const refusal = this.refusal(what);
    if (refusal !== "") {
      this.acts.refuse(what, refusal);
      return;
    }
    void this.socket.send(this.acts.begin(what, at.epoch, at.seq));
  }

  private refusal(what: AnyDo): string {
    if (this.link !== "open") return "not_connected";
    if (this.state?.name !== "live") return "wrong_state";
    if (!this.may(what.act)) return "not_allowed";
    return NEEDS_CONTROL.has(what.act) && this.state.control !== "on" ? "no_control" : "";
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    this.mirror?.setTool(tool);
    this.changed();
  }

  // --- the socket

  private readonly nudge = (): void => {
    if (document.visibilityState === "visible") this.socket.nudge();
  };

  private async hello() {
    try {
      const { ticket } = await this.api.ticket(this.id);
      return { k: "hello" as const, version: VERSION, token: ticket, page: pageId, nonce: nonce() };
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.stop("signed_out");
      else if (error instanceof ApiError && (error.status === 404 || error.code === "session_ended")) {
        await this.readEnd();
      }
      throw error;
    }
  }

  private stop(fault: Fault): void {
    this.fault = fault;
    this.mirror?.setLive(false);
    this.socket.close();
    this.changed();
  }

  private async readEnd(): Promise<void> {
    this.state = await this.api.read(this.id).catch(() => this.state);
    this.stop(this.state?.name === "ended" ? "" : "gone");
  }

  private linked(state: LinkState, code: number): void {
    this.link = state;
    this.doctor.linked(state);
    if (state !== "open") this.acts.loseAll();
    if (state === "closed") this.closed(code);
    this.changed();
  }

  private closed(code: number): void {
    this.mirror?.setLive(false);
    if (this.fault !== "" || this.state?.name === "ended" || code === 1000) return;
    if (code === CLOSE.taken_over) this.fault = "taken";
    else if (code === CLOSE.seat_held) this.fault = "elsewhere";
    else if (code === CLOSE.version_mismatch) this.fault = "old_version";
    else if (code === CLOSE.ended) void this.readEnd();
    else this.fault = "refused";
  }

  private take(message: ToAgent): void {
    this.doctor.take(message);
    switch (message.k) {
      case "agent_welcome":
        this.begin(message);
        break;
      case "state":
        this.step(message);
        break;
      case "act_result":
        this.answered(message as ActResult);
        break;
      case "problem":
        this.problem = message.code;
        this.retryAfterSeconds = message.retry_after_seconds ?? 0;
        this.changed();
        break;
      case "asset_missed":
        this.mirror?.missed(message);
        break;
      case "snapshot":
      case "ops":
      case "page":
      case "pointer":
      case "tip":
        this.mirror?.view(message as View);
        break;
    }
  }

  private answered(result: ActResult): void {
    this.acts.answer(result);
    const what = this.acts.lines.find((line) => line.id === result.id)?.do;
    if (result.status !== "done" || what === undefined) return;
    if (what.act === "point" || what.act === "highlight" || what.act === "clear") this.mirror?.mark(what);
  }

  private begin(welcome: AgentWelcome): void {
    this.welcome = welcome;
    this.doctor.setPrivate(welcome.private === true);
    this.welcomed = true;
    this.clockAheadSeconds = welcome.now - Date.now() / 1000;
    this.mirror ??= new MirrorHost(welcome.mirror, this.language, this);
    this.step(welcome.state);
  }

  private step(state: SessionState): void {
    if (this.state !== null && state.version < this.state.version) return;
    const before = this.state;
    this.state = state;
    // What had to wait for the hub's store is done.
    if (this.problem.startsWith("store_")) this.problem = "";
    const live = state.name === "live";
    if (!live) this.acts.loseAll();
    // Where the customer is now, nobody is told.
    if (!live) this.page = null;
    if ((state.control === "on") !== (before?.control === "on")) this.controlChanged(state.control === "on");
    else if (before === null) this.setTool(this.resting());
    this.mirror?.setLive(live);
    this.doctor.stepped(state);
    this.changed();
  }

  private controlChanged(on: boolean): void {
    this.setTool(on ? "control" : this.resting());
  }

  /** The tool where there is no control. */
  private resting(): Tool {
    return this.may("point") ? "point" : "none";
  }

  // --- the mirror

  onMirror(message: FromMirror): void {
    this.doctor.takeOfMirror(message);
    switch (message.k) {
      case "resync":
        void this.socket.send({ k: "resync", epoch: message.epoch });
        break;
      case "page":
        this.page = message.page;
        this.changed();
        break;
      case "press":
        this.press(message.place);
        break;
      case "scroll":
        this.act({ act: "scroll", node: message.place.node, x: message.place.x, y: message.place.y }, message.place);
        break;
      case "clear":
        if (this.may("clear")) this.act({ act: "clear" });
        break;
      case "painted":
        this.picture = { epoch: message.epoch, seq: message.seq };
        break;
    }
  }

  onMirrorBehind(): void {
    void this.socket.send({ k: "resync", epoch: this.picture.epoch });
  }

  onMirrorHangs(hangs: boolean): void {
    this.doctor.hangs(hangs);
  }

  onMirrorReach(reachable: boolean): void {
    this.doctor.reached(reachable, this.mirror?.origin ?? "");
  }

  private press(place: Place): void {
    const { node, x, y } = place;
    if (this.tool === "highlight") this.act({ act: "highlight", node }, place);
    else if (this.tool === "point") this.act({ act: "point", node, x, y }, place);
    else if (this.tool === "control") this.act({ act: "click", node, x, y }, place);
  }
}
