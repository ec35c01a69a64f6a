/** What clients send over SPDY/3.1, as far as it means anything to a server of streams. */
export type Frame = OpenFrame | HeadersFrame | ResetFrame | PingFrame | GoAwayFrame | DataFrame;

/** A new stream, with its compressed headers (`SYN_STREAM`). */
export interface OpenFrame {
  readonly type: 'open';
  readonly streamId: number;
  readonly block: Buffer;
  /** Whether the client sends nothing more on the stream. */
  readonly isLast: boolean;
}

/** More compressed headers of a stream (`HEADERS`). */
export interface HeadersFrame {
  readonly type: 'headers';
  readonly streamId: number;
  readonly block: Buffer;
  readonly isLast: boolean;
}

/** A stream that the client gives up (`RST_STREAM`). */
export interface ResetFrame {
  readonly type: 'reset';
  readonly streamId: number;
}

/** A question that is to be sent back. */
export interface PingFrame {
  readonly type: 'ping';
  readonly id: number;
}

/** The client opens no more streams. */
export interface GoAwayFrame {
  readonly type: 'go-away';
}

/** A piece of the bytes of a stream. */
export interface DataFrame {
  readonly type: 'data';
  readonly streamId: number;
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

export const controlTypes = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** Why a stream is given up. */
export const resetReasons = { refused: 3, cancelled: 5 } as const;
