// Generated from cobrowse/core/protocol/ and close.py by `make generate`. Do not edit.

export const VERSION = 1;

export const SUBPROTOCOL = "cobrowse.v1";

export const PACK_FROM_BYTES = 4096;

export const PART_MAX_PACKED_BYTES = 262144;

export const PART_MAX_UNPACKED_BYTES = 1048576;

export const CREDIT_FRAMES = 8;

export const CREDIT_BYTES = 262144;

export const EPOCHS_PER_GENERATION = 10000;

export const CLOSE = { drain: 4000, slow: 4001, probe_unanswered: 4002, store_unavailable: 4003, internal: 4004, seat_busy: 4005, seat_lost: 4006, hello_timeout: 4007, bad_hello: 4101, bad_token: 4102, bad_message: 4103, taken_over: 4104, ended: 4105, version_mismatch: 4106, wrong_origin: 4107, seat_held: 4108, too_fast: 4109 } as const;

export type Seat = "customer" | "agent" | "observer";

export type StateName = "waiting" | "joining" | "live" | "paused" | "away" | "ended";

export type Scope = "follow" | "view" | "guide" | "control";

export type AwayReason = "navigating" | "offline" | "asleep" | "other_origin" | "other_path";

export type EndReason = "agent_ended" | "customer_stopped" | "declined" | "code_expired" | "confirm_failed" | "customer_gone" | "agent_gone" | "idle" | "time_limit" | "policy";

export type ActStatus = "asking" | "started" | "done" | "refused";

export type Trouble = "csp_self" | "csp_connect" | "csp_script" | "csp_style" | "csp_img" | "csp_font" | "csp_other" | "part_missing" | "capture_failed" | "banner_lost";

export type Pace = "full" | "slow" | "outline" | "address";

export type PaceReason = "" | "busy" | "too_big" | "refused" | "part_missing";

export interface Act {
  k: "act";
  id: number;
  epoch: number;
  seq: number;
  do: AnyDo;
}

export interface ActResult {
  k: "act_result";
  id: number;
  status: "asking" | "started" | "done" | "refused";
  reason?: string;
  act?: string;
  on?: "" | "link" | "button" | "field" | "other";
}

export interface Back {
  act: "back";
}

export interface Check {
  act: "check";
  node: number;
}

export interface Choose {
  act: "choose";
  node: number;
  option: number;
}

export interface Clear {
  act: "clear";
}

export interface Click {
  act: "click";
  node: number;
  x: number;
  y: number;
}

export interface Forward {
  act: "forward";
}

export interface Highlight {
  act: "highlight";
  node: number;
}

export interface Navigate {
  act: "navigate";
  address: string;
}

export interface Point {
  act: "point";
  node: number;
  x: number;
  y: number;
}

export interface Reload {
  act: "reload";
}

export interface Scroll {
  act: "scroll";
  node: number;
  x: number;
  y: number;
}

export interface Submit {
  act: "submit";
  node: number;
}

export interface Type {
  act: "type";
  node: number;
  text: string;
}

export interface Checkup {
  k: "checkup";
  id: number;
  digest?: boolean;
}

export interface Condition {
  k: "condition";
  id: number;
  epoch: number;
  seq: number;
  hidden?: boolean;
  waiting_ms?: number;
  troubles?: ("csp_self" | "csp_connect" | "csp_script" | "csp_style" | "csp_img" | "csp_font" | "csp_other" | "part_missing" | "capture_failed" | "banner_lost")[];
  digest?: string;
  washed?: number;
  refused?: number;
  refused_why?: string;
}

export interface Heard {
  k: "heard";
  id: number;
}

export interface Notice {
  k: "notice";
  what: "old_snippet";
}

export interface AskControl {
  k: "ask_control";
}

export interface Digits {
  k: "digits";
  value: string;
}

export interface End {
  k: "end";
}

export interface Resync {
  k: "resync";
  epoch?: number;
}

export interface Activity {
  k: "activity";
}

export interface AssetRefused {
  k: "asset_refused";
  n: number;
  reason: string;
  status?: number;
  width?: number;
  height?: number;
}

export interface Bye {
  k: "bye";
  reason: "navigating" | "asleep" | "other_origin";
}

export interface Consent {
  k: "consent";
  allow: boolean;
}

export interface ControlAnswer {
  k: "control_answer";
  allow: boolean;
}

export interface ControlRelease {
  k: "control_release";
}

export interface Hello {
  k: "hello";
  version: number;
  token: string;
  page: string;
  nonce: string;
  withheld?: "" | "other_path" | "other_origin";
}

export interface Pause {
  k: "pause";
}

export interface ProbeAnswer {
  k: "probe_answer";
  id: number;
}

export interface Resume {
  k: "resume";
}

export interface Share {
  k: "share";
}

