/** Why an act is refused, by the codes of docs/protocol.md. */
class Refused extends Error {
  constructor(readonly code_: string) {
    super(code_);
  }
}

export const refuse = (code: string): never => {
  throw new Refused(code);
};

/** What the agent is told of it. */
export const reasonOf = (error: unknown): string => (error instanceof Refused ? error.code_ : "failed");
