import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Command } from './runner.ts';
import { toolFailure } from './tool-failure.ts';

/** A tool that runs, with its standard streams. */
export interface PipedTool {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once the tool and its output have ended: with 128 plus the signal's number if a signal ended it. */
  readonly exitStatus: Promise<number>;
}

/**
 * Starts a tool whose standard streams are pipes. Aborting `signal` ends it. The exit status rejects with TOOL_MISSING if
 * the tool is not installed.
 */
export function runPiped(command: Command, signal: AbortSignal): PipedTool {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(command.tool, [...command.args], { stdio: 'pipe', signal });
  child.once('error', (failure) => reject(toolFailure(command, failure)));
  child.once('close', (code, name) => resolve(code ?? 128 + (name === null ? 0 : constants.signals[name])));
  child.stdin.on('error', () => {}); // a tool need not read its input
  return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exitStatus: promise };
}
