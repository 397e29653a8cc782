// Signals in, findings out. Where there is no signal the words say "probably".

import type { AwayReason } from "../../protocol";
import { ASSET_GROUPS, groupOf } from "./assets";
import type { Cause, Finding, Quality, Signals, Weight } from "./signals";

/** Not worth a word before: the first picture may take so long. */
export const BLANK_AFTER_MS = 4_000;
/** A tab that typed the code and has not come by now probably cannot. */
export const NOT_SEATED_AFTER_MS = 8_000;
/** A refused frame is news for so long; so many within the longer time are a loop. */
export const REFUSED_NEWS_MS = 15_000;
export const LOOP_WITHIN_MS = 60_000;
export const LOOP_FROM = 3;
/** From this share of masked texts on a picture looks empty, where there are enough texts to speak of. */
export const MASKED_SHARE = 0.6;
const MASKED_FROM_TEXTS = 8;

type Found = Finding | null;
type Rule = (signals: Signals) => Found | readonly Finding[];

const found = (cause: Cause, weight: Weight, values: Finding["values"] = {}): Finding => ({ cause, weight, values });

const AWAY: Readonly<Record<AwayReason, Cause>> = {
  navigating: "navigating",
  offline: "customer_offline",
  asleep: "asleep",
  other_origin: "other_origin",
  other_path: "other_path",
};

/** What hides the whole picture. The first that holds stands in its place. */
const BLANK: readonly Rule[] = [
  ({ link }) => (link === "open" ? null : found("offline", "none")),
  ({ oldSnippet, state }) => (oldSnippet && state?.name !== "live" ? found("old_snippet", "none") : null),
  (signals) => stopped(signals),
  ({ state }) => {
    const away = state?.name === "away" ? state.away : null;
    if (!away) return null;
    return found(away.seat === "agent" ? "away_agent" : AWAY[away.reason], "none");
  },
  ({ state, sinceMs }) =>
    state?.name === "joining" && state.seated === false && sinceMs > NOT_SEATED_AFTER_MS
      ? found("not_seated", "none")
      : null,
  ({ mirrorHangs }) => (mirrorHangs ? found("mirror_hangs", "none") : null),
  ({ mirrorReachable, mirrorOrigin }) =>
    mirrorReachable ? null : found("mirror_unreachable", "none", { origin: mirrorOrigin }),
  (signals) => nothingYet(signals),
];

/** The tab stopped by itself, or the customer did. */
function stopped({ state, condition }: Signals): Found {
  if (state?.name !== "paused") return null;
  const troubles = condition?.troubles ?? [];
  if (troubles.includes("capture_failed")) return found("capture_failed", "none");
  if (troubles.includes("banner_lost")) return found("banner_lost", "none");
  return found("paused", "none");
}

function nothingYet(signals: Signals): Found {
  const { state, shown, blankMs, condition } = signals;
  if (state?.name !== "live" || shown) return null;
  const troubles = condition?.troubles ?? [];
  if (troubles.includes("csp_script")) return found("csp_script", "none");
  if (troubles.includes("part_missing")) return found("part_missing", "none");
  const refused = refusals(signals);
  if (refused !== null) return { ...refused, weight: "none" };
  return blankMs > BLANK_AFTER_MS ? found("waiting", "none") : null;
}

function refusals({ now, refusedAt, refusedWhy, hubRefusedAt, condition }: Signals): Found {
  const recent = refusedAt.filter((at) => now - at < LOOP_WITHIN_MS);
  const last = recent[recent.length - 1];
  const loops = recent.length >= LOOP_FROM;
  if (last !== undefined && (loops || now - last < REFUSED_NEWS_MS)) {
    return found("frames_refused", "poor", { by: "mirror", count: recent.length, reason: refusedWhy });
  }
  if (hubRefusedAt === null || now - hubRefusedAt > REFUSED_NEWS_MS) return null;
  return found("frames_refused", "poor", {
    by: "hub",
    count: condition?.refused ?? 1,
    reason: condition?.refused_why ?? "",
  });
}

