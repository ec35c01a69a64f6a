import type { Duplex, Readable, Writable } from 'node:stream';
import type { ObjectKey } from '@ignite/toolkit/client/group-version-resource';
import type { UserInfo } from '../request/user-info.ts';
import type { TerminalSize } from './terminal-size.ts';

/** A part of an object that is no value but what clients connect to, such as `log` or `exec`. */
export type Connector = LogConnector | CommandConnector | PortConnector;

/** Whom a client is connected with. */
export interface Target {
  readonly key: ObjectKey;
  readonly user: UserInfo;
}

/** The output of what an object runs, which is read. */
export interface LogConnector {
  readonly kind: 'log';
  /** Rejects if there can be no output. What is yielded is sent byte for byte. */
  open(target: Target, request: LogRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** Which output is wanted (Kubernetes: core/v1 `PodLogOptions`). */
export interface LogRequest {
  readonly container?: string;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** The output before the last start. */
  readonly previous: boolean;
  /** The number of last lines. */
  readonly tail?: number;
  /** In milliseconds since 1970. */
  readonly sinceMs?: number;
}

/** A program with standard streams: one that is started, or one that runs already. */
export interface CommandConnector {
  readonly kind: 'command';
  /**
   * Rejects if the program cannot be run. Otherwise it returns what runs it once the client's streams are open,
   * and resolves to its exit status after all its output has been written.
   */
  open(target: Target, request: CommandRequest, signal: AbortSignal): Promise<RunCommand>;
}

export type RunCommand = (streams: CommandStreams, signal: AbortSignal) => Promise<number>;

/** What is to run, and which of its streams the client has (Kubernetes: core/v1 `PodExecOptions`). */
export interface CommandRequest {
  readonly container?: string;
  /** Empty if the client wants to be connected with what runs already. */
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The client's ends of the streams that it asked for. Whoever writes faster than the client reads has to wait. */
export interface CommandStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly terminal: TerminalSize;
}

/** The ports at which what an object runs listens. */
export interface PortConnector {
  readonly kind: 'ports';
  /** Rejects if there is nothing to connect with. Otherwise it returns what connects with a port. */
  open(target: Target, signal: AbortSignal): Promise<DialPort>;
}

export type DialPort = (port: number, signal: AbortSignal) => Promise<Duplex>;
