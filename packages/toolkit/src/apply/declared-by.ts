import type { Manifest } from '../codec/manifest.ts';
import { authored } from './annotations.ts';

/** Everything that an author may declare of an object. */
export interface Declared {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

/** Pure. Returns what an author may declare of an object, as it is in the object or in a manifest. */
export const declaredBy = ({
  metadata: { labels, annotations },
  spec,
  content = {},
}: Pick<Manifest, 'metadata' | 'spec' | 'content'>): Declared => ({
  ...content,
  metadata: { labels, annotations: authored(annotations) },
  ...(spec !== undefined && { spec }),
});
