/** What a frame of the view is not allowed to be. The picture is dropped and asked for again. */
export class Refusal extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = "Refusal";
  }
}
