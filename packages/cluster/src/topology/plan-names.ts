import { errorText } from '@ignite/toolkit/errors/error-text';
import { contentHash } from '@ignite/toolkit/codec/content-hash';
import { parseClassTemplate } from '../contract/class-template.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { TopologyProblem } from './topology-problem.ts';

const longest = 63;
const randomLength = 5;

/**
 * Pure. Returns the name of a part of a cluster. What a template calls random is always the same for a part of one Cluster,
 * so that a part that was created twice has one name.
 * @throws TopologyProblem
 */
export function partName(
  { metadata: { name, uid } }: Cluster,
  template: string,
  part: { readonly role: string; readonly machineDeployment?: { readonly topologyName: string } },
): string {
  const random = contentHash([uid, part.role, part.machineDeployment?.topologyName]).slice(0, randomLength);
  const data = { cluster: { name }, random, ...part };
  const written = rendered(template, data);
  if (written.length <= longest) return written;
  // What is too long loses its end, and keeps what tells it from others.
  return `${written.slice(0, longest - randomLength - 1)}-${random}`;
}

/** @throws TopologyProblem */
function rendered(template: string, data: object): string {
  try {
    return parseClassTemplate('naming', template)(data);
  } catch (failure) {
    throw new TopologyProblem([`the naming of the class: ${errorText(failure)}`], { cause: failure });
  }
}
