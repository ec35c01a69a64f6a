import { groupOf } from '../object/group-kind.ts';
import { type Kind, type KindVersion, defineKind } from './kind.ts';

/** Returns a kind of these versions for a test, with names like those of most kinds. */
export function sampleKind(...versions: readonly [KindVersion, ...KindVersion[]]): Kind {
  const [{ apiVersion, kind }] = versions;
  return defineKind({
    group: groupOf(apiVersion),
    kind,
    plural: `${kind.toLowerCase()}s`,
    scope: 'Namespaced',
    versions,
  });
}
