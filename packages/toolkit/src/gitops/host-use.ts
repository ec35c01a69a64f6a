import type { ObjectKey } from './object-key.ts';
import type { AllowSpec } from './allowance.ts';

/** Something of the host, or another object on it, that an object names. `field` is where, such as `spec.ssh`. */
export type HostUse = { readonly field: string } & (
  | { readonly kind: 'path'; readonly path: string; readonly access: 'read' | 'write' }
  | { readonly kind: 'port'; readonly port: number; readonly protocol: 'tcp' | 'udp' }
  | { readonly kind: 'network'; readonly name: string }
  /** A program of the host whose content or help is used. */
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'object'; readonly key: ObjectKey }
  /** What an object allows others in its turn. */
  | { readonly kind: 'allowance'; readonly allow: AllowSpec }
);
