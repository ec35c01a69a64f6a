import { performance } from 'node:perf_hooks';
import { type Runner, ToolFailedError } from './runner.ts';

export interface Trace {
  /** Called with one line for each tool that has ended. Its input is left out, because it may be secret. */
  readonly tell: (line: string) => void;
  /** Tells, whenever a tool has ended, whether its output is traced too. */
  readonly output: () => boolean;
}

/** Wraps a runner so that it traces each tool: `250 ms, exit 0: skopeo copy …`. */
export const tracedRunner = (runner: Runner, { tell, output }: Trace): Runner => ({
  run: async (command, signal) => {
    const begin = performance.now();
    const line = [command.tool, ...command.args.map(quoted)].join(' ');
    const told = (outcome: string, printed: { readonly stdout: string; readonly stderr: string }): void => {
      tell(`${(performance.now() - begin).toFixed(0)} ms, ${outcome}: ${line}`);
      if (!output()) return;
      for (const text of [printed.stdout, printed.stderr])
        for (const each of text.split('\n').filter(Boolean)) tell(`  ${each}`);
    };
    try {
      const result = await runner.run(command, signal);
      told('exit 0', result);
      return result;
    } catch (failure) {
      if (failure instanceof ToolFailedError)
        told(failure.exitCode === null ? 'ended by a signal' : `exit ${failure.exitCode}`, failure);
      else told('did not run', { stdout: '', stderr: '' });
      throw failure;
    }
  },
});

/** Quotes a word for a shell, so that a line can be run again. */
const quoted = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
