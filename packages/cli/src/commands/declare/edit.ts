import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullName } from '@ignite/api/v1/shown-name';
import { scheme } from '@ignite/legacy/scheme';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { runInteractively } from '@ignite/toolkit/process/interactive';
import type { Command, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withDeclaredHost } from '../../context.ts';
import { differs, renderPlan } from '../../render/plan.ts';
import { applyPlanned, planFor } from './apply.ts';
import { parseKey } from './declared-kind.ts';
import { findNamed, lookThrough } from './get.ts';
import { manifestText } from './manifest-text.ts';

export const edit: Command = {
  name: 'edit',
  arguments: 'KIND/NAME',
  arity: { least: 1, most: 1 },
  summary: 'Edit an object in your editor and apply the changes',
  examples: ['ignite edit vm/web', 'EDITOR=nano ignite edit sync/site'],
  flags: {
    ...namespaceFlags,
    replace: {
      type: 'boolean',
      help: 'allow changes that require replacing a VM and its disk',
    },
    force: { type: 'boolean', help: 'also change objects that a Sync owns; the Sync may revert the changes' },
  },
  run: async (invocation) => {
    const { args, io } = invocation;
    const key = parseKey(args[0]!);
    return await withDeclaredHost(invocation, async (host) => {
      const before = manifestText(
        await findNamed(key.kind, fullName({ metadata: key }), lookThrough(host.client, invocation.signal)),
      );
      const dir = await mkdtemp(join(tmpdir(), 'edit-'));
      const file = join(dir, `${key.name}.yaml`);
      // Kept until it is applied, so that no edit is lost.
      let isKept = false;
      try {
        const { status, text } = await typedInto(file, before, invocation);
        isKept = status === 0 && text !== before;
        if (!isKept) {
          io.err.write('no changes made\n');
          return status;
        }
        const plan = await planFor(decodeManifests(text, file, scheme), invocation, host);
        io.out.write(renderPlan(plan, io.isColoured));
        const result = differs(plan)
          ? await applyPlanned(plan, invocation, host, (line) => io.out.write(line))
          : 0;
        isKept = result !== 0;
        return result;
      } finally {
        if (isKept) io.err.write(`your changes were saved to ${file}\n`);
        else await rm(dir, { recursive: true });
      }
    });
  },
};

/** Opens a text in the user's editor. @throws CodedError USAGE_INVALID where that is not installed */
async function typedInto(
  file: string,
  text: string,
  { io, signal }: Invocation,
): Promise<{ readonly status: number; readonly text: string }> {
  await writeFile(file, text, { mode: 0o600 });
  const chosen = ['VISUAL', 'EDITOR'].map((name) => io.env[name]?.trim()).find(Boolean) ?? 'vi';
  const [tool = chosen, ...args] = chosen.split(/\s+/);
  const status = await runInteractively({ tool, args: [...args, file] }, signal).catch((failure: unknown) => {
    if (hasCode(failure, 'TOOL_MISSING'))
      throw usageError(`the editor "${tool}" is not installed`, 'set $EDITOR to another one');
    throw failure;
  });
  return { status, text: await readFile(file, 'utf8') };
}
