import { stat } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';

/**
 * Runs a program that ends with us, as a user without rights, without a network: for what is over in seconds, where a
 * sandbox that outlives us is not wanted.
 */
export async function runAsNobody(
  [tool = '', ...args]: readonly string[],
  { user, needsKvm }: { readonly user: number; readonly needsKvm: boolean },
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  const groups = needsKvm ? [`--groups=${(await stat('/dev/kvm')).gid}`] : ['--clear-groups'];
  await runner.run(
    {
      tool: 'unshare',
      args: [
        ...[
          '--net',
          '--ipc',
          '--uts',
          '--',
          'setpriv',
          '--pdeathsig=KILL',
          `--reuid=${user}`,
          `--regid=${user}`,
        ],
        ...[...groups, '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs', '--', tool, ...args],
      ],
    },
    signal,
  );
}
