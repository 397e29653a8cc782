// Small pieces that the screens share.

import { html, type TemplateResult } from "lit";

const PATHS: Readonly<Record<string, string>> = {
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  reload: "M20 12a8 8 0 1 1-2.4-5.7M20 4v4.5h-4.5",
  point: "M5 3l14 8-6 2-3 6z",
  highlight: "M4 4h4M4 4v4M20 4h-4M20 4v4M4 20h4M4 20v-4M20 20h-4M20 20v-4",
  control:
    "M9 11V5.5a1.5 1.5 0 0 1 3 0V10m0 0V8.8a1.5 1.5 0 0 1 3 0V11m0 0v-.7a1.5 1.5 0 0 1 3 0V15a6 6 0 0 1-6 6h-1a6 6 0 0 1-5-2.7L4.3 15a1.5 1.5 0 0 1 2.5-1.6L9 15.5",
};

export function icon(name: string): TemplateResult {
  return html`<svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${PATHS[name] ?? ""}></path></svg>`;
}

/** "4:07" until the instant, never below 0:00. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The code in threes. */
export function threes(code: string): string[] {
  return code.replace(/\D/g, "").match(/.{1,3}/g) ?? [];
}
