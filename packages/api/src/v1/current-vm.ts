import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type Fields, asFields } from './kept-fields.ts';

/**
 * Pure. Returns the spec of a VM, or a part of one, in the form of today. `ssh` was once `true` for a generated
 * key, or the path of a public key.
 */
export function currentVmSpec(written: unknown): unknown {
  const { ssh } = asFields(written);
  if (ssh === true) return { ...asFields(written), ssh: { generateKey: true } };
  if (typeof ssh === 'string') return { ...asFields(written), ssh: { authorizedKeysFile: ssh } };
  return written;
}

/** Pure. Returns a stored VM in the form of today, or the same VM if it is. */
export function currentVm(stored: KubeObject): KubeObject {
  const { booted } = asFields(stored.status);
  const spec = currentVmSpec(stored.spec);
  const bootedNow = currentVmSpec(booted);
  if (spec === stored.spec && bootedNow === booted) return stored;
  return { ...stored, spec, ...(bootedNow !== booted && { status: withBooted(stored.status, bootedNow) }) };
}

const withBooted = (status: unknown, booted: unknown): Fields => ({ ...asFields(status), booted });

/** Pure. Returns the spec of a Configuration in the form of today. */
export function currentConfigurationSpec(written: unknown): unknown {
  const { vmDefaults } = asFields(written);
  const current = currentVmSpec(vmDefaults);
  return current === vmDefaults ? written : { ...asFields(written), vmDefaults: current };
}
