// The bar that is there as long as the session is: what the agent sees right now, pause, stop, take back control.
import type { Pace } from "../../protocol";
import { texts } from "../../shared/i18n/customer";
import { button, h } from "./elements";

export type BannerState =
  | "live"
  | "control"
  | "paused"
  | "withheld"
  | "agent_away"
  | "reconnecting"
  | "hub_gone"
  | "outdated";

export interface Banner {
  element: HTMLElement;
  stop: HTMLElement;
  /** What must stay clickable, as it is now. */
  needed(): HTMLElement[];
  /** `pace` is how much of the page the agent sees, where they see it. */
  show(state: BannerState, pace?: Pace): void;
}

export interface BannerHost {
  agent: string;
  pause(): void;
  stop(): void;
  release(): void;
  move(): void;
  /** Show the customer what the agent sees; rejects where that cannot be. */
  preview(): Promise<void>;
}

export function banner({ agent, pause, stop, release, move, preview }: BannerHost): Banner {
  let controlled = false;
  const status = h("p", { role: "status" });
  const pauseButton = button("banner-pause", texts.pause, "", pause);
  const releaseButton = button("control-release", texts.release, "main", release);
  const stopButton = button("banner-stop", texts.stop, "stop", stop);
  stopButton.title = texts.stopTitle;
  stopButton.setAttribute("aria-keyshortcuts", "Control+Alt+Shift+S");
  const previewButton = button("banner-preview", texts.preview(agent), "", () => {
    preview().catch(() => {
      previewButton.textContent = texts.noPreview;
    });
  });
  const moveButton = button("banner-move", "↕", "move", move);
  moveButton.title = moveButton.ariaLabel = texts.move;
  const element = h(
    "section",
    { class: "banner", "data-testid": "banner", "aria-label": texts.region },
    h("i", { class: "dot" }),
    status,
    previewButton,
    h("div", { class: "row" }, releaseButton, pauseButton, stopButton, moveButton),
  );
  return {
    element,
    stop: stopButton,
    needed: () => [stopButton, pauseButton, ...(controlled ? [releaseButton] : [])],
    show(state, pace) {
      element.dataset.state = state;
      const less = pace && /^(live|control)$/.test(state) && texts.paces[pace];
      const text = less ? less(agent) + (state === "control" ? texts.clicks : "") : texts[state](agent);
      if (status.textContent !== text) status.textContent = text;
      pauseButton.textContent = state === "paused" ? texts.resume : texts.pause;
      controlled = state === "control";
      releaseButton.hidden = !controlled;
      previewButton.hidden = !/^(live|control|paused)$/.test(state);
    },
  };
}
