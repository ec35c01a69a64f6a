import { kubernetesVersionSchema, readsV1beta4 } from '../contract/kubernetes-version.ts';
import * as v from 'valibot';

/** A cluster as another program's configuration describes it, as far as it can be had here. */
export interface DescribedCluster {
  readonly name?: string;
  readonly version?: string;
  readonly controlPlanes: number;
  readonly workers: number;
  /** The VM of each worker, as far as it is described. */
  readonly shape: {
    readonly image?: string;
    readonly cpus?: string;
    readonly memory?: string;
    readonly disk?: string;
  };
  /** The ranges of Pods and Services. */
  readonly networks: { readonly pods?: readonly string[]; readonly services?: readonly string[] };
  /** True if the cluster gets its pod network from somebody else. */
  readonly bringsPodNetwork: boolean;
  /** What cannot be carried over, each with the field that asks for it. */
  readonly remarks: readonly string[];
}

/**
 * Pure. Returns the version in a text such as `1.16.11`, or a remark if there is none that Ignite's nodes can run:
 * kubeadm's documents are written in a form that older versions do not read.
 */
export function describedVersion(
  text: string,
  field: string,
): { readonly version?: string; readonly remarks: readonly string[] } {
  const { success, output } = v.safeParse(kubernetesVersionSchema, text);
  if (!success) return { remarks: [`${field}: "${text}" is no version of Kubernetes`] };
  if (readsV1beta4(output)) return { version: output, remarks: [] };
  return { remarks: [`${field}: ${output} is older than what nodes run here, which is v1.31 or newer`] };
}

/** Pure. Returns a remark for each field of an object that is not among those that are carried over. */
export const remarksOn = (
  object: object | undefined,
  field: string,
  carried: readonly string[],
): readonly string[] =>
  Object.keys(object ?? {})
    .filter((name) => !carried.includes(name))
    .map((name) => `${field === '' ? '' : `${field}.`}${name}: not carried over`);