export interface Stop {
  k: "stop";
}

export interface Withhold {
  k: "withhold";
  reason: "other_path" | "other_origin";
}

export interface AgentWelcome {
  k: "agent_welcome";
  generation: number;
  now: number;
  mirror: string;
  acts: string[];
  typed_navigation: "ask" | "allow" | "never";
  private?: boolean;
  state: SessionState;
}

export interface AssetMissed {
  k: "asset_missed";
  n: number;
  kind: "image" | "font" | "style";
  reason: string;
  status?: number;
  width?: number;
  height?: number;
}

export interface AssetWanted {
  k: "asset_wanted";
  n: number;
  ticket: string;
}

export interface Away {
  seat: "customer" | "agent" | "observer";
  since: number;
  reason: "navigating" | "offline" | "asleep" | "other_origin" | "other_path";
  back_to: "waiting" | "joining" | "live" | "paused" | "away" | "ended";
}

export interface ComeAgain {
  k: "come_again";
  delay_ms: number;
}

export interface ControlAsked {
  k: "control_asked";
}

export interface Credit {
  k: "credit";
  epoch: number;
  frames: number;
  bytes: number;
}

export interface CustomerPolicy {
  origins: string[];
  deny_paths: string[];
  query_params: string[];
  mask: string[];
  hide: string[];
  show: string[];
  no_control: string[];
  private: boolean;
  max_scope: "follow" | "view" | "guide" | "control";
  typed_navigation: "ask" | "allow" | "never";
  acts: string[];
  asset_origins?: string[];
  show_canvas?: string[];
}

export interface CustomerWelcome {
  k: "customer_welcome";
  token: string;
  generation: number;
  first_epoch: number;
  now: number;
  digits: string;
  policy: CustomerPolicy;
  state: SessionState;
}

export interface Probe {
  k: "probe";
  id: number;
}

export interface Problem {
  k: "problem";
  code: string;
  message: string;
  retry_after_seconds?: number;
}

export interface SessionState {
  k: "state";
  session: string;
  version: number;
  name: "waiting" | "joining" | "live" | "paused" | "away" | "ended";
  site: string;
  site_name: string;
  agent_name: string;
  scope: "follow" | "view" | "guide" | "control";
  control?: "off" | "asked" | "on";
  allowed?: boolean;
  confirmed?: boolean;
  tries_left?: number;
  seated?: boolean;
  expires_at?: number;
  since?: number;
  away?: Away | null;
  reason?: "agent_ended" | "customer_stopped" | "declined" | "code_expired" | "confirm_failed" | "customer_gone" | "agent_gone" | "idle" | "time_limit" | "policy" | null;
}

export interface Ops {
  k: "ops";
  epoch: number;
  seq: number;
  tags: string[];
  names: string[];
  urls: number[];
  styles: string[];
  texts: string[];
  ops: number[];
}

export interface Page {
  k: "page";
  epoch: number;
  page: PageInfo;
}

export interface PageInfo {
  address: string;
  title: string;
  width: number;
  height: number;
  zoom?: number;
  dpr?: number;
  quirks?: boolean;
  dark?: boolean;
  pace?: "full" | "slow" | "outline" | "address";
  pace_why?: "" | "busy" | "too_big" | "refused" | "part_missing";
  bar?: number;
  left?: number;
  top?: number;
  traits?: number;
  dark_canvas?: boolean;
  ring?: boolean;
  target?: number;
  fullscreen?: number;
}

export interface Pointer {
  k: "pointer";
  epoch: number;
  x: number;
  y: number;
}

export interface Snapshot {
  k: "snapshot";
  epoch: number;
  part: number;
  last: boolean;
  page?: PageInfo | null;
  tags: string[];
  names: string[];
  urls: number[];
  styles: string[];
  texts: string[];
  nodes: number[];
}

export interface Tip {
  k: "tip";
  epoch: number;
  seq: number;
}

export type AnyDo = Point | Highlight | Clear | Scroll | Click | Navigate | Back | Forward | Reload | Type | Choose | Check | Submit;

export type FromCustomer = Hello | Consent | Snapshot | Ops | Page | Pointer | Tip | ActResult | ControlAnswer | ControlRelease | Pause | Resume | Stop | Bye | Withhold | Share | Activity | ProbeAnswer | AssetRefused | Condition;

export type FromAgent = Hello | Digits | Act | AskControl | ControlRelease | Resync | End | ProbeAnswer | Checkup;

export type ToCustomer = CustomerWelcome | SessionState | Credit | Resync | Act | ControlAsked | Probe | AssetWanted | Problem | ComeAgain | Checkup;

export type ToAgent = AgentWelcome | SessionState | Snapshot | Ops | Page | Pointer | Tip | ActResult | Probe | Problem | ComeAgain | Condition | Heard | Notice | AssetMissed;
