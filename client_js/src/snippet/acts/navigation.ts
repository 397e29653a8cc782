// The Navigation API, as far as acts need it; not every browser has it.

export interface NavigateEvent extends Event {
  readonly destination: { url: string; sameDocument: boolean };
  readonly formData: FormData | null;
  readonly downloadRequest: string | null;
  readonly userInitiated: boolean;
  readonly sourceElement?: Element | null;
}

interface Navigation extends EventTarget {
  readonly currentEntry: { index: number };
  entries(): { key: string; url: string | null }[];
  traverseTo(key: string): Going;
  reload(): Going;
}

type Going = Record<string, Promise<unknown>>;

/** Where it fails, the page goes on as before; that is no error of the page's. */
export function quietly(going: Going = {}): void {
  for (const each of Object.values(going)) each.catch(() => {});
}

export const { navigation } = window as unknown as { navigation?: Navigation };
