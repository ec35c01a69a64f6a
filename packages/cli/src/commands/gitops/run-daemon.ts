import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { logLevelOf } from '../../arguments/log-level.ts';
import type { Invocation } from '../../arguments/command.ts';
import { pathsOf } from '../../context.ts';

/** What the flags say to the daemon, which takes them by the same names. */
const passed = [
  'api-socket',
  'api-address',
  'api-audit-policy',
  'oidc-issuer',
  'oidc-client-id',
  'oidc-username-claim',
  'oidc-username-prefix',
  'oidc-groups-claim',
  'oidc-groups-prefix',
  'oidc-ca-file',
  'webhook-listen',
  'webhook-secret-file',
  'webhook-cert',
  'webhook-key',
] as const;

const switches = ['api', 'no-api-audit'] as const;

/** Becomes the daemon, a program of its own: this process goes on as ignited, and never returns here. */
export async function runDaemon({ flags, io, signal }: Invocation): Promise<never> {
  await setImmediate(); // a signal that has come since our start is handled now, or it would be lost
  signal.throwIfAborted();
  const isBundled = import.meta.filename.endsWith('.cjs');
  const program = join(import.meta.dirname, isBundled ? 'ignited.cjs' : '../../../../daemon/src/main.ts');
  const { dataDir, runDir } = pathsOf(flags, io.env);
  const options = [
    `--data-dir=${dataDir}`,
    `--run-dir=${runDir}`,
    `--log-level=${logLevelOf(flags)}`,
    ...flags.list('node-label').map((label) => `--node-label=${label}`),
    ...switches.filter((flag) => flags.isSet(flag)).map((flag) => `--${flag}`),
    ...passed.flatMap((flag) => {
      const value = flags.text(flag);
      return value === undefined ? [] : [`--${flag}=${value}`];
    }),
  ];
  return process.execve!(
    process.execPath,
    [process.execPath, ...process.execArgv, program, ...options],
    io.env,
  );
}
