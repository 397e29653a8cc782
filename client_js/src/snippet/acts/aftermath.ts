// What scripts of the page make of an act: within a second of it they may not do what the act itself may not.
import type { AnyDo } from "../../protocol";
import { matches } from "../capture/dom";
import { type NavigateEvent, navigation } from "./navigation";
import type { Permission } from "./permission";
import { reasonOf, refuse } from "./refusal";
import { closesDialog, SUBMITTER } from "./targets";

/** For so long, what scripts of the page do is taken for what the act led to. */
const AFTERMATH_MS = 1_000;

export class Aftermath {
  /** Why the act that runs was stopped; empty where it was not. */
  stopped_ = "";
  /** Whose aftermath it is, and until when. */
  private last_: [id: number, act: AnyDo["act"]] | undefined;
  private until_ = 0;
  private running_ = false;

  constructor(
    private readonly permission_: Permission,
    /** It was answered; now there is more to say. */
    private readonly late_: (id: number, act: AnyDo["act"], reason: string) => void,
  ) {
    navigation?.addEventListener("navigate", (event) =>
      this.guard_(event, () => this.checkLeaving_(event as NavigateEvent)),
    );
    addEventListener(
      "submit",
      (event) =>
        this.guard_(event, () => {
          const { submitter, target } = event as SubmitEvent;
          if (!closesDialog(target as Element, submitter)) permission_.checkMaySubmit_();
        }),
      true,
    );
  }

  begin_(id: number, act: AnyDo["act"]): void {
    this.last_ = [id, act];
    this.until_ = performance.now() + AFTERMATH_MS;
  }

  /** What happens next is not the act's doing. */
  over_(): void {
    this.until_ = 0;
  }

  /** What is stopped during this has not been answered yet. */
  during_<T>(doing: () => T): T {
    this.stopped_ = "";
    this.running_ = true;
    const done = doing();
    this.running_ = false;
    return done;
  }

  /** Stops what the act may not lead to: a script can send a form or leave the site as well as a link can. */
  private guard_(event: Event, check: () => void): void {
    if (performance.now() >= this.until_ || !this.last_) return;
    try {
      check();
    } catch (error) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (this.running_) this.stopped_ = reasonOf(error);
      else this.late_(...this.last_, reasonOf(error));
    }
  }

  private checkLeaving_({ userInitiated, destination, formData, downloadRequest, sourceElement }: NavigateEvent): void {
    // A page that changes its own address shows the new content all the same: the address must be the true one then.
    if (userInitiated || destination.sameDocument) return;
    if (downloadRequest !== null) refuse("downloads");
    if (formData || (sourceElement && matches(sourceElement, `form,${SUBMITTER}`))) this.permission_.checkMaySubmit_();
    this.permission_.checkAddress_(destination.url);
  }
}
