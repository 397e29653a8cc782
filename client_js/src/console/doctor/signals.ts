// What the doctor knows, and what it makes of it. Both are plain data: the judge reads nothing else.

import type { AssetMissed, Condition, PageInfo, SessionState } from "../../protocol";
import type { Census } from "../../shared/mirrortalk";
import type { LinkState } from "../../shared/socket";

/** Whether the picture and the tab are the same, as far as it was looked at. */
export type Compared = "" | "asking" | "same" | "differs" | "moving" | "washed" | "unanswered";

export interface Signals {
  /** Milliseconds that only rise; all instants below are of the same clock. */
  readonly now: number;
  readonly link: LinkState;
  readonly state: SessionState | null;
  /** For how long the session is in this state. */
  readonly sinceMs: number;
  /** Whether the mirror's own page answers, and whether it keeps up. */
  readonly mirrorReachable: boolean;
  readonly mirrorOrigin: string;
  readonly mirrorHangs: boolean;
  /** A whole picture is shown. */
  readonly shown: boolean;
  /** For how long the session is live and nothing is shown. */
  readonly blankMs: number;
  readonly page: PageInfo | null;
  readonly census: Census | null;
  /** This site masks every text that it does not list. */
  readonly private: boolean;
  /** The customer's page was turned away, since it speaks another version. */
  readonly oldSnippet: boolean;
  readonly condition: Condition | null;
  readonly silent: boolean;
  readonly slowAgent: boolean;
  readonly slowCustomer: boolean;
  readonly behind: boolean;
  readonly agentMs: number | null;
  readonly customerMs: number | null;
  readonly missed: readonly AssetMissed[];
  /** When the mirror refused frames, the newest last, and why the last one. */
  readonly refusedAt: readonly number[];
  readonly refusedWhy: string;
  /** When the hub was last seen to have refused one. */
  readonly hubRefusedAt: number | null;
  readonly compared: Compared;
}

/** `none`: nothing can be seen. `poor`: less than the customer sees, or later. `note`: as it should be, but good to know. */
export type Weight = "none" | "poor" | "note";

export type Cause =
  | "offline"
  | "away_agent"
  | "old_snippet"
  | "paused"
  | "navigating"
  | "customer_offline"
  | "asleep"
  | "other_origin"
  | "other_path"
  | "not_seated"
  | "mirror_unreachable"
  | "mirror_hangs"
  | "capture_failed"
  | "banner_lost"
  | "csp_script"
  | "part_missing"
  | "frames_refused"
  | "waiting"
  | "page_blank"
  | "address_only"
  | "outline"
  | "slower"
  | "tab_silent"
  | "csp_self"
  | "csp_connect"
  | "csp_style"
  | "assets"
  | "differs"
  | "slow_agent"
  | "slow_customer"
  | "behind"
  | "masked"
  | "private"
  | "placeholders"
  | "hidden"
  | "washed";

/** One thing that is amiss. `values` are words and numbers of ours alone: nothing of the page. */
export interface Finding {
  readonly cause: Cause;
  readonly weight: Weight;
  readonly values: Readonly<Record<string, string | number>>;
}

export type Quality = "good" | "poor" | "none";
