// The session part: this tab's side of a session, from the claimed code to the receipt. It calls, it does not do.
import {
  type CustomerWelcome,
  type FromCustomer,
  type Pace,
  type SessionState,
  type ToCustomer,
  type Trouble,
  VERSION,
} from "../protocol";
import { TO_CUSTOMER } from "../shapes";
import { judge } from "../shared/addresses";
import { type Baton, type Joined, nonce, shared } from "../shared/parts";
import { shapes } from "../shared/shapes";
import { Link, type LinkState } from "../shared/socket";
import { ask, neverAsked } from "./asks";
import { watchInput } from "./input";
import { noNotes, note } from "./notes";
import { holdLock, isOutdated, isSilent, park, watchDestination } from "./seat";
import { sharing } from "./sharing";
import type { BannerState } from "./ui/banner";
import { LOOK_MS, screen } from "./ui/screen";

/** From here on the customer is told that support cannot be reached, not that we are trying. */
const HUB_GONE_MS = 10_000;
/** Characters of a name that are shown. */
const NAME_MAX = 64;
type Phase = SessionState["name"];

const fits = shapes(TO_CUSTOMER);

/** Takes leave of the session that runs on this page, if one does. */
let leaveRunning = (): void => {};

/** A name as it may be shown: no characters that hide or turn others around, and no more than fit. */
const plain = (name: string): string => [...name.replace(/[\p{C}\u2028\u2029]/gu, "")].slice(0, NAME_MAX).join("");

