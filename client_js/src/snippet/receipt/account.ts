// From the notes to what is read: rows that sum up, and lines with their times. One account for screen, text and paper.
import { receiptTexts as texts } from "../../shared/i18n/receipt";
import type { Note, Notes } from "../../shared/parts";

export interface Told {
  agent: string;
  site: string;
  /** Why it ended, as a sentence. */
  ended: string;
  notes: Notes;
}

export interface Account {
  title: string;
  ended: string;
  rows: (readonly [term: string, text: string])[];
  lines: (readonly [time: string, text: string])[];
}

const MINUTE_MS = 60_000;
/** Counted, not listed. */
const SLIGHT = /^(point|highlight|scroll|clear)$/;

export function account({ agent, site, ended, notes }: Told, now = Date.now()): Account {
  const { list, more } = notes;
  const acts = list.filter(([, what]) => texts.acts[what]);
  const sum = (of: readonly Note[]) => of.reduce((all, note) => all + note[4], 0);
  const done = sum(acts.filter((note) => !note[3])) + beyond(more, (what) => !SLIGHT.test(what) && !!texts.acts[what]);
  const refused = sum(acts.filter((note) => note[3])) + (more.refused ?? 0);
  const slight = beyond(more, (what) => SLIGHT.test(what) && what !== "clear");
  const pages = new Set(list.filter(([, what]) => what === "page").map(([, , address]) => address)).size;
  const from = list.find(([, what]) => what === "page")?.[0] ?? now;
  const rows: Account["rows"] = [
    [texts.agent, `${agent}, ${site}`],
    [texts.time, `${span(from, now)} (${texts.lasted(Math.round((now - from) / MINUTE_MS))})`],
    [texts.pages, String(pages)],
    [texts.hidden, String(notes.hidden)],
    [texts.done(agent), done ? texts.things(done) : texts.nothing],
  ];
  if (slight) rows.push([texts.slight, texts.times(slight)]);
  if (refused) rows.push([texts.refused, texts.things(refused)]);
  const lines: Account["lines"] = list.map((note) => [clock(note[0]), sentence(agent, note)]);
  const rest = Object.entries(more).filter(([what]) => !SLIGHT.test(what));
  if (rest.length) {
    const counted = rest.map(([what, count]) => `${kindOf(what)}, ${texts.times(count)}`);
    lines.push(["…", `${texts.more}: ${counted.join("; ")}`]);
  }
  return { title: texts.title(site), ended, rows, lines };
}

/** The same as plain text. */
export function asText({ title, ended, rows, lines }: Account): string {
  return [
    title,
    "",
    ...rows.map(([term, text]) => `${term}: ${text}`),
    `${texts.end}: ${ended}`,
    "",
    `${texts.happened}:`,
    ...lines.map(([time, text]) => `${time}  ${text}`),
    "",
    texts.never,
    "",
  ].join("\n");
}

function sentence(agent: string, [, what, detail, reason, times]: Note): string {
  const act = texts.acts[what];
  const on = what === "navigate" ? detail : (texts.kinds[detail] ?? texts.kinds[""] ?? "");
  const said = act ? act(on) : (texts.notes[what]?.(agent, detail) ?? what);
  const whole = reason ? texts.no(agent, said, why(reason)) : act ? texts.yes(agent, said) : said;
  return times > 1 ? `${whole}, ${texts.times(times)}` : whole;
}

const why = (reason: string): string => texts.reasons.find(([codes]) => codes.test(reason))?.[1] ?? reason;

function beyond(more: Notes["more"], counts: (what: string) => boolean): number {
  return Object.entries(more).reduce((all, [what, count]) => (counts(what) ? all + count : all), 0);
}

/** What it was, without what it was done to. */
const kindOf = (what: string): string =>
  texts.acts[what]?.(texts.somewhere[what] ?? texts.kinds[""] ?? "") ?? texts.other[what] ?? what;

const clock = (at: number): string =>
  new Date(at).toLocaleTimeString(texts.locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function span(from: number, to: number): string {
  const day = new Date(from).toLocaleDateString(texts.locale, { day: "numeric", month: "long", year: "numeric" });
  const short = { hour: "2-digit", minute: "2-digit" } as const;
  const [begin, end] = [from, to].map((at) => new Date(at).toLocaleTimeString(texts.locale, short));
  return begin === end ? `${day}, ${begin}` : `${day}, ${begin}–${end}`;
}
