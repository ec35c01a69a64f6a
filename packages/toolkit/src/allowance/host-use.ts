import type { Manifest } from '../codec/manifest.ts';
import type { ObjectKey } from '../object/object-key.ts';
import type { AllowSpec } from './allow-spec.ts';

/**
 * A use of the host, or of another object on it, by an object.
 * `field` is the field that names it, such as `spec.copyFiles`.
 */
export type HostUse = { readonly field: string } & (
  | { readonly kind: 'path'; readonly path: string; readonly access: 'read' | 'write' }
  | { readonly kind: 'port'; readonly port: number; readonly protocol: 'tcp' | 'udp' }
  | { readonly kind: 'network'; readonly name: string }
  /** A program of the host whose content or help is used. Used for other `work`, it counts as another use. */
  | { readonly kind: 'service'; readonly name: string; readonly work?: string }
  /**
   * If the object is made by a controller, `madeFor` is the one that it is made for. Used for other `work`, it counts as another
   * use.
   */
  | {
      readonly kind: 'object';
      readonly key: ObjectKey;
      readonly madeFor?: ObjectKey;
      readonly work?: string;
    }
  /** A Sync's own allowance, which it passes on to others. */
  | { readonly kind: 'allowance'; readonly allow: AllowSpec }
);

/** The functions that find the uses of the host in objects, by kind. */
export type HostUses = Readonly<Record<string, (object: Manifest) => readonly HostUse[]>>;
