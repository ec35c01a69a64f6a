import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Command } from './runner.ts';
import { toolFailure } from './tool-failure.ts';

/**
 * Runs a tool on this process's own terminal or pipes, and resolves with its exit status: 128 plus the
 * signal's number if a signal ended it. The keys ^C and ^\ reach the tool alone while it runs.
 * @throws CodedError TOOL_MISSING
 */
export function runInteractively(command: Command, signal: AbortSignal): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(command.tool, [...command.args], { stdio: 'inherit', signal });
  child.once('error', (failure) => reject(toolFailure(command, failure)));
  child.once('close', (code, name) => resolve(code ?? 128 + (name === null ? 0 : constants.signals[name])));
  return promise;
}
