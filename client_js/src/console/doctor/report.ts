// What may be pasted into a ticket: codes and numbers, nothing of the page.

import { VERSION } from "../../protocol";
import type { Finding, Quality, Signals } from "./signals";

function line(finding: Finding): string {
  const values = Object.entries(finding.values).map(([name, value]) => `${name}=${value}`);
  return [`${finding.weight}`.padEnd(4), finding.cause, ...values].join(" ");
}

const ms = (value: number | null): string => (value === null ? "-" : `${Math.round(value)} ms`);

/** In English, whatever the console speaks: it goes to whoever runs the hub. */
export function report(quality: Quality, findings: readonly Finding[], signals: Signals): string {
  const { state, page, condition, agentMs, customerMs, missed } = signals;
  return [
    `Cobrowse picture: ${quality}`,
    `version ${VERSION}, site ${state?.site ?? "-"}, session ${state?.session ?? "-"}, state ${state?.name ?? "-"}`,
    `epoch ${condition?.epoch ?? "-"}, seq ${condition?.seq ?? "-"}, pace ${page?.pace ?? "full"}, compared ${signals.compared || "-"}`,
    `to the hub and back: agent ${ms(agentMs)}, customer ${ms(customerMs)}`,
    ...findings.map(line),
    ...missed.map(({ n, kind, reason, status }) => `asset ${n} ${kind} ${reason}${status ? ` ${status}` : ""}`),
    "",
  ].join("\n");
}
