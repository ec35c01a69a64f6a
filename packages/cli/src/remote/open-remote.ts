import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@ignite/api/client/client';
import type { CopyRequest, FileClient } from '@ignite/api/client/file-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import { remoteClient } from '@ignite/api/remote/remote-client';
import { remoteVms } from '@ignite/api/remote/remote-vms';
import { HttpObjectClient } from '@ignite/toolkit/client/over-http/http-object-client';
import type { Command } from '@ignite/toolkit/process/runner';
import type { ChosenHost } from './chosen-host.ts';
import { accessTo, callLines } from './dial-host.ts';

export interface OpenRemoteOptions {
  readonly chosen: Exclude<ChosenHost, { kind: 'local' }>;
  readonly env: NodeJS.ProcessEnv;
  /** Our own command line, for others to run with a command behind it. */
  readonly ownCommand: readonly string[];
  readonly copies: (options: {
    readonly paths: { readonly dataDir: string; readonly runDir: string };
    readonly reach: (request: CopyRequest, op: ClientOperation) => Promise<void>;
    readonly commandFor: (request: CopyRequest, line: string) => Command;
  }) => Promise<Pick<FileClient, 'copyIn' | 'copyOut'>>;
}

/** Opens the client of another host. It connects with the first call. */
export async function openRemote({ chosen, env, ownCommand, copies }: OpenRemoteOptions): Promise<Client> {
  const access = await accessTo(chosen, env);
  const lines = callLines(access);
  const vms = remoteVms(lines);
  const state = join(env['XDG_STATE_HOME'] || join(env['HOME'] ?? homedir(), '.local/state'), 'ignite');
  const [tool = '', ...words] = ownCommand;
  const host = chosen.kind === 'address' ? ['--host', chosen.address] : ['--context', chosen.name];
  return remoteClient({
    lines,
    objects: new HttpObjectClient(access),
    copies: await copies({
      paths: { dataDir: state, runDir: state },
      reach: async ({ vm, identity, timeoutMs }, op) => {
        const request = { line: 'true', streams: { kind: 'piped' }, timeoutMs } as const;
        const session = await vms.exec(vm, { ...request, ...(identity !== undefined && { identity }) }, op);
        if (session.kind !== 'piped') return;
        session.stdout.resume();
        session.stderr.resume();
        await session.exitStatus;
      },
      commandFor: ({ vm }, line) => ({ tool, args: [...words, ...host, 'exec', vm, '--', line] }),
    }),
  });
}
