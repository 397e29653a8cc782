import { css } from "lit";

export const liveStyle = css`
  :host,
  main {
    display: flex;
    flex-direction: column;
    min-height: 0;
    flex: 1;
  }
  :host([hidden]) {
    display: none;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem 0.9rem;
    align-items: center;
    padding: 0.5rem clamp(0.6rem, 2vw, 1.1rem);
    background: var(--paper);
    border-bottom: 1px solid var(--line);
  }
  .group {
    display: flex;
    gap: 0.4rem;
    align-items: center;
  }
  .small {
    font-size: 0.875rem;
  }
  button {
    min-height: 2.5rem;
    padding: 0.35rem 0.85rem;
  }
  .square {
    width: 2.5rem;
    padding: 0;
    display: grid;
    place-items: center;
    border-color: transparent;
    background: transparent;
  }
  .address {
    flex: 1 1 14rem;
    min-width: 0;
  }
  .address input {
    min-height: 2.5rem;
    border-radius: 999px;
    padding-inline: 1rem;
    background: var(--ground);
    border-color: var(--line-strong);
    text-overflow: ellipsis;
  }
  .segmented {
    gap: 0;
  }
  .segmented button {
    display: inline-flex;
    gap: 0.45rem;
    align-items: center;
    border-radius: 0;
    margin-inline-start: -1px;
  }
  .segmented button:first-child {
    border-start-start-radius: var(--radius);
    border-end-start-radius: var(--radius);
    margin: 0;
  }
  .segmented button:last-child {
    border-start-end-radius: var(--radius);
    border-end-end-radius: var(--radius);
  }
  .segmented button[aria-pressed="true"] {
    background: var(--accent-wash);
    color: var(--accent-strong);
    border-color: var(--accent);
    position: relative;
    z-index: 1;
  }
  .segmented button:focus-visible {
    z-index: 2;
  }
  .stage {
    flex: 1;
    min-height: 12rem;
    position: relative;
    background: var(--sunk);
    overflow: hidden;
  }
  iframe {
    position: absolute;
    inset: 0.75rem;
    width: calc(100% - 1.5rem);
    height: calc(100% - 1.5rem);
    border: 0;
    color-scheme: light dark;
  }
  .cover {
    position: absolute;
    inset: 0;
    display: grid;
    place-items: center;
    padding: 1.25rem;
    pointer-events: none;
  }
  .cover[data-shown] {
    background: var(--sunk);
    pointer-events: auto;
  }
  .cover[data-shown] > div {
    max-width: 27rem;
    display: grid;
    gap: 0.4rem;
    text-align: center;
  }
  .cover strong {
    font-size: 1.25rem;
  }
  .foot {
    position: relative;
    border: 0;
    border-top: 1px solid var(--line);
    min-height: 3.25rem;
    justify-content: space-between;
    flex-wrap: nowrap;
  }
  .result {
    min-width: 0;
    overflow-wrap: anywhere;
    display: flex;
    gap: 0.6rem;
    align-items: baseline;
  }
  .mark {
    flex: none;
    width: 0.65rem;
    height: 0.65rem;
    border-radius: 50%;
    background: var(--line-strong);
  }
  .mark[data-status="done"],
  .mark[data-status="started"] {
    background: var(--good);
  }
  .mark[data-status="asking"] {
    background: var(--accent);
  }
  .mark[data-status="refused"] {
    background: var(--bad);
    border-radius: 2px;
  }
  .mark[data-status="lost"] {
    background: var(--warn);
    border-radius: 2px;
  }
  .history summary {
    cursor: pointer;
    padding: 0.4rem 0.6rem;
    border-radius: var(--radius);
    white-space: nowrap;
    color: var(--accent);
    font-weight: 600;
  }
  .sheet {
    position: absolute;
    inset-block-end: 100%;
    inset-inline-end: 0;
    z-index: 5;
    width: min(30rem, 100%);
    max-height: 45vh;
    overflow: auto;
    padding: 0.9rem 1.1rem;
    background: var(--paper);
    border: 1px solid var(--line);
    border-radius: 12px 12px 0 0;
    box-shadow: 0 -12px 32px -18px #0d162666;
  }
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: 0.45rem;
  }
  li {
    display: flex;
    gap: 0.6rem;
    align-items: baseline;
    overflow-wrap: anywhere;
  }
  @media (max-width: 40rem) {
    .bar {
      gap: 0.35rem;
      padding-block: 0.35rem;
    }
    .address {
      flex-basis: 8rem;
    }
    .square {
      width: 2.2rem;
    }
    .group {
      flex-wrap: wrap;
    }
    button {
      font-size: 0.9rem;
      padding-inline: 0.65rem;
    }
    .segmented svg {
      display: none;
    }
    .foot {
      flex-wrap: wrap-reverse;
      gap: 0 0.9rem;
    }
    iframe {
      inset: 0;
      width: 100%;
      height: 100%;
    }
  }
`;
