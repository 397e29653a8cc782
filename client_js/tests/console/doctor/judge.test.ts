import { describe, expect, it } from "vitest";
import whitelist from "../../../../cobrowse/core/whitelist.json";
import {
  BLANK_AFTER_MS,
  judge,
  LOOP_FROM,
  NOT_SEATED_AFTER_MS,
  qualityOf,
  REFUSED_NEWS_MS,
} from "../../../src/console/doctor/judge";
import { report } from "../../../src/console/doctor/report";
import type { Signals } from "../../../src/console/doctor/signals";
import { STRINGS } from "../../../src/console/strings";
import type { AssetMissed, Condition, PageInfo, SessionState } from "../../../src/protocol";

const NOW = 1_000_000;
const state = (name: SessionState["name"], more: Partial<SessionState> = {}): SessionState =>
  ({
    k: "state",
    session: "s",
    version: 1,
    name,
    site: "shop",
    site_name: "Shop",
    agent_name: "Ana",
    scope: "view",
    ...more,
  }) as SessionState;
const away = (reason: string, seat = "customer") =>
  state("away", { away: { seat, since: 0, reason, back_to: "live" } as NonNullable<SessionState["away"]> });
const page = (more: Partial<PageInfo>): PageInfo => ({
  address: "https://shop.example/secret",
  title: "Secret",
  width: 1,
  height: 1,
  ...more,
});
const condition = (more: Partial<Condition>): Condition => ({ k: "condition", id: 1, epoch: 1, seq: 0, ...more });
const missed = (n: number, reason: string, more: Partial<AssetMissed> = {}): AssetMissed => ({
  k: "asset_missed",
  n,
  kind: "image",
  reason,
  ...more,
});
const WELL: Signals = {
  now: NOW,
  link: "open",
  state: state("live", { seated: true }),
  sinceMs: 60_000,
  mirrorReachable: true,
  mirrorOrigin: "https://mirror.example",
  mirrorHangs: false,
  shown: true,
  blankMs: 60_000,
  page: page({}),
  census: { epoch: 1, texts: 40, masked: 2, pictures: 3, placeholders: {} },
  private: false,
  oldSnippet: false,
  condition: condition({}),
  silent: false,
  slowAgent: false,
  slowCustomer: false,
  behind: false,
  agentMs: 20,
  customerMs: 40,
  missed: [],
  refusedAt: [],
  refusedWhy: "",
  hubRefusedAt: null,
  compared: "",
};
const BLANK = { ...WELL, shown: false, census: null };

const CASES: readonly [cause: string, weight: string, signals: Signals][] = [
  ["offline", "none", { ...WELL, link: "down" }],
  ["old_snippet", "none", { ...WELL, state: away("offline"), oldSnippet: true }],
  ["paused", "none", { ...WELL, state: state("paused") }],
  [
    "capture_failed",
    "none",
    { ...WELL, state: state("paused"), condition: condition({ troubles: ["capture_failed"] }) },
  ],
  ["banner_lost", "none", { ...WELL, state: state("paused"), condition: condition({ troubles: ["banner_lost"] }) }],
  ["navigating", "none", { ...WELL, state: away("navigating") }],
  ["customer_offline", "none", { ...WELL, state: away("offline") }],
  ["asleep", "none", { ...WELL, state: away("asleep") }],
  ["other_origin", "none", { ...WELL, state: away("other_origin") }],
  ["other_path", "none", { ...WELL, state: away("other_path") }],
  ["away_agent", "none", { ...WELL, state: away("offline", "agent") }],
  ["not_seated", "none", { ...BLANK, state: state("joining", { seated: false }), sinceMs: NOT_SEATED_AFTER_MS + 1 }],
  ["mirror_hangs", "none", { ...WELL, mirrorHangs: true }],
  ["mirror_unreachable", "none", { ...BLANK, mirrorReachable: false }],
  ["csp_script", "none", { ...BLANK, condition: condition({ troubles: ["csp_script", "part_missing"] }) }],
  ["part_missing", "none", { ...BLANK, condition: condition({ troubles: ["part_missing"] }) }],
  ["frames_refused", "none", { ...BLANK, refusedAt: [NOW - 100], refusedWhy: "unknown_id" }],
  ["waiting", "none", { ...BLANK, blankMs: BLANK_AFTER_MS + 1 }],
  [
    "frames_refused",
    "poor",
    { ...WELL, hubRefusedAt: NOW - 100, condition: condition({ refused: 1, refused_why: "bad_style" }) },
  ],
  ["address_only", "poor", { ...WELL, page: page({ pace: "address", pace_why: "too_big" }) }],
  ["outline", "poor", { ...WELL, page: page({ pace: "outline", pace_why: "busy" }) }],
  ["slower", "poor", { ...WELL, page: page({ pace: "slow", pace_why: "busy" }) }],
  ["tab_silent", "poor", { ...WELL, silent: true }],
  ["csp_self", "poor", { ...WELL, condition: condition({ troubles: ["csp_self"] }) }],
  ["csp_connect", "poor", { ...WELL, condition: condition({ troubles: ["csp_connect"] }) }],
  ["csp_style", "poor", { ...WELL, condition: condition({ troubles: ["csp_img"] }) }],
  ["assets", "poor", { ...WELL, missed: [missed(1, "failed", { status: 404 })] }],
  ["differs", "poor", { ...WELL, compared: "differs" }],
  ["slow_agent", "poor", { ...WELL, slowAgent: true, agentMs: 900 }],
  ["slow_customer", "poor", { ...WELL, slowCustomer: true, customerMs: 2_345 }],
  ["behind", "poor", { ...WELL, behind: true, condition: condition({ waiting_ms: 4_000 }) }],
  ["page_blank", "poor", { ...WELL, census: { epoch: 1, texts: 0, masked: 0, pictures: 0, placeholders: {} } }],
  ["masked", "poor", { ...WELL, census: { epoch: 1, texts: 20, masked: 15, pictures: 0, placeholders: {} } }],
  [
    "private",
    "note",
    { ...WELL, private: true, census: { epoch: 1, texts: 20, masked: 20, pictures: 0, placeholders: {} } },
  ],
  [
    "placeholders",
    "note",
    { ...WELL, census: { epoch: 1, texts: 20, masked: 0, pictures: 0, placeholders: { frame: 2 } } },
  ],
  ["hidden", "note", { ...WELL, condition: condition({ hidden: true }) }],
  ["washed", "note", { ...WELL, condition: condition({ washed: 1 }) }],
];

