// The milliseconds of the page's main thread that capture takes: in its turns, its observers and its listeners.

export class Meter {
  private since_ = 0;
  private spent_ = 0;

  start_(): void {
    this.since_ = performance.now();
  }

  stop_(): void {
    this.spent_ += performance.now() - this.since_;
  }

  /** What was spent since it was asked last. */
  take_(): number {
    const { spent_: spent } = this;
    this.spent_ = 0;
    return spent;
  }

  /** The same, timed. None of these calls another. */
  readonly timed_ =
    <A extends unknown[]>(work: (...all: A) => void) =>
    (...all: A): void => {
      this.start_();
      work(...all);
      this.stop_();
    };
}