function run(baton: Baton, digits = ""): void {
  leaveRunning();
  baton.agent = plain(baton.agent);
  baton.site = plain(baton.site);
  const off = new AbortController();
  const { signal } = off;
  const page = nonce();
  const leaveFor = watchDestination(signal);
  let state: SessionState | undefined;
  let release: (() => void) | undefined;
  let handsIn: ((inside: EventTarget) => void) | undefined;
  let link: Link<ToCustomer, FromCustomer> | undefined;
  let epoch = 0;
  let pictureWanted = false;
  let controlled = baton.granted;
  let downSince = 0;
  let pace: Pace = "full";
  // What the customer wants counts at once, whatever the hub knows of it.
  let paused: boolean | undefined;
  let allowed = false;
  let controlAnswer: boolean | undefined;
  let stopped = false;
  let over = false;
  let outdated = false;
  let withheld = judge(baton.policy, location.href);

  const view = screen(
    {
      agent: baton.agent,
      site: baton.site,
      shows: baton.policy.show.length > 0,
      consent(allow) {
        allowed = allow;
        if (!allow) return stop("declined");
        shares.load();
        render();
      },
      control(allow) {
        controlAnswer = baton.granted = allow;
        if (!allow) {
          baton.asked.control.declines++;
          note(baton.notes, "control_denied");
        }
        answerControl();
      },
      release() {
        baton.granted = false;
        // Who took it back is not asked for it again in the same breath.
        baton.asked.control.at = Date.now();
        heedControl();
        render();
      },
      pause: () => pause(!paused),
      preview: () => shares.preview(baton.agent, view.stage, again),
      stop: () => stop("customer_stopped"),
      lost: () => pause(true, "banner_lost"),
    },
    signal,
  );

  const hasControl = (): boolean => baton.granted && state?.control === "on";
  const phase = (): Phase | undefined => (state?.name === "away" ? state.away?.back_to : state?.name);
  const shares = sharing({
    baton,
    send: (message) => link?.send(message) ?? Promise.resolve(0),
    sendNow: (message) => link?.sendNow(message),
    isOwn: view.isOwn,
    framed: (inside) => handsIn?.(inside),
    failed: () => pause(true, "capture_failed"),
    again,
    paced(now) {
      if (pace === now) return;
      pace = now;
      render();
    },
    hasControl,
    ui: view,
    signal,
  });

  function again(): void {
    pictureWanted = true;
    picture();
  }

  /** Start a picture where one is wanted and everybody agrees. */
  function picture(): void {
    if (!pictureWanted || paused || withheld || over || state?.name !== "live") return;
    pictureWanted = false;
    shares.start(epoch++);
  }

  /** `why`: where it is not the customer's wish. */
  function pause(wanted: boolean, why?: Trouble): void {
    if (over || phase() === "joining" || paused === wanted) return;
    paused = wanted;
    if (why) shares.wrong(why, true);
    else for (const each of ["banner_lost", "capture_failed"] as const) shares.wrong(each, false);
    note(baton.notes, wanted ? "pause" : "resume");
    if (wanted) {
      baton.granted = false;
      shares.stop();
    }
    link?.sendNow({ k: wanted ? "pause" : "resume" });
    render();
  }

  /** At once here, with or without a hub; the hub hears of it as soon as it can be told. */
  function stop(reason: string): void {
    if (over) return;
    stopped = true;
    tellStop();
    end(reason);
  }

  function tellStop(): void {
    link?.sendNow(state?.name === "joining" && !allowed ? { k: "consent", allow: false } : { k: "stop" });
  }

  function end(reason: string): void {
    over = true;
    shares.stop();
    baton.notes.hidden += shares.hidden();
    view.ended(reason, baton.notes);
    off.abort();
    clearInterval(ticking);
    leaveRunning = close;
  }

  /** Let go of everything. */
  function close(): void {
    over = true;
    shares.stop();
    off.abort();
    clearInterval(ticking);
    link?.close();
    release?.();
    leaveRunning = () => {};
  }

  /** The page goes: the next one in this tab may go on. */
  function leave(reason: "asleep" | ReturnType<typeof leaveFor>): void {
    if (!over) {
      shares.stop();
      baton.notes.hidden += shares.hidden();
      shares.park();
      park(baton);
      link?.sendNow({ k: "bye", reason });
    }
    close();
    view.remove();
  }

  function bannerState(linkState: LinkState): BannerState {
    if (outdated) return "outdated";
    if (linkState !== "open")
      return downSince && performance.now() - downSince > HUB_GONE_MS ? "hub_gone" : "reconnecting";
    if (paused) return "paused";
    if (withheld) return "withheld";
    if (state?.name === "away") return state.away?.seat === "agent" ? "agent_away" : "reconnecting";
    return hasControl() ? "control" : "live";
  }

  function render(): void {
    if (over || !link) return;
    if (state && controlled !== hasControl()) {
      controlled = !controlled;
      note(baton.notes, controlled ? "control_on" : "control_off");
    }
    if (!outdated && (phase() === "joining" || (digits && !state))) {
      if (allowed && state?.name === "joining" && !state.allowed) link.sendNow({ k: "consent", allow: true });
      view.joining(digits, allowed || state?.allowed === true, link.state === "down");
    } else if (state || downSince || outdated) {
      view.session(bannerState(link.state), state?.control === "asked" && controlAnswer === undefined, pace);
    }
    picture();
  }

  /** pushState may have led onto a denied path, or away from one. */
  function look(): void {
    view.look();
    const now = judge(baton.policy, location.href);
    if (now !== withheld) {
      withheld = now;
      if (now) {
        shares.stop();
        note(baton.notes, "withheld");
      }
      link?.send(now ? { k: "withhold", reason: now } : { k: "share" });
    }
    render();
  }

  function welcome(message: CustomerWelcome): void {
    baton.token = message.token;
    baton.policy = message.policy;
    digits = message.digits;
    epoch = message.first_epoch;
    shares.stop();
    announce(message.state);
    if (stopped) {
      tellStop();
      return;
    }
    // What was said while the hub could not hear.
    const there = phase() === "paused";
    paused ??= there;
    if (paused !== there && phase() !== "joining") link?.sendNow({ k: paused ? "pause" : "resume" });
  }

  function announce(news: SessionState): void {
    state = news;
    heedControl();
    if (news.name !== "live") {
      pictureWanted = false;
      shares.stop();
    }
    if (news.name === "ended") {
      if (!over) end(news.reason ?? "");
      close();
    }
  }

  function answerControl(): void {
    if (controlAnswer !== undefined) link?.sendNow({ k: "control_answer", allow: controlAnswer });
  }

  /** What the hub says of control, and what the customer said. Theirs holds. */
  function heedControl(): void {
    const { control } = baton.asked;
    if (state?.control === "asked") {
      // A question that came too soon is answered for them.
      if (!control.open && ask(control)) controlAnswer = false;
      answerControl();
      return;
    }
    control.open = false;
    controlAnswer = undefined;
    if (state?.control === "off") baton.granted = false;
    else if (!baton.granted) link?.sendNow({ k: "control_release" });
  }

  function receive(message: ToCustomer): void {
    if (stopped && message.k !== "customer_welcome" && message.k !== "state") return;
    switch (message.k) {
      case "customer_welcome":
        welcome(message);
        break;
      case "state":
        announce(message);
        break;
      case "resync":
        pictureWanted = true;
        break;
      case "problem":
        if (message.code === "bad_frame") shares.refused();
        break;
      case "credit":
        shares.credit(message.epoch, message.frames, message.bytes);
        break;
      case "asset_wanted":
        shares.upload(message.n, message.ticket);
        break;
      case "act":
        shares.run(message);
        break;
      case "checkup":
        shares.checkup(message);
        break;
    }
    render();
  }

  function connection(linkState: LinkState, code: number): void {
    if (linkState === "open") downSince = 0;
    else if (linkState === "down") {
      downSince ||= performance.now();
      shares.stop();
    } else if (linkState === "closed" && !over) {
      if (isSilent(code)) {
        close();
        view.remove();
      } else if (isOutdated(code)) {
        // The next load of a page brings what fits, and goes on.
        outdated = true;
        shares.stop();
      } else {
        end("");
        close();
      }
    }
    render();
  }

  /** This page has the session: begin. */
  function begin(letGo: () => void): void {
    release = letGo;
    // A page that goes on with a session has the customer's consent.
    if (!digits) shares.load();
    if (withheld) note(baton.notes, "withheld");
    handsIn = watchInput(
      {
        isOwn: view.isOwn,
        used: () => shares.used(),
        active: () => phase() !== "joining" && link?.sendNow({ k: "activity" }),
        stop: () => stop("customer_stopped"),
      },
      signal,
    );
    link = new Link(`${shared().hub.replace(/^http/, "ws")}/ws/customer?session=${baton.session}`, {
      hello: () => ({ k: "hello", version: VERSION, token: baton.token, page, nonce: nonce(), withheld }),
      fits,
      onMessage: receive,
      onState: connection,
    });
    for (const name of ["online", "visibilitychange"]) {
      addEventListener(name, () => document.hidden || link?.nudge(), { capture: true, signal });
    }
    render();
  }

  const ticking = setInterval(look, LOOK_MS);
  leaveRunning = () => {
    if (!over) stop("customer_stopped");
    close();
    view.remove();
  };
  addEventListener("pagehide", () => leave(leaveFor()), { signal });
  document.addEventListener("freeze", () => leave("asleep"), { signal });
  holdLock(baton.session).then((letGo) => {
    if (letGo && !over) return begin(letGo);
    letGo?.();
    if (!over) {
      close();
      view.remove();
    }
  });
}

/** What a baton of an older build lacks. */
const fresh = () => ({ notes: noNotes(), granted: false, asked: { control: neverAsked(), navigate: neverAsked() } });

const fromJoined = ({ session, token, agent_name, site_name, policy }: Joined): Baton => ({
  session,
  token,
  agent: agent_name,
  site: site_name,
  policy,
  assets: 1,
  act: 0,
  ...fresh(),
});

shared().parts.session = {
  join: (joined) => run(fromJoined(joined), joined.digits),
  resume: (baton) => run({ ...fresh(), ...baton }),
};
