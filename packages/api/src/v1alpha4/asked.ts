import { type Fields, asFields, keepMore, keptFields } from './kept-fields.ts';
import { withoutUndefined } from './maybe.ts';

/** What was asked for in words of the original that have no effect here, for whoever looks whether it was understood. */
export interface Asked {
  readonly sandboxImage?: string;
  /** One that is taken for no wish. */
  readonly kernelImage?: string;
  readonly networkPlugin?: string;
}

/** The one that a VM has which tells of none. */
export const usualPlugin = 'cni';

interface Annotated {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Pure. Of a VM, by flag, manifest or the defaults for VMs. */
export function askedOf(metadata: Annotated): Asked {
  const { spec, status } = keptFields(metadata, 'v1alpha4');
  const networkPlugin = textAt(asFields(status)['network'], 'plugin');
  return { ...askedIn(spec), ...(networkPlugin !== undefined && { networkPlugin }) };
}

/** Pure. Of new VMs, by a configuration's defaults for them. */
export const askedByDefaults = (metadata: Annotated | undefined): Asked =>
  askedIn(asFields(keptFields(metadata ?? {}, 'v1alpha4')['spec'])['vmDefaults']);

/** Pure. Annotations that tell what was asked for, over what they tell already. */
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
