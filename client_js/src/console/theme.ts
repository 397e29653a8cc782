// One look for all screens: calm neutrals, one accent, system fonts, light and dark.

import { css } from "lit";

export const theme = css`
  :host {
    color-scheme: light dark;
    --paper: light-dark(#ffffff, #161b24);
    --ground: light-dark(#f3f5f8, #0e1219);
    --sunk: light-dark(#e7ebf0, #1f2632);
    --line: light-dark(#cfd6df, #343d4c);
    --line-strong: light-dark(#7a8696, #7d899b);
    --ink: light-dark(#131a24, #f1f4f8);
    --ink-soft: light-dark(#4a5565, #b3bdcb);
    --accent: light-dark(#1553b7, #8ab4ff);
    --accent-strong: light-dark(#0f4191, #a9c8ff);
    --on-accent: light-dark(#ffffff, #0b1a33);
    --accent-wash: light-dark(#e8f0fd, #1b2a45);
    --good: light-dark(#0b6b43, #6fd6a4);
    --good-wash: light-dark(#e3f5ec, #12302a);
    --warn: light-dark(#7a4a00, #f3c26b);
    --warn-wash: light-dark(#fdf1db, #362a14);
    --bad: light-dark(#a4161a, #ff9c96);
    --bad-wash: light-dark(#fdeaea, #3a1b1d);
    --radius: 10px;
    color: var(--ink);
    font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
    -webkit-text-size-adjust: 100%;
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  p {
    margin: 0;
    text-wrap: pretty;
  }
  h1 {
    font-size: 1.5rem;
    line-height: 1.25;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 2.75rem;
    padding: 0.5rem 1.1rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--paper);
    font-weight: 600;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    background: var(--sunk);
  }
  button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  button.primary:hover:not(:disabled) {
    background: var(--accent-strong);
    border-color: var(--accent-strong);
  }
  button.danger {
    color: var(--bad);
    border-color: currentColor;
  }
  button.danger:hover:not(:disabled) {
    background: var(--bad-wash);
  }
  button.plain {
    border-color: transparent;
    background: transparent;
    color: var(--accent);
  }
  button:disabled {
    cursor: not-allowed;
    opacity: 0.5;
  }
  input,
  select {
    width: 100%;
    min-height: 2.75rem;
    padding: 0.5rem 0.75rem;
    border: 1px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--paper);
  }
  label {
    display: grid;
    gap: 0.35rem;
    font-weight: 600;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  h1 + p {
    margin-top: 0.35rem;
  }
  label > :is(input, select) {
    font-weight: 400;
  }
  .soft {
    color: var(--ink-soft);
  }
  .error {
    padding: 0.65rem 0.85rem;
    border-radius: var(--radius);
    background: var(--bad-wash);
    color: var(--bad);
    font-weight: 550;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;

/** A card in the middle of the page, for all screens but the live one. */
export const card = css`
  .card {
    width: min(30rem, 100%);
    margin: auto;
    padding: clamp(1.25rem, 5vw, 2.25rem);
    display: grid;
    gap: 1.25rem;
    background: var(--paper);
    border: 1px solid var(--line);
    border-radius: 16px;
    box-shadow: 0 12px 32px -18px #0d162640;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
    align-items: center;
  }
  form {
    display: grid;
    gap: 1rem;
  }
`;
