/**
 * The live protocol, version 1. The definition is `schema/live.schema.json`; the golden vectors beside it are
 * read by this package's tests and by the server's.
 */

export const VERSION = 1;
export const SUBPROTOCOL = 'opencobrowse';
export const HEADER_BYTES = 12;

/** What a binary frame carries. SNAPSHOT and EVENTS are ordered; POINTER may be dropped. */
export const Kind = { SNAPSHOT: 1, EVENTS: 2, POINTER: 3 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export const Flag = { DEFLATE: 1, LAST: 2 } as const;

/** The server sends a close code of this range when coming back is of no use. */
export const TERMINAL_CLOSE = 4500;
export const CLOSE_TAKEN_OVER = 4509;
export const CLOSE_TRANSFERRED = 4510;

export interface Header {
  kind: Kind;
  flags: number;
  /** The viewer a pointer belongs to; 0 is the sharer. */
  peer: number;
  epoch: number;
  offset: number;
}

export interface Position {
  epoch: number;
  offset: number;
}

export interface PageInfo {
  url?: string;
  title?: string;
  width?: number;
  height?: number;
  /** Nothing of the page is shared while the customer is on it: not even where it is. */
  withheld?: boolean;
}

export type PageSettings = {
  privacy: 'inputs' | 'private';
  maskSelectors: string[];
  /** Elements that stand as a box. */
  hideSelectors?: string[];
  showSelectors: string[];
  readonlySelectors: string[];
  /** Whether an agent may go back, forward, load anew and elsewhere. */
  allowAgentNavigation?: boolean;
  /** Pages of which nothing is shared. */
  pauseCriteria?: PauseCriterion[];
};

export type PauseCriterion = {
  urlFragment: string;
  condition: 'Includes' | 'DoesNotInclude' | 'StartsWith' | 'EndsWith' | 'Equals';
};

/** What an agent does, or proposes to do, on the customer's page. `node` is the element's id in the mirror; `x`, `y`
 * are where in its box, from 0 to 1 (0.5 left out); `left`, `top` are CSS pixels. */
export type Action = {
  kind:
    | 'click'
    | 'dblclick'
    | 'hover'
    | 'focus'
    | 'type'
    | 'key'
    | 'select'
    | 'check'
    | 'clear'
    | 'scroll'
    | 'back'
    | 'forward'
    | 'reload'
    | 'navigate';
  node?: number;
  x?: number;
  y?: number;
  left?: number;
  top?: number;
  text?: string;
  key?: string;
  modifiers?: ('alt' | 'control' | 'meta' | 'shift')[];
  values?: number[];
  url?: string;
};

export type Act = { type: 'act'; id: number; action: Action; peer?: number };
export type Propose = { type: 'propose'; id: number; action: Action; peer?: number; agentName?: string };
export type Acted = {
  type: 'acted';
  id: number;
  result: 'done' | 'refused' | 'declined' | 'stale';
  reason?: string;
  peer?: number;
};

export type FromPage =
  | {
      type: 'hello';
      versions: number[];
      page?: PageInfo;
      resume?: Position;
      session?: string;
      token?: string;
    }
  | { type: 'accept'; sessionId: string; textVersion: string; control: boolean; asked?: number }
  | { type: 'decline'; sessionId: string }
  | { type: 'join'; code: string }
  | { type: 'restart' }
  | { type: 'page'; page: PageInfo }
  | { type: 'stop' }
  | { type: 'ping'; id: number }
  | { type: 'pong'; id: number }
  | { type: 'control.request' }
  | { type: 'control.release' }
  | { type: 'control.answer'; granted: boolean }
  | { type: 'control.revoke' }
  | Act
  | Propose
  | { type: 'withdraw'; id: number }
  | Acted
  | { type: 'highlight'; node: number };

export type Offer = {
  type: 'offer';
  sessionId: string;
  agentName: string;
  organizationName: string;
  control: boolean;
  expiresIn: number;
  /** How many agents have asked before: said again with the answer. */
  asked?: number;
};

export type Share = {
  type: 'share';
  sessionId: string;
  position: Position;
  resumeToken: string;
  settings: PageSettings;
  agentName: string;
  control: boolean;
};

export type SessionState = {
  type: 'state';
  sessionId: string;
  state: 'initiated' | 'active' | 'paused';
  control: 'none' | 'pending' | 'held';
  sharing: boolean;
  viewers?: { peer: number; name: string }[];
  page?: PageInfo;
  /** The viewer that asked for control or holds it. */
  controller?: number;
  /** What the settings of the page that shares let agents do. */
  may?: ('control' | 'navigation')[];
};

export type FromServer =
  | { type: 'welcome'; version: number; role: 'page' | 'viewer'; peer: number }
  | Offer
  | { type: 'offer.closed'; sessionId: string; reason: string }
  | Share
  | { type: 'checkout' }
  | { type: 'ack'; position: Position }
  | { type: 'resync'; position: Position }
  | SessionState
  | { type: 'transferred'; sessionId: string; agentName: string }
  | { type: 'end'; sessionId: string; reason: string }
  | { type: 'error'; code: string; message: string }
  | { type: 'ping'; id: number }
  | { type: 'pong'; id: number }
  | { type: 'control.asked'; peer: number; agentName: string; expiresIn: number }
  | { type: 'control.closed'; reason: string }
  | Act
  | Propose
  | { type: 'withdraw'; id: number; peer?: number }
  | Acted
  | { type: 'highlight'; node: number; peer?: number };

export function readHeader(frame: ArrayBuffer): Header {
  const view = new DataView(frame);
  return {
    kind: view.getUint8(0) as Kind,
    flags: view.getUint8(1),
    peer: view.getUint16(2),
    epoch: view.getUint32(4),
    offset: view.getUint32(8),
  };
}

/** A whole frame: header and body in one buffer. */
export function makeFrame(header: Header, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, header.kind);
  view.setUint8(1, header.flags);
  view.setUint16(2, header.peer);
  view.setUint32(4, header.epoch);
  view.setUint32(8, header.offset);
  frame.set(body, HEADER_BYTES);
  return frame;
}

/** A pointer: where it is in the customer's viewport (CSS pixels), and over which mirrored node. */
export interface Pointer {
  action: 'move' | 'click' | 'leave';
  x: number;
  y: number;
  node: number;
}

const ACTIONS = ['move', 'click', 'leave'] as const;
export const POINTER_BYTES = 13;

export function writePointer(pointer: Pointer): Uint8Array {
  const view = new DataView(new ArrayBuffer(POINTER_BYTES));
  view.setUint8(0, ACTIONS.indexOf(pointer.action));
  view.setFloat32(1, pointer.x);
  view.setFloat32(5, pointer.y);
  view.setUint32(9, pointer.node);
  return new Uint8Array(view.buffer);
}

export function readPointer(frame: ArrayBuffer): Pointer | undefined {
  if (frame.byteLength !== HEADER_BYTES + POINTER_BYTES) return undefined;
  const view = new DataView(frame, HEADER_BYTES);
  const action = ACTIONS[view.getUint8(0)];
  if (action === undefined) return undefined;
  return { action, x: view.getFloat32(1), y: view.getFloat32(5), node: view.getUint32(9) };
}
