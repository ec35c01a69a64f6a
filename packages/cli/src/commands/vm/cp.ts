import type { CopyRequest } from '@ignite/api/client/file-client';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClient } from '../../context.ts';
import { writeArchive } from '../../files/archive-output.ts';
import { sshFlags } from './ssh.ts';

export const cp: Command = {
  name: 'cp',
  arguments: 'SRC DST',
  arity: { least: 2, most: 2 },
  summary: 'Copy files and directories between a VM and this host',
  details: [
    'VM:PATH is a path in a VM. Use - to read a tar archive from standard input, or to write one to standard output.',
  ],
  examples: [
    'ignite cp ./site my-vm:/var/www',
    'ignite cp my-vm:/var/log/syslog .',
    'tar c src | ignite cp - my-vm:/root',
  ],
  flags: {
    ...namespaceFlags,
    ...sshFlags,
    'follow-link': { type: 'boolean', short: 'L', help: 'follow symbolic links in the source' },
  },
  run: async (invocation) => {
    const { flags, args, namespace } = invocation;
    const copy = parseCopy(args[0]!, args[1]!, namespace);
    const identity = flags.text('identity');
    const request: CopyRequest = {
      vm: copy.vm,
      vmPath: copy.vmPath,
      follow: flags.isSet('follow-link'),
      timeoutMs: (flags.seconds('timeout') ?? 60) * 1_000,
      ...(identity !== undefined && { identity }),
    };
    await withClient(invocation, async ({ files }, op) => {
      if (copy.hostPath === '-') {
        if (copy.way === 'in') await files.unpackIn(process.stdin, request, op);
        else await writeArchive('-', (output) => files.packOut(output, request, op));
      } else if (copy.way === 'in') await files.copyIn(copy.hostPath, request, op);
      else await files.copyOut(copy.hostPath, request, op);
    });
    return 0;
  },
};

export interface Copy {
  readonly way: 'in' | 'out';
  readonly vm: string;
  readonly vmPath: string;
  /** `-` for a tar archive on standard input or output. */
  readonly hostPath: string;
}

/**
 * Pure. Just one side names a VM: a colon behind `web` or `prod/web`, so `./a:b` is a path of the host.
 * @param namespace that of names without one, which stands before them already
 * @throws CodedError USAGE_INVALID
 */
export function parseCopy(source: string, destination: string, namespace?: string): Copy {
  const [from, to] = meantSides([vmSide(source), vmSide(destination)], namespace);
  const hint = 'use VM:PATH on one side and a path on this host on the other';
  if (from && to) throw usageError('only one of source and destination may be in a VM', hint);
  if (from) return { way: 'out', ...from, hostPath: destination };
  if (to) return { way: 'in', ...to, hostPath: source };
  throw usageError('neither source nor destination is in a VM', hint);
}

type VmSide = Pick<Copy, 'vm' | 'vmPath'> | undefined;

/** Beside `web:/tmp`, `backups/db:2024.sql` is a path of the host, although a namespace could be called so. */
function meantSides(sides: readonly VmSide[], namespace: string | undefined): readonly VmSide[] {
  const isPlain = (vm: string): boolean =>
    !vm.includes('/') || (namespace !== undefined && vm.startsWith(`${namespace}/`));
  const plain = sides.map((side) => (side && isPlain(side.vm) ? side : undefined));
  return sides.every(Boolean) && plain.some(Boolean) ? plain : sides;
}

function vmSide(text: string): VmSide {
  const match = /^((?:[a-z0-9][a-z0-9-]*\/)?[^/.:][^/:]*):(.*)$/s.exec(text);
  return match ? { vm: match[1]!, vmPath: match[2] === '' ? '.' : match[2]! } : undefined;
}
