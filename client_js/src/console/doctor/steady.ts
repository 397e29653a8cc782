// A judgement that does not flap: it turns only when it was contradicted twice in a row.

const TURNS_AFTER = 2;

export class Steady {
  /** What holds now. */
  is = false;
  private against = 0;

  /** One more look at the matter; what holds after it. */
  look(bad: boolean): boolean {
    this.against = bad === this.is ? 0 : this.against + 1;
    if (this.against >= TURNS_AFTER) {
      this.is = bad;
      this.against = 0;
    }
    return this.is;
  }

  forget(): void {
    this.is = false;
    this.against = 0;
  }
}
