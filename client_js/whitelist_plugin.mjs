// Gives the snippet's bundle its whitelist: `__WHITELIST__` is the compact form.
import { compactWhitelist } from "./whitelist_compact.mjs";

export const whitelistPlugin = () => ({
  name: "whitelist",
  setup(build) {
    build.initialOptions.define = {
      ...build.initialOptions.define,
      __WHITELIST__: JSON.stringify(compactWhitelist()),
    };
  },
});
