import { type Fields, asFields, keepMore, keptFields } from './kept-fields.ts';
import { withoutUndefined } from './without-undefined.ts';

/**
 * What was asked for in the terms of the original but has no effect here. It is kept for those who check
 * whether it was understood.
 */
export interface Asked {
  readonly sandboxImage?: string;
  /** A kernel that is named but not taken as a choice, such as a default of the original. */
  readonly kernelImage?: string;
  readonly networkPlugin?: string;
}

/** The network plugin of a VM that records none. */
export const usualPlugin = 'cni';

interface Annotated {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Pure. Returns what was asked for a VM by flags, its manifest or the defaults for VMs. */
export function askedOf(metadata: Annotated): Asked {
  const { spec, status } = keptFields(metadata, 'v1alpha4');
  const networkPlugin = textAt(asFields(status)['network'], 'plugin');
  return { ...askedIn(spec), ...(networkPlugin !== undefined && { networkPlugin }) };
}

/** Pure. Returns what a configuration's defaults for VMs ask for new VMs. */
export const askedByDefaults = (metadata: Annotated | undefined): Asked =>
  askedIn(asFields(keptFields(metadata ?? {}, 'v1alpha4')['spec'])['vmDefaults']);

/** Pure. Returns the annotations with what was asked for, which replaces what they record of it already. */
export const withAsked = (
  annotations: Readonly<Record<string, string>>,
  { sandboxImage, kernelImage, networkPlugin }: Asked,
): Readonly<Record<string, string>> =>
  keepMore(
    annotations,
    withoutUndefined({
      spec: withoutUndefined({ sandbox: named('oci', sandboxImage), kernel: named('oci', kernelImage) }),
      status: named('network', named('plugin', networkPlugin === usualPlugin ? null : networkPlugin)),
    }),
  );

function askedIn(spec: unknown): Asked {
  const { sandbox, kernel } = asFields(spec);
  const [sandboxImage, kernelImage] = [textAt(sandbox, 'oci'), textAt(kernel, 'oci')];
  return {
    ...(sandboxImage !== undefined && { sandboxImage }),
    ...(kernelImage !== undefined && { kernelImage }),
  };
}

function textAt(value: unknown, name: string): string | undefined {
  const text = asFields(value)[name];
  return typeof text === 'string' && text !== '' ? text : undefined;
}

const named = (name: string, value: unknown): Fields | undefined =>
  value === undefined ? undefined : { [name]: value };
