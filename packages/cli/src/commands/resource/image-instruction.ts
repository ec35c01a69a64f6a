import type { ImageConfigChanges } from '@ignite/api/client/change-client';
import * as v from 'valibot';
import { usageError } from '../../arguments/usage-error.ts';

/**
 * Pure. Reads Dockerfile instructions that change an image's config, such as `CMD ["nginx"]` and `ENV A=1 B=2`.
 * @throws CodedError USAGE_INVALID
 */
export function parseInstructions(texts: readonly string[]): ImageConfigChanges {
  return texts.map(parseInstruction).reduce(
    (all, one) => ({
      ...all,
      ...one,
      ...(one.env && { env: [...(all.env ?? []), ...one.env] }),
      ...(one.labels && { labels: [...(all.labels ?? []), ...one.labels] }),
      ...(one.exposedPorts && { exposedPorts: [...(all.exposedPorts ?? []), ...one.exposedPorts] }),
    }),
    {} as ImageConfigChanges,
  );
}

function parseInstruction(text: string): ImageConfigChanges {
  const [, name = '', value = ''] = /^\s*([A-Za-z]+)[\s=]\s*(.+?)\s*$/s.exec(text) ?? [];
  switch (name.toUpperCase()) {
    case 'CMD':
      return { cmd: parseCommand(value) };
    case 'ENTRYPOINT':
      return { entrypoint: parseCommand(value) };
    case 'ENV':
      return { env: parsePairs(value, text) };
    case 'LABEL':
      return { labels: parsePairs(value, text) };
    case 'EXPOSE':
      return { exposedPorts: value.split(/\s+/).map((port) => (port.includes('/') ? port : `${port}/tcp`)) };
    case 'USER':
      return { user: value };
    case 'WORKDIR':
      return { workingDir: value };
    case 'STOPSIGNAL':
      return { stopSignal: value };
    default:
      throw usageError(
        `--change ${JSON.stringify(text)}: unsupported instruction`,
        'use CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER or WORKDIR, followed by a value',
      );
  }
}

/** A JSON list of words, or a line for the shell. */
function parseCommand(value: string): readonly string[] {
  if (!value.startsWith('[')) return ['/bin/sh', '-c', value];
  try {
    return v.parse(v.array(v.string()), JSON.parse(value));
  } catch (failure) {
    throw usageError(
      `not a list of words: ${value}`,
      `use a JSON array, such as ["nginx", "-g"]: ${String(failure)}`,
    );
  }
}

function parsePairs(value: string, text: string): readonly string[] {
  const pairs = [...value.matchAll(/([\w.-]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)];
  if (pairs.length > 0)
    return pairs.map(([, name, quoted, plain]) => `${name}=${quoted?.replaceAll(/\\(.)/g, '$1') ?? plain}`);
  const [, name, rest] = /^([\w.-]+)\s+(.+)$/s.exec(value) ?? [];
  if (name === undefined)
    throw usageError(`--change ${JSON.stringify(text)}: the name has no value`, 'use ENV NAME=value');
  return [`${name}=${rest}`];
}
