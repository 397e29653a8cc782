// Why an asset is missing, by what can be done about it.

export type AssetGroup =
  | "other_origin"
  | "server"
  | "not_loaded"
  | "no_store"
  | "too_big"
  | "csp"
  | "type"
  | "network"
  | "hub";

const GROUP_OF: Readonly<Record<string, AssetGroup>> = {
  other_origin: "other_origin",
  bad_redirect: "other_origin",
  not_public: "other_origin",
  failed: "server",
  gone: "server",
  not_loaded: "not_loaded",
  no_store: "no_store",
  too_big: "too_big",
  asset_too_large: "too_big",
  csp: "csp",
  wrong_type: "type",
  asset_type: "type",
  unreachable: "network",
  asset_timeout: "network",
  asset_busy: "hub",
  asset_not_shared: "hub",
  refused: "hub",
};

export const ASSET_GROUPS: readonly AssetGroup[] = [
  "csp",
  "other_origin",
  "server",
  "not_loaded",
  "no_store",
  "too_big",
  "type",
  "network",
  "hub",
];

/** A reason that nobody knows is the hub's to explain. */
export const groupOf = (reason: string): AssetGroup =>
  Object.hasOwn(GROUP_OF, reason) ? (GROUP_OF[reason] as AssetGroup) : "hub";