describe("the judge", () => {
  it("finds nothing where nothing is amiss", () => {
    expect(judge(WELL)).toEqual([]);
    expect(qualityOf([])).toBe("good");
  });

  it.each(CASES)("finds %s (%s) and nothing else", (cause, weight, signals) => {
    expect(judge(signals).map((each) => [each.cause, each.weight])).toEqual([[cause, weight]]);
  });

  it("knows a case for every cause it has words for", () => {
    expect([...new Set(CASES.map(([cause]) => cause))].sort()).toEqual(Object.keys(STRINGS.en.doctor.causes).sort());
  });

  it.each(CASES)(
    "has a sentence for %s (%s) in both languages, and nothing of the page in the report",
    (_cause, _weight, signals) => {
      const findings = judge(signals);
      for (const language of ["en", "de"] as const) {
        for (const { cause, values } of findings) {
          const { title, text, todo } = STRINGS[language].doctor.causes[cause](values);
          for (const words of [title, text, todo]) {
            expect(words).not.toBe("");
            expect(words).not.toMatch(/undefined|NaN|null/);
          }
        }
      }
      expect(report(qualityOf(findings), findings, signals)).not.toMatch(/secret/i);
    },
  );

  it("keeps still while a picture may still come", () => {
    expect(judge({ ...BLANK, blankMs: BLANK_AFTER_MS - 1 })).toEqual([]);
    expect(judge({ ...BLANK, state: state("joining", { seated: true }), sinceMs: 60_000 })).toEqual([]);
    expect(judge({ ...BLANK, state: state("joining", { seated: false }), sinceMs: NOT_SEATED_AFTER_MS - 1 })).toEqual(
      [],
    );
  });

  it("tells of a cover alone, since nothing can be told of what is behind it", () => {
    const signals = { ...WELL, link: "down", missed: [missed(1, "failed")], slowAgent: true } as const;
    expect(judge(signals).map(({ cause }) => cause)).toEqual(["offline"]);
  });

  it("tells what else is known where a picture does not come", () => {
    const causes = judge({ ...BLANK, silent: true }).map(({ cause }) => cause);
    expect(causes).toEqual(["waiting", "tab_silent"]);
  });

  it("forgets a refused frame, but not a loop of them", () => {
    const old = NOW - REFUSED_NEWS_MS - 1;
    expect(judge({ ...WELL, refusedAt: [old] })).toEqual([]);
    const [loop] = judge({ ...WELL, refusedAt: Array(LOOP_FROM).fill(old), refusedWhy: "unknown_id" });
    expect(loop).toMatchObject({
      cause: "frames_refused",
      values: { by: "mirror", count: LOOP_FROM, reason: "unknown_id" },
    });
  });

  it("makes one sentence of all that is missing for one reason", () => {
    const found = judge({
      ...WELL,
      missed: [
        missed(1, "failed", { status: 404 }),
        missed(2, "failed", { status: 503, kind: "font" }),
        missed(3, "other_origin"),
      ],
    });
    expect(found.map(({ values }) => values)).toEqual([
      { group: "other_origin", reasons: "other_origin", image: 1, font: 0, style: 0 },
      { group: "server", reasons: "failed", image: 1, font: 1, style: 0, status: "404 503" },
    ]);
    expect(STRINGS.de.doctor.causes.assets(found[1]?.values ?? {}).title).toBe("Es fehlen: 1 Bild, 1 Schrift");
  });

  it.each(whitelist.placeholder_reasons)("names what stands for %s", (reason) => {
    for (const language of ["en", "de"] as const) {
      expect(STRINGS[language].doctor.causes.placeholders({ [reason]: 1 }).text).toMatch(/: 1 \S/);
    }
  });

  it("says a policy's fault once", () => {
    const found = judge({ ...WELL, missed: [missed(1, "csp")], condition: condition({ troubles: ["csp_self"] }) });
    expect(found.map(({ cause }) => cause)).toEqual(["csp_self"]);
  });

  it("has nothing to say before a code is claimed and after the end", () => {
    expect(judge({ ...WELL, link: "down", state: state("waiting") })).toEqual([]);
    expect(judge({ ...WELL, link: "closed", state: state("ended") })).toEqual([]);
  });
});
