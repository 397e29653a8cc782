// A link whose hello is a ticket that counts once. Where the hub does not take it (it was used, is too old, or the store
// has lost it) that is no reason to stop: there are others, and each try asks for one.
import { CLOSE } from "../protocol";
import { backoff, browserWorld, Link, type LinkHost, type LinkWorld } from "../shared/socket";

/** So many tickets in a row may be refused; then it is something else. */
export const REFUSALS_IN_A_ROW = 8;

export class TicketedLink<In extends object, Out extends object> {
  private link: Link<In, Out>;
  private refusals = 0;
  private wait: () => number;
  private timer = 0;
  private waiting = false;

  constructor(
    private readonly url: string,
    private readonly host: LinkHost<In>,
    private readonly world: LinkWorld = browserWorld,
  ) {
    this.wait = backoff(world.now, world.random);
    this.link = this.connected();
  }

  /** As `Link.send`. */
  send(message: Out): Promise<number> {
    return this.link.send(message);
  }

  /** As `Link.sendNow`. */
  sendNow(message: Out): boolean {
    return this.link.sendNow(message);
  }

  /** As `Link.nudge`. */
  nudge(): void {
    if (this.waiting) this.again();
    else this.link.nudge();
  }

  /** For good. */
  close(): void {
    this.refusals = REFUSALS_IN_A_ROW;
    this.link.close();
    if (!this.waiting) return;
    this.stopWaiting();
    this.host.onState("closed", 1000, "");
  }

  private connected(): Link<In, Out> {
    const { host } = this;
    return new Link<In, Out>(
      this.url,
      {
        hello: () => host.hello(),
        fits: (message) => host.fits(message),
        onMessage: (message) => {
          this.refusals = 0;
          host.onMessage(message);
        },
        onState: (state, code, reason) => {
          if (state === "closed" && code === CLOSE.bad_token && this.refusals < REFUSALS_IN_A_ROW) this.refused(reason);
          else host.onState(state, code, reason);
        },
      },
      this.world,
    );
  }

  private refused(reason: string): void {
    if (this.refusals++ === 0) this.wait = backoff(this.world.now, this.world.random);
    this.waiting = true;
    this.timer = this.world.after(() => this.again(), this.wait());
    this.host.onState("down", CLOSE.bad_token, reason);
  }

  private again(): void {
    this.stopWaiting();
    this.link = this.connected();
    this.host.onState("connecting", 0, "");
  }

  private stopWaiting(): void {
    this.waiting = false;
    this.world.cancel(this.timer);
  }
}
