import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scheme } from '@ignite/api/scheme';
import { writtenForm } from '@ignite/api/written-form';
import type { VolumeStatus } from '@ignite/api/v1/volume';
import { decodeManifests } from '@ignite/toolkit/codec/decode-manifests';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { GitSourceObject, SyncObject } from '@ignite/toolkit/gitops/kinds';
import { shortRevision } from '@ignite/toolkit/gitops/sync-status';
import type { ApiObject } from '@ignite/toolkit/object/meta';
import { runInteractively } from '@ignite/toolkit/process/interactive';
import type { Command, Invocation } from '../arguments/command.ts';
import { usageError } from '../arguments/usage-error.ts';
import { type DeclaredHost, withDeclaredHost } from '../context.ts';
import { age } from '../render/age.ts';
import {
  type Column,
  assertTemplateFlags,
  documentFormatOf,
  outputFlags,
  printDocument,
  printObjects,
  viewContext,
} from '../render/objects.ts';
import { differs, renderPlan } from '../render/plan.ts';
import { applyPlanned, planFor } from './apply.ts';
import { type DeclaredKind, declaredKinds, parseKey, parseKind } from './declared-kind.ts';
import { manifestText } from './manifest-text.ts';

const columns: readonly Column<ApiObject>[] = [
  { title: 'KIND', cell: ({ kind }) => kind },
  { title: 'NAME', cell: ({ metadata }) => metadata.name },
  { title: 'READY', cell: readyOf },
  { title: 'STATUS', cell: statusOf },
  { title: 'AGE', cell: ({ metadata }) => age(metadata.creationTimestamp, Date.now()) },
  { title: 'UID', cell: ({ metadata }) => metadata.uid, wide: true },
];

export const get: Command = {
  name: 'get',
  arguments: '[KIND [OBJECT]]',
  arity: { least: 0, most: 2 },
  summary: 'List declared objects of a kind, or of all kinds',
  examples: ['ignite get', 'ignite get vms', 'ignite get sync site -o yaml', 'ignite get vm/web -o yaml'],
  flags: outputFlags,
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    assertTemplateFlags(flags);
    const [first, second] = args;
    const named = first?.includes('/') ? parseKey(first) : undefined;
    const kind = named?.kind ?? (first === undefined ? undefined : parseKind(first));
    const name = named?.name ?? second;
    return await withDeclaredHost(invocation, async (host) => {
      const kinds = kind === undefined ? declaredKinds : [kind as DeclaredKind];
      const format = documentFormatOf(flags);
      if (name !== undefined && format !== undefined) {
        await printDocument(writtenForm(await findNamed(kinds[0]!, name, host)), format, io);
        return 0;
      }
      const objects = (await Promise.all(kinds.map((each) => listKind(each, host, invocation)))).flat();
      const found = name === undefined ? objects : [await findNamed(kinds[0]!, name, host)];
      await printObjects(found, columns, flags, io, () => viewContext(invocation, host.client));
      return 0;
    });
  },
};

export const edit: Command = {
  name: 'edit',
  arguments: 'KIND/NAME',
  arity: { least: 1, most: 1 },
  summary: 'Change an object in your editor, see what that does, and have it done',
  examples: ['ignite edit vm/web', 'EDITOR=nano ignite edit sync/site'],
  flags: {
    replace: {
      type: 'boolean',
      help: 'allow changes that need a new VM in the place of the old, disk and all',
    },
    force: { type: 'boolean', help: 'also change what a Sync owns, which that Sync may undo' },
  },
  run: async (invocation) => {
    const { args, io } = invocation;
    const key = parseKey(args[0]!);
    return await withDeclaredHost(invocation, async (host) => {
      const object = await findNamed(key.kind as DeclaredKind, key.name, host);
      const dir = await mkdtemp(join(tmpdir(), 'edit-'));
      const file = join(dir, `${key.name}.yaml`);
      const before = manifestText(object);
      await writeFile(file, before, { mode: 0o600 });
      const [editor = 'vi', ...editorArgs] = (io.env['VISUAL'] ?? io.env['EDITOR'] ?? 'vi').split(/\s+/);
      const status = await runInteractively({ tool: editor, args: [...editorArgs, file] }, invocation.signal);
      const after = await readFile(file, 'utf8');
      if (status !== 0 || after === before) {
        await rm(dir, { recursive: true });
        io.err.write('nothing was changed\n');
        return status;
      }
      // The file stays until what is in it has been done: nobody's typing is lost.
      const plan = await planFor(decodeManifests(after, file, scheme), invocation, host);
      io.out.write(renderPlan(plan, io.isColoured));
      const result = differs(plan)
        ? await applyPlanned(plan, invocation, host, (text) => io.out.write(text))
        : 0;
      if (result === 0) await rm(dir, { recursive: true });
      else io.err.write(`what you wrote is kept in ${file}\n`);
      return result;
    });
  },
};

async function listKind(
  kind: DeclaredKind,
  { client, store }: DeclaredHost,
  { signal }: Invocation,
): Promise<readonly ApiObject[]> {
  if (kind === 'VM') return await client.vms.list(signal);
  if (kind === 'Volume') return await client.volumes.list(signal);
  return (await store.list(kind)).items;
}

async function findNamed(
  kind: DeclaredKind,
  name: string,
  { client, store }: DeclaredHost,
): Promise<ApiObject> {
  if (kind === 'VM') return await client.vms.find(name, new AbortController().signal);
  if (kind === 'Volume') return await client.volumes.find(name, new AbortController().signal);
  const object = await store.get({ kind, name });
  if (object.kind !== kind)
    throw usageError(`there is no ${kind} "${name}"`, '"ignite get" lists what there is');
  return object;
}

function readyOf({ kind, status, spec }: ApiObject): string {
  if (kind === 'Sync') return isTrue((status as SyncObject['status']).conditions, 'Ready') ? 'True' : 'False';
  if (kind !== 'VM') return '';
  const { phase } = status as { readonly phase: string };
  return phase === (spec as { readonly power: string }).power ? 'True' : 'False';
}

function statusOf({ kind, status, spec }: ApiObject): string {
  if (kind === 'VM') return (status as { readonly phase: string }).phase;
  if (kind === 'Volume') return usersText((status as VolumeStatus).usedBy);
  if (kind === 'GitSource') return (spec as GitSourceObject['spec']).url;
  if (kind !== 'Sync') return '';
  const { conditions, lastAppliedRevision } = status as SyncObject['status'];
  const ready = conditions.find(({ type }) => type === 'Ready');
  return (
    ready?.message ??
    (lastAppliedRevision === undefined ? 'not looked at yet' : shortRevision(lastAppliedRevision))
  );
}

const usersText = (names: readonly string[]): string =>
  names.length === 0 ? 'not used' : `used by ${names.join(', ')}`;