/** What makes a picture that is shown less than what the customer sees, or later. */
const POOR: readonly Rule[] = [
  (signals) => refusals(signals),
  ({ page }) => {
    if (page?.pace === "address") return found("address_only", "poor", { why: page.pace_why ?? "" });
    if (page?.pace === "outline") return found("outline", "poor", { why: page.pace_why ?? "" });
    return page?.pace === "slow" ? found("slower", "poor", { why: page.pace_why ?? "" }) : null;
  },
  ({ silent }) => (silent ? found("tab_silent", "poor") : null),
  ({ condition }) => {
    const troubles = new Set(condition?.troubles ?? []);
    const causes: [Cause, boolean, string][] = [
      ["csp_self", troubles.has("csp_self"), "connect-src 'self'"],
      ["csp_connect", troubles.has("csp_connect"), "connect-src"],
      ["csp_script", troubles.has("csp_script"), "script-src"],
      ["csp_style", ["csp_style", "csp_img", "csp_font", "csp_other"].some((each) => troubles.has(each as never)), ""],
      ["part_missing", troubles.has("part_missing") && !troubles.has("csp_script"), ""],
    ];
    return causes
      .filter(([, holds]) => holds)
      .map(([cause, , directive]) => found(cause, "poor", directive === "" ? {} : { directive }));
  },
  ({ missed, condition }) => assets(missed, condition?.troubles?.includes("csp_self") === true),
  ({ compared }) => (compared === "differs" ? found("differs", "poor") : null),
  ({ slowAgent, agentMs }) => (slowAgent ? found("slow_agent", "poor", { ms: Math.round(agentMs ?? 0) }) : null),
  ({ slowCustomer, customerMs }) =>
    slowCustomer ? found("slow_customer", "poor", { ms: Math.round(customerMs ?? 0) }) : null,
  ({ behind, condition }) => (behind ? found("behind", "poor", { ms: condition?.waiting_ms ?? 0 }) : null),
  (signals) => emptiness(signals),
];

/** What is missing by reason, so that a page with a hundred pictures of one server makes one sentence. */
function assets(missed: Signals["missed"], csp: boolean): readonly Finding[] {
  return ASSET_GROUPS.flatMap((group) => {
    // Said once, by the tab itself, and with what to do.
    if (group === "csp" && csp) return [];
    const of = missed.filter((each) => groupOf(each.reason) === group);
    if (of.length === 0) return [];
    const kinds = { image: 0, font: 0, style: 0 };
    for (const each of of) kinds[each.kind] += 1;
    const statuses = [...new Set(of.map((each) => each.status ?? 0))].filter((status) => status > 0).sort();
    const values = { group, reasons: [...new Set(of.map((each) => each.reason))].sort().join(" "), ...kinds };
    return [found("assets", "poor", statuses.length > 0 ? { ...values, status: statuses.join(" ") } : values)];
  });
}

function emptiness({ census, private: all, shown }: Signals): Found {
  if (!shown || census === null) return null;
  const { texts, masked, pictures, placeholders } = census;
  const held = Object.values(placeholders).reduce((sum, count) => sum + count, 0);
  if (texts + pictures + held === 0) return found("page_blank", "poor");
  if (texts < MASKED_FROM_TEXTS || masked / texts < MASKED_SHARE) return null;
  const share = Math.round((100 * masked) / texts);
  return all ? found("private", "note", { share }) : found("masked", "poor", { share });
}

/** What is as it should be, and good to know. */
const NOTES: readonly Rule[] = [
  ({ census, shown }) => {
    const kinds = Object.entries(census?.placeholders ?? {});
    return shown && kinds.length > 0 ? found("placeholders", "note", Object.fromEntries(kinds.sort())) : null;
  },
  ({ condition }) => (condition?.hidden === true ? found("hidden", "note") : null),
  ({ condition }) => ((condition?.washed ?? 0) > 0 ? found("washed", "note", { count: condition?.washed ?? 0 }) : null),
];

/** What is amiss, the weightiest first; each cause once, but `assets` once for each group of reasons. */
export function judge(signals: Signals): readonly Finding[] {
  const { state } = signals;
  if (state === null || state.name === "waiting" || state.name === "ended") return [];
  const blank = BLANK.flatMap((rule) => rule(signals) ?? []);
  const first = blank[0];
  // Behind a cover nothing can be told of the picture.
  if (first !== undefined && first.cause !== "waiting") return [first];
  if (state.name !== "live") return [];
  const others = [...POOR, ...NOTES].flatMap((rule) => rule(signals) ?? []);
  return first === undefined ? others : [first, ...others];
}

/** What the agent has, in one word. */
export function qualityOf(findings: readonly Finding[]): Quality {
  if (findings.some(({ weight }) => weight === "none")) return "none";
  return findings.some(({ weight }) => weight === "poor") ? "poor" : "good";
}
