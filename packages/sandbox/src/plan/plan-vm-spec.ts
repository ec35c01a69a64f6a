import { imageOrigin } from '@ignite/api/v1/image-origin';
import type { Blueprint, Container } from '../kinds/pod-template.ts';
import type { SandboxTemplate } from '../kinds/sandbox-template.ts';

/** What a VM is to be, as in the kind VM, or why no VM can be that. */
export type VmPlan =
  | { readonly kind: 'vm'; readonly spec: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unfit'; readonly reasons: readonly string[] };

const mebibyte = 2 ** 20;
/** With less memory, Debian's kernel fails to boot. */
const leastMemory = 96 * mebibyte;
const leastDisk = 16 * mebibyte;
const restartPolicies = { Always: 'always', OnFailure: 'on-failure', Never: 'no' } as const;
const factors: Readonly<Record<string, number>> = {
  ...{ m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** The fields of a Pod, and of a container, without which it would be another one. */
const podFields = ['initContainers', 'ephemeralContainers', 'volumes', 'hostNetwork', 'hostPID', 'hostIPC'];
const containerFields = ['envFrom', 'volumeMounts', 'volumeDevices', 'workingDir', 'lifecycle'];

/** Pure. Returns a VM that is what a blueprint describes as a Pod. */
export function planVmSpec(blueprint: Blueprint): VmPlan {
  const { podTemplate, volumeClaimTemplates = [] } = blueprint;
  const { containers, restartPolicy = 'Always' } = podTemplate.spec;
  const [container, ...others] = containers;
  const at = 'podTemplate.spec.containers[0]';
  const { image, command, args, env = [] } = container!;
  const found = sizesOf(container!);
  const reasons = [
    ...(volumeClaimTemplates.length > 0 ? ['volumeClaimTemplates: a sandbox has no volumes'] : []),
    ...(others.length > 0 ? ['podTemplate.spec.containers: a VM runs one container'] : []),
    ...presentIn(podTemplate.spec, podFields).map((field) => `podTemplate.spec.${field}: not supported`),
    ...presentIn(container!, containerFields).map((field) => `${at}.${field}: not supported`),
    ...env
      .filter((each) => each['valueFrom'] !== undefined)
      .map(({ name }) => `${at}.env: ${name} has no value of its own`),
    ...(imageOrigin(image).kind === 'registry' ? [] : [`${at}.image: ${image} is not in a registry`]),
    ...found.problems.map((problem) => `${at}.resources: ${problem}`),
  ];
  if (reasons.length > 0) return { kind: 'unfit', reasons };
  const words = [...(command ?? []), ...(args ?? [])];
  return {
    kind: 'vm',
    spec: {
      image: { oci: image },
      ...found.sizes,
      ...(words.length > 0 && { command: words }),
      ...(env.length > 0 && { env: Object.fromEntries(env.map(({ name, value = '' }) => [name, value])) }),
      restartPolicy: restartPolicies[restartPolicy],
    },
  };
}

/** Pure. Returns why no sandbox can be made from a template, beside what its blueprint says. */
export const templateProblems = ({ networkPolicy, networkPolicyManagement }: SandboxTemplate['spec']) =>
  networkPolicy && networkPolicyManagement === 'Managed' ? ['networkPolicy: not supported'] : [];

/** What is empty or false asks for nothing. */
const presentIn = (object: object, fields: readonly string[]): readonly string[] =>
  fields.filter((field) => {
    const value = (object as Readonly<Record<string, unknown>>)[field];
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  });

/** A limit counts more than a request: a VM has what it has from the beginning. */
function sizesOf({ resources = {} }: Container): {
  readonly sizes: object;
  readonly problems: readonly string[];
} {
  const asked = { ...resources.requests, ...resources.limits };
  const numbers = Object.entries(asked).map(([name, text]) => [name, parseQuantity(text)] as const);
  const known = ['cpu', 'memory', 'ephemeral-storage'];
  const problems = numbers
    .filter(([name, value]) => value === undefined || !known.includes(name))
    .map(([name]) => `${name} ${JSON.stringify(asked[name])}: not supported`);
  const { cpu, memory, 'ephemeral-storage': disk } = Object.fromEntries(numbers);
  return {
    problems,
    sizes: {
      ...(cpu !== undefined && { cpus: Math.max(1, Math.ceil(cpu)) }),
      ...(memory !== undefined && { memory: wholeMebibytes(memory, leastMemory) }),
      ...(disk !== undefined && { diskSize: wholeMebibytes(disk, leastDisk) }),
    },
  };
}

const wholeMebibytes = (bytes: number, least: number): number =>
  Math.max(least, Math.ceil(bytes / mebibyte) * mebibyte);

/** Parses a Quantity of Kubernetes. */
function parseQuantity(text: string | number): number | undefined {
  const [, digits = '', suffix = ''] = /^(\d{1,15}(?:\.\d{1,9})?)([A-Za-z]{0,2})$/.exec(String(text)) ?? [];
  const factor = Object.hasOwn(factors, suffix) ? factors[suffix] : undefined;
  return digits === '' || factor === undefined ? undefined : Number(digits) * factor;
}
