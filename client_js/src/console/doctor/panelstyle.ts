import { css } from "lit";

export const panelStyle = css`
  :host {
    display: block;
    flex: none;
  }
  .status {
    display: inline-flex;
    gap: 0.55rem;
    align-items: center;
    min-height: 2.25rem;
    padding: 0.3rem 0.75rem;
    border-color: transparent;
    border-radius: 999px;
    font-size: 0.9rem;
    white-space: nowrap;
  }
  .status[data-quality="good"] {
    background: var(--good-wash);
    color: var(--good);
  }
  .status[data-quality="poor"] {
    background: var(--warn-wash);
    color: var(--warn);
  }
  .status[data-quality="none"] {
    background: var(--bad-wash);
    color: var(--bad);
  }
  .status[aria-expanded="true"],
  .status:hover:not(:disabled) {
    border-color: currentColor;
  }
  /* Shape and colour: round is well, a square is not, a bar across is nothing at all. */
  .mark {
    flex: none;
    width: 0.65rem;
    height: 0.65rem;
    border-radius: 50%;
    background: currentColor;
  }
  .mark[data-quality="poor"],
  .mark[data-weight="poor"] {
    border-radius: 2px;
  }
  .mark[data-quality="none"],
  .mark[data-weight="none"] {
    border-radius: 1px;
    height: 0.25rem;
  }
  .mark[data-weight="none"] {
    color: var(--bad);
  }
  .mark[data-weight="poor"] {
    color: var(--warn);
  }
  .mark[data-weight="note"] {
    color: var(--line-strong);
  }
  .sheet {
    position: absolute;
    inset-block-end: 100%;
    inset-inline-end: 0;
    z-index: 5;
    width: min(34rem, 100%);
    max-height: min(34rem, 60vh);
    overflow: auto;
    padding: 1.1rem 1.25rem;
    display: grid;
    gap: 0.9rem;
    background: var(--paper);
    border: 1px solid var(--line);
    border-radius: 12px 12px 0 0;
    box-shadow: 0 -12px 32px -18px #0d162666;
    text-align: start;
  }
  h2 {
    font-size: 1.05rem;
    font-weight: 650;
  }
  h2:focus {
    outline: none;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
  }
  li {
    display: flex;
    gap: 0.8rem;
    align-items: baseline;
    padding-block: 0.75rem;
    border-top: 1px solid var(--line);
    overflow-wrap: anywhere;
  }
  li > div {
    display: grid;
    gap: 0.2rem;
    min-width: 0;
  }
  .todo {
    color: var(--ink-soft);
  }
  summary {
    cursor: pointer;
    width: fit-content;
    padding-block: 0.25rem;
    border-radius: 4px;
    color: var(--accent);
    font-size: 0.875rem;
  }
  code {
    display: block;
    padding: 0.5rem 0.65rem;
    border-radius: 6px;
    background: var(--sunk);
    font: 0.8125rem/1.5 ui-monospace, "SF Mono", Consolas, monospace;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    padding-top: 0.9rem;
    border-top: 1px solid var(--line);
  }
  .ways button {
    min-height: 2.5rem;
    padding: 0.35rem 0.85rem;
    font-size: 0.9rem;
  }
  .small {
    font-size: 0.875rem;
  }
  .small:not(:empty) {
    margin-top: 0.35rem;
  }
`;
