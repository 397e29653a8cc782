// A socket to the hub that comes back by itself: at once in the close handler, then 0.25 s doubling to 1 s for 10 s,
// then doubling to 30 s, with full jitter. Close codes of 4100 and more stop it. Probes are answered here; since the hub
// says something at least every 25 s, a line on which nothing is heard for 50 s is dead, though nobody was told.
import { type ComeAgain, type Hello, type Probe, SUBPROTOCOL } from "../protocol";
import { receiver, sender } from "./sendchain";

const FIRST_STEP_MS = 250;
const SOON_CAP_MS = 1_000;
const SOON_MS = 10_000;
const LATE_CAP_MS = 30_000;
/** Only a connection that lived this long makes the next attempt an immediate one. */
const STABLE_MS = 1_000;
const SILENT_MS = 50_000;
const FIRST_STOP_CODE = 4100;
/** We could not read what the hub sent: close, and come again. */
const UNREADABLE = 3000;

/**
 * `connecting`: a try is under way. `open`: the hub answered the hello. `down`: lost, will try again.
 * `closed`: for good, by `close()` or by the hub with a code of 4100 and more.
 */
export type LinkState = "connecting" | "open" | "down" | "closed";

export interface LinkHost<In> {
  /** The hello of one connection, with a new nonce; made before each try. A rejection counts as a failed try. */
  hello(): Hello | Promise<Hello>;
  /** What the hub may say. Anything else is refused and counted, and what comes after it is read. */
  fits(message: unknown): boolean;
  /** All but probes. The first one is the welcome. */
  onMessage(message: In): void;
  /** `code` and `reason` are the hub's, where it closed the socket. */
  onState(state: LinkState, code: number, reason: string): void;
}

export interface LinkWorld {
  socket(url: string): WebSocket;
  now(): number;
  random(): number;
  after(task: () => void, ms: number): number;
  cancel(timer: number): void;
}

export const browserWorld: LinkWorld = {
  socket: (url) => new WebSocket(url, SUBPROTOCOL),
  now: () => performance.now(),
  random: () => Math.random(),
  after: (task, ms) => setTimeout(task, ms) as unknown as number,
  cancel: (timer) => clearTimeout(timer),
};

/** The waits of one outage: the first is 0. */
export function backoff(now: () => number, random: () => number): () => number {
  let since: number | null = null;
  let step = FIRST_STEP_MS;
  return () => {
    if (since === null) {
      since = now();
      return 0;
    }
    const cap = now() - since < SOON_MS ? SOON_CAP_MS : LATE_CAP_MS;
    const wait = random() * Math.min(step, cap);
    step = Math.min(step * 2, cap);
    return wait;
  };
}

export class Link<In extends object, Out extends object> {
  /** How many messages were refused. */
  refused = 0;
  private state_: LinkState = "connecting";
  private socket_: WebSocket | undefined;
  private send_: ((message: object) => Promise<number>) | undefined;
  private timer_ = 0;
  private wait_: () => number;
  private openedAt_ = 0;
  private comeAgainAt_ = 0;

  /** Tries at once; `onState` is never called before the constructor has returned. */
  constructor(
    private readonly url_: string,
    private readonly host_: LinkHost<In>,
    private readonly world_: LinkWorld = browserWorld,
  ) {
    this.wait_ = backoff(world_.now, world_.random);
    this.wait_(); // the first try is this one
    this.connect_();
  }

  get state(): LinkState {
    return this.state_;
  }

  /** In order with all that was sent before. Resolves with the bytes on the wire; 0 where there is no connection. */
  send(message: Out): Promise<number> {
    return this.state_ === "open" && this.send_ ? this.send_(message) : Promise.resolve(0);
  }

  /** At once, as text; may overtake. False where there is no connection. */
  sendNow(message: Out): boolean {
    if (this.state_ !== "open" || !this.socket_) return false;
    this.socket_.send(JSON.stringify(message));
    return true;
  }

  /** Try now, where a try is being waited for: the network or the tab came back. */
  nudge(): void {
    if (this.state_ === "down") {
      this.world_.cancel(this.timer_);
      this.connect_();
    }
  }

  /** For good. */
  close(): void {
    this.world_.cancel(this.timer_);
    const socket = this.socket_;
    this.socket_ = undefined;
    socket?.close(1000);
    this.set_("closed", 1000, "");
  }

  private set_(state: LinkState, code: number, reason: string): void {
    if (this.state_ === "closed" || this.state_ === state) return;
    this.state_ = state;
    this.host_.onState(state, code, reason);
  }

  private connect_(): void {
    this.set_("connecting", 0, "");
    // Not `await` alone: a hello that throws at once must count as a failed try, too.
    new Promise<Hello>((resolve) => resolve(this.host_.hello())).then(
      (hello) => this.state_ !== "closed" && this.open_(hello),
      () => this.state_ !== "closed" && this.lost_(0, ""),
    );
  }

  private open_(hello: Hello): void {
    let socket: WebSocket;
    try {
      socket = this.world_.socket(this.url_);
    } catch {
      // The page's own policy (CSP) or a malformed address; the same as a hub that is not there.
      this.lost_(0, "");
      return;
    }
    socket.binaryType = "arraybuffer";
    this.socket_ = socket;
    this.watch_();
    const mine = (task: () => void) => this.socket_ === socket && task();
    this.send_ = sender((data) => mine(() => socket.send(data)));
    const receive = receiver<In | Probe | ComeAgain>(
      (message) => mine(() => this.receive_(message)),
      () => mine(() => socket.close(UNREADABLE)),
    );
    socket.onopen = () => socket.send(JSON.stringify(hello));
    socket.onmessage = (event) => receive(event.data);
    socket.onclose = (event) => mine(() => this.lost_(event.code, event.reason));
  }

  /** From now on the line is dead where nothing comes for long: nobody else would tell us for many minutes. */
  private watch_(): void {
    this.world_.cancel(this.timer_);
    this.timer_ = this.world_.after(() => {
      this.socket_?.close(1000);
      this.lost_(0, "");
    }, SILENT_MS);
  }

  private receive_(message: In | Probe | ComeAgain): void {
    this.watch_();
    if (!this.host_.fits(message)) {
      this.refused++;
      return;
    }
    if (this.state_ === "connecting") {
      this.openedAt_ = this.world_.now();
      this.set_("open", 0, "");
    }
    const known = message as Probe | ComeAgain;
    if (known.k === "probe") this.socket_?.send(JSON.stringify({ k: "probe_answer", id: known.id }));
    else if (known.k === "come_again") this.comeAgainAt_ = this.world_.now() + known.delay_ms;
    else this.host_.onMessage(message as In);
  }

  private lost_(code: number, reason: string): void {
    const wasOpen = this.state_ === "open";
    this.world_.cancel(this.timer_);
    this.socket_ = undefined;
    if (code >= FIRST_STOP_CODE) {
      this.set_("closed", code, reason);
      return;
    }
    const now = this.world_.now();
    if (wasOpen && now - this.openedAt_ >= STABLE_MS) this.wait_ = backoff(this.world_.now, this.world_.random);
    const wait = this.comeAgainAt_ ? Math.max(0, this.comeAgainAt_ - now) : this.wait_();
    this.comeAgainAt_ = 0;
    this.set_("down", code, reason);
    // The host may have closed us in onState.
    if (this.state_ !== "down") return;
    // Not by a timer where it can be at once: timers of hidden tabs wait for up to a minute.
    if (wait === 0) this.connect_();
    else this.timer_ = this.world_.after(() => this.connect_(), wait);
  }
}
