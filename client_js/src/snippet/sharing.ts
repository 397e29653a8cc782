// What is shared of this page, and what is done in it: capture, assets and acts. They are parts of their own, so that a
// page carries none of them before the customer allowed it, and no acts where the agent only looks.
import type { Act, ActResult, Checkup, FromCustomer, Ops, Pace, Page, Pointer, Snapshot, Tip } from "../protocol";
import { judge, parse, redact } from "../shared/addresses";
import { type Baton, shared } from "../shared/parts";
import type { ActsPart } from "./acting";
import type { Acts, ActUi } from "./acts";
import { ask } from "./asks";
import type { Assets } from "./assets";
import type { Bringer } from "./bringer";
import type { AssetsPart } from "./bringing";
import type { Capture } from "./capture";
import type { DigestPart } from "./digesting";
import { note } from "./notes";
import type { OutlinePart } from "./outlining";
import type { Preview, Stage } from "./preview/preview";
import type { PreviewPart } from "./previewing";
import { RECEIPT_PART } from "./receipt";
import { troubles } from "./troubles";
import type { ViewPart } from "./view";

export interface SharingHost {
  readonly baton: Baton;
  send(message: FromCustomer): Promise<number>;
  sendNow(message: FromCustomer): void;
  isOwn(node: Node): boolean;
  /** A frame's document is part of the page. */
  framed(inside: Document): void;
  /** The picture could not be made: nothing is shared any more. */
  failed(): void;
  /** A picture of a new epoch is wanted. */
  again(): void;
  /** This is how much of the page is shown from now on. */
  paced(pace: Pace): void;
  hasControl(): boolean;
  readonly ui: Omit<ActUi, "answer" | "hasControl" | "askNavigate"> & {
    /** Undefined where there was no answer. */
    askNavigate(address: string): Promise<boolean | undefined>;
  };
  /** Aborted once the session is over on this page. */
  readonly signal: AbortSignal;
}

const RETRY_MS = 2_000;

