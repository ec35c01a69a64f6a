import { readFile } from 'node:fs/promises';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';

/** What a guest told through its port `ignite.status`, oldest first: `ready`, `exit CODE`, `wrote BYTES`, `failed WHY`. */
export type GuestReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'exit'; readonly code: number }
  /** How much is on the disk that it was to write to. */
  | { readonly kind: 'wrote'; readonly size: Bytes }
  | { readonly kind: 'failed'; readonly why: string };

/** Pure. What a guest writes is not trusted: lines of other forms are passed over. */
export function parseGuestReports(text: string): readonly GuestReport[] {
  return text.split('\n').flatMap((line): GuestReport[] => {
    if (line === 'ready') return [{ kind: 'ready' }];
    const exit = /^exit (\d{1,3})$/.exec(line);
    if (exit) return [{ kind: 'exit', code: Number(exit[1]) }];
    const wrote = /^wrote (\d{1,15})$/.exec(line);
    if (wrote) return [{ kind: 'wrote', size: bytes(Number(wrote[1])) }];
    const failed = /^failed ([\x20-\x7e]{1,200})$/.exec(line);
    return failed ? [{ kind: 'failed', why: failed[1]! }] : [];
  });
}

/**
 * Pure. How the guest ended: the code of its entrypoint, or 0 when it powered off in order; none, and what it said, when
 * it never came up.
 */
export function exitOf(reports: readonly GuestReport[]): {
  readonly exitCode?: number;
  readonly message?: string;
} {
  const exit = reports.findLast((report) => report.kind === 'exit');
  if (exit) return { exitCode: exit.code };
  const failed = reports.findLast((report) => report.kind === 'failed');
  if (failed) return { message: failed.why };
  return reports.some((report) => report.kind === 'ready') ? { exitCode: 0 } : {};
}

export async function readGuestReports(path: string): Promise<readonly GuestReport[]> {
  try {
    return parseGuestReports((await readFile(path, 'utf8')).slice(0, 65_536));
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw failure;
  }
}
