/** "40 seconds", "10 minutes"; `plural` is what more than one gets. */
export function wait(seconds: number, second: string, minute: string, plural: string): string {
  const [count, unit] = seconds < 90 ? [Math.max(1, Math.ceil(seconds)), second] : [Math.ceil(seconds / 60), minute];
  return `${count} ${unit}${count === 1 ? "" : plural}`;
}