export function sharing({
  baton,
  send,
  sendNow,
  isOwn,
  framed,
  failed,
  again,
  paced,
  hasControl,
  ui,
  signal,
}: SharingHost) {
  let loading = false;
  let capture: Capture | undefined;
  let assets: Assets | undefined;
  let bringing: Bringer | undefined;
  let acts: Acts | undefined;
  let actsLoading: Promise<Acts> | undefined;
  let highest = baton.act;
  let wanted: number | undefined;
  let hidden = 0;
  let lastAct = 0;
  let address = "";
  let opened = "";
  let usedAt = Number.NEGATIVE_INFINITY;
  let preview: Preview | undefined;
  const wrong = troubles(
    () => condition(0),
    (address) => !!assets?.has(address),
    signal,
  );

  /** Load what makes the picture, and begin the one that is wanted. Tries until it can. */
  function load(): void {
    if (loading) return;
    loading = true;
    shared()
      .load("view")
      .then(
        (part) => {
          make(part as ViewPart);
          wrong.set("part_missing", false);
          // Where it does not come, it is asked for once more at the end.
          shared()
            .load(RECEIPT_PART)
            .catch(() => {});
          if (wanted !== undefined) start(wanted);
        },
        () => {
          loading = false;
          wrong.set("part_missing", true);
          if (!signal.aborted) setTimeout(load, RETRY_MS);
        },
      );
  }

  function make(part: ViewPart): void {
    assets = new part.Assets(baton.assets, baton.numbers);
    bringer().catch(() => {});
    capture = new part.Capture({
      policy: baton.policy,
      send(message: Snapshot | Ops | Page | Pointer | Tip) {
        const sent = send(message);
        // The very same message, with nothing in between.
        preview?.take(message);
        if ("page" in message && message.page) {
          paced(message.page.pace ?? "full");
          if (message.page.address !== address) {
            address = message.page.address;
            note(baton.notes, "page", address);
          }
        }
        return sent;
      },
      mayShare: () => judge(baton.policy, location.href),
      assetNumber: assets.number,
      isOwn,
      framed,
      failed,
      again,
      outline: async () => ((await shared().load("outline")) as OutlinePart).Outline,
    });
    // For tests: what the mirror must equal.
    const digest = async () => ((await shared().load("digest")) as DigestPart).digest((capture as Capture).walk_);
    Object.assign((window as unknown as { cobrowse: object }).cobrowse, { digest });
  }

  /** Who brings assets; where the part did not come, it is asked for again. */
  async function bringer(): Promise<Bringer> {
    const { Bringer } = (await shared().load("assets")) as AssetsPart;
    bringing ??= new Bringer(assets as Assets, {
      token: () => baton.token,
      origins: () => baton.policy.asset_origins ?? [],
      isBlocked: () => wrong.has("csp_self"),
      refused: (n, why) => send({ k: "asset_refused", n, ...why }),
    });
    return bringing;
  }

  /** Begin a new picture, now or as soon as it can be made. */
  function start(epoch: number): void {
    wanted = epoch;
    load();
    capture?.start(epoch);
  }

  /** Nothing of the page leaves any more; counted first, since capture forgets. */
  function stop(): void {
    wanted = undefined;
    hidden = Math.max(hidden, capture?.hiddenFields() ?? 0);
    capture?.stop();
    preview?.cover();
  }

  /** Show what leaves from now on; `again` begins a new picture for all. Rejects where the part cannot be loaded. */
  async function look(agent: string, stage: Stage, again: () => void): Promise<void> {
    const { Preview } = (await shared().load("preview")) as PreviewPart;
    if (signal.aborted || preview) return;
    const given = async (n: number, certain: boolean) => (await bringer()).given(n, certain);
    const closed = () => {
      preview = undefined;
    };
    const isLive = () => !!capture?.live;
    preview = new Preview({ ...stage, agent, given, isLive, again, closed, signal });
  }

  /** How the picture is; nothing of the page but the digest, where one was made. In order with the view. */
  function condition(id: number, digest = ""): void {
    const waited = capture?.waiting_ && performance.now() - capture.waiting_;
    send({
      k: "condition",
      id,
      epoch: capture?.epoch ?? 0,
      seq: capture?.seq ?? 0,
      hidden: document.hidden,
      waiting_ms: Math.round(waited || 0),
      troubles: wrong.list,
      digest,
    });
  }

  async function checkup({ id, digest }: Checkup): Promise<void> {
    const part =
      digest &&
      capture?.live &&
      (await shared()
        .load("digest")
        .catch(() => undefined));
    condition(id, part ? await (part as DigestPart).still(capture as Capture) : "");
  }

  function answer(result: ActResult, act: string): void {
    // A click may be answered `started` and `done`; it is one. What is refused after that is said, too.
    if (result.status !== "asking" && (result.reason || result.id !== lastAct)) {
      lastAct = result.id;
      note(baton.notes, act, act === "navigate" ? opened : result.on, result.reason);
    }
    sendNow(result);
  }

  function askNavigate(address: string): string | Promise<string> {
    const asked = baton.asked.navigate;
    return (
      ask(asked) ||
      ui.askNavigate(address).then((allow) => {
        // An address that was welcome stands against no other one.
        if (allow) asked.at = 0;
        else if (allow === false) asked.declines++;
        return allow ? "" : allow === false ? "declined" : "unanswered";
      })
    );
  }

  async function ready(capture: Capture): Promise<Acts> {
    const { Acts } = (await shared().load("acts")) as ActsPart;
    acts = new Acts(capture, baton.policy, { ...ui, askNavigate, hasControl, answer }, highest);
    acts.used(usedAt);
    return acts;
  }

  /** Acts run in the order in which they came. */
  async function run(act: Act): Promise<void> {
    try {
      if (!capture) throw new Error("There is no picture yet.");
      actsLoading ??= ready(capture);
      const made = await actsLoading;
      if ("address" in act.do)
        opened = redact(parse(act.do.address, location.href)?.href ?? "", baton.policy.query_params) ?? "";
      const running = made.run(act);
      highest = made.highest;
      await running;
    } catch {
      // The part could not be loaded: this act is lost, the next one tries again.
      actsLoading = undefined;
      answer({ k: "act_result", id: act.id, status: "refused", reason: "failed" }, act.do.act);
    }
  }

  return {
    load,
    start,
    stop,
    run,
    preview: look,
    wrong: wrong.set,
    checkup,
    refused: () => capture?.refused(),
    credit: (epoch: number, frames: number, bytes: number) => capture?.credit(epoch, frames, bytes),
    // Where it cannot be loaded, the mirror asks again.
    upload: (n: number, ticket: string) =>
      bringer()
        .then((it) => it.upload(n, ticket))
        .catch(() => {}),
    /** The customer's own hand goes first. */
    used(): void {
      usedAt = performance.now();
      acts?.used(usedAt);
    },
    /** The most fields that were masked at any time. */
    hidden: () => Math.max(hidden, capture?.hiddenFields() ?? 0),
    /** Into the baton: what the next page must not use again. */
    park(): void {
      baton.act = highest;
      if (assets) {
        baton.assets = assets.next;
        baton.numbers = assets.carried();
      }
    },
  };
}
