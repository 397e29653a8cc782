"""The hostile corpus of promise 7: pages, styles and frames of somebody who wants into the agent's browser."""
