// What the doctor says, in English and German. What it found comes as codes and numbers; the sentences are here.

import type { Cause, Compared, Finding, Quality } from "./signals";

/** `text` says what is, in one sentence; `todo` what comes of it or can be done. */
export interface Said {
  readonly title: string;
  readonly text: string;
  readonly todo: string;
}

export interface DoctorWords {
  readonly quality: Readonly<Record<Quality, string>>;
  readonly heading: string;
  readonly nothing: string;
  readonly weights: Readonly<Record<Finding["weight"], string>>;
  readonly details: string;
  readonly check: string;
  readonly checking: string;
  readonly compared: Readonly<Record<Exclude<Compared, "" | "asking">, string>>;
  readonly copy: string;
  readonly copied: string;
  readonly notCopied: string;
  measures(agentMs: number, customerMs: number): string;
  readonly causes: Readonly<Record<Cause, (values: Finding["values"]) => Said>>;
}

/** "2 of a, 1 of b" of the counts above zero. */
export function counted(values: Finding["values"], names: Readonly<Record<string, readonly [string, string]>>): string {
  return Object.entries(names)
    .map(([key, [one, many]]) => ({ count: Number(values[key] ?? 0), one, many }))
    .filter(({ count }) => count > 0)
    .map(({ count, one, many }) => `${count} ${count === 1 ? one : many}`)
    .join(", ");
}
