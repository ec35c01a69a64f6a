import { constants } from 'node:fs';
import { basename } from 'node:path';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { canBind } from '../network/address/host-ports.ts';
import { formatPortMapping } from '@ignite/api/v1/format-port-mapping';
import { findProgram } from './find-program.ts';
import { isAccessible } from './is-accessible.ts';

/** The things of its host that a VM needs to start. */
export interface HostNeeds {
  /** Lists of programs; one program of each list is needed. */
  readonly programs: readonly (readonly string[])[];
  /** Lists of files; one file of each list must be readable and writable. */
  readonly files: readonly (readonly string[])[];
  readonly ports: readonly PortMapping[];
}

/**
 * A check of the host. Its type and name are those of the original, because scripts pass them to
 * --ignore-preflight-checks.
 */
export interface PreflightCheck {
  readonly type: 'ExistingFile' | 'BinaryInPath' | 'Port';
  readonly name: string;
  /** Resolves with what is wrong, or with `undefined` if the check passes. */
  readonly examine: () => Promise<string | undefined>;
}

export type PreflightErrorCode = 'PREFLIGHT_FAILED';

/** Pure. Returns the checks for all needs, except those whose type or name is ignored, in any letter case. */
export function planPreflight(
  { programs, files, ports }: HostNeeds,
  ignored: readonly string[],
): readonly PreflightCheck[] {
  const ignores = new Set(ignored.map((text) => text.trim().toLowerCase()));
  const checks = [...files.map(fileCheck), ...programs.map(programCheck), ...ports.map(portCheck)];
  return checks.filter(({ type, name }) =>
    ['all', type.toLowerCase(), name.toLowerCase()].every((word) => !ignores.has(word)),
  );
}

/** Pure. Tells whether all checks of a type are ignored. */
export const isTypeIgnored = (type: PreflightCheck['type'], ignored: readonly string[]): boolean =>
  ignored.some((text) => ['all', type.toLowerCase()].includes(text.trim().toLowerCase()));

/**
 * Runs all checks, and reports all failures at once.
 * @throws CodedError PREFLIGHT_FAILED
 */
export async function assertPreflight(checks: readonly PreflightCheck[]): Promise<void> {
  const complaints = await Promise.all(checks.map(({ examine }) => examine()));
  const failed = checks.flatMap((check, at) => {
    const complaint = complaints[at];
    return complaint === undefined ? [] : [{ ...check, complaint }];
  });
  if (failed.length === 0) return;
  const causes = failed.map(({ name, complaint }) => new Error(`[ERROR ${name}]: ${complaint}`));
  const types = new Set(failed.map(({ type }) => type));
  throw new CodedError<PreflightErrorCode>(
    'PREFLIGHT_FAILED',
    `the host is not ready to start the VM: ${failed.map(({ name }) => name).join(', ')}`,
    {
      hint: `fix this ("ignite doctor" helps), or start anyway with --ignore-preflight-checks=${[...types].join(',')}`,
      cause: new AggregateError(causes),
    },
  );
}

function fileCheck(paths: readonly string[]): PreflightCheck {
  return {
    type: 'ExistingFile',
    name: `ExistingFile-${paths[0]!.replaceAll('/', '-')}`,
    examine: async () => {
      const found = await Promise.all(paths.map((path) => isAccessible(path, constants.R_OK)));
      return found.includes(true) ? undefined : `not found: ${paths.join(', ')}`;
    },
  };
}

function programCheck(programs: readonly string[]): PreflightCheck {
  const names = programs.map((program) => basename(program));
  return {
    type: 'BinaryInPath',
    name: `BinaryInPath-${names[0]}`,
    examine: async () => {
      const found = await Promise.all(programs.map(findProgram));
      return found.some(Boolean) ? undefined : `${names.join(' or ')} is not installed`;
    },
  };
}

function portCheck(port: PortMapping): PreflightCheck {
  const [address = ''] = formatPortMapping(port).split('->');
  const where = `port ${address}${port.protocol === 'udp' ? '/udp' : ''}`;
  return {
    type: 'Port',
    name: `Port-${port.hostPort}`,
    examine: async () => {
      try {
        return (await canBind(port)) ? undefined : `${where} on this host is in use`;
      } catch (failure) {
        return `cannot listen on ${where}: ${errorText(failure)}`;
      }
    },
  };
}
