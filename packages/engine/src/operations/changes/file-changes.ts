import type { FileChange } from '@ignite/api/client/change-client';

/** Pure. Parses the list that guest/changes writes, and sorts it by path. */
export function parseFileChanges(text: string): readonly FileChange[] {
  return text
    .split('\n')
    .flatMap((line): FileChange[] => {
      const match = /^([ACD]) (.+)$/.exec(line);
      return match ? [{ kind: match[1] as FileChange['kind'], path: `/${match[2]}` }] : [];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
