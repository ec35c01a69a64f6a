import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import { described } from '@ignite/toolkit/schema/described';
import { bytes } from '@ignite/toolkit/units/bytes';
import * as v from 'valibot';
import { absolutePath } from '../v1/absolute-path.ts';
import { imageOrigin } from '../v1/image-origin.ts';
import { size } from '../v1/size.ts';
import { routesSchema } from './pod-route.ts';

const mib = 2 ** 20;
/** The copies that a pod has at most of what its programs keep. */
export const maxCopies = 64;
const label = v.pipe(
  v.string(),
  v.check(isDnsLabel, 'must consist of lower-case letters, digits and hyphens'),
);
const place = v.pipe(
  absolutePath,
  v.check((path) => path !== '/', 'must be below /'),
);

/** A folder in which a program finds the entries of a Secret as files. */
const secretFolderSchema = v.strictObject({
  path: described('Folder in which the program finds the entries as files.', place),
  secretName: described('Secret of the same namespace.', v.pipe(v.string(), v.nonEmpty(), v.maxLength(253))),
});

const volumeSchema = v.strictObject({
  name: described('Name of the volume among those of the program.', label),
  path: described('Folder in which the program finds it.', place),
});

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

const probeSchema = v.strictObject({
  port: described('Port at the address of the pod.', port),
  path: described('Path that answers 200 over HTTPS when the program is ready.', absolutePath),
});

const hostProgramSchema = v.strictObject({
  name: described('Name of the program in the pod.', label),
  image: described(
    'OCI image of a registry that the program comes from.',
    v.pipe(
      v.string(),
      v.nonEmpty(),
      // Those who may have programs run may not thereby read files of the host.
      v.check((image) => imageOrigin(image).kind === 'registry', 'must be an image of a registry'),
    ),
  ),
  command: described(
    'Command line, which begins with a path in the image.',
    v.pipe(v.array(v.string()), v.nonEmpty()),
  ),
  secrets: described('Secrets that the program reads.', v.optional(v.array(secretFolderSchema), [])),
  volumes: described('What the program keeps.', v.optional(v.array(volumeSchema), [])),
  memory: described(
    'Memory limit.',
    v.optional(size({ atLeast: 16 * mib, multipleOf: mib }), bytes(512 * mib)),
  ),
  cpus: described('Limit of CPUs.', v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 2)),
  probe: described(
    'How it is told whether the program is ready; without it, when it runs.',
    v.optional(probeSchema),
  ),
});
export type HostProgram = v.InferOutput<typeof hostProgramSchema>;

const balancedServerSchema = v.strictObject({
  name: described('Name of the server among those of the balancer.', label),
  address: described('IP address of the server.', v.pipe(v.string(), v.ip('must be an IP address'))),
  port: described('Port of the server.', port),
});

const balancerSchema = v.strictObject({
  port: described(
    'Port at the address of the pod. HAProxy has no right to those below 1024.',
    v.pipe(v.number(), v.integer(), v.minValue(1_024), v.maxValue(65_535)),
  ),
  path: described(
    'Path that answers 200 over HTTPS while a server is ready; without it, a server that accepts connections is.',
    v.optional(v.pipe(absolutePath, v.regex(/^[\w./-]+$/, 'must be a plain path'), v.maxLength(253))),
  ),
  servers: described(
    'Servers that get the connections, as long as they are ready.',
    v.optional(
      v.pipe(
        v.array(balancedServerSchema),
        v.maxLength(64),
        v.check(
          (servers) => new Set(servers.map(({ name }) => name)).size === servers.length,
          'must have different names',
        ),
      ),
      [],
    ),
  ),
});
export type Balancer = v.InferOutput<typeof balancerSchema>;

export const hostPodSpecSchema = v.pipe(
  v.strictObject({
    hostName: described('Host that runs the programs; if absent, a host takes them.', v.optional(label)),
    programs: described(
      'Programs with a common address, each in a sandbox of its own. Without any, there is the address alone.',
      v.optional(
        v.pipe(
          v.array(hostProgramSchema),
          v.maxLength(16),
          v.check(
            (programs) => new Set(programs.map(({ name }) => name)).size === programs.length,
            'must have different names',
          ),
        ),
        [],
      ),
    ),
    balancer: described(
      "Load balancer at the address of the pod, instead of programs: the host's HAProxy in a sandbox.",
      v.optional(balancerSchema),
    ),
    power: described(
      'Whether the programs, or the balancer, run. A pod that is stopped keeps its address and all that its programs keep.',
      v.optional(v.picklist(['Running', 'Stopped'])),
    ),
    copies: described(
      'Copies of what the programs keep. The host makes one while the pod is stopped, and removes one that is not named any more.',
      v.optional(v.pipe(v.array(label), v.maxLength(maxCopies))),
    ),
    copiesOf: described(
      'HostPod of the same namespace and host whose copies of those names it takes over, instead of making them. It holds them alone: it has no programs and no address. It cannot be changed.',
      v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(253))),
    ),
    restored: described(
      'Brings what the programs keep back to a copy, once for each id. Programs that run are started again.',
      v.optional(
        v.strictObject({
          copy: label,
          id: label,
          podName: described(
            'HostPod of the same namespace and host that has the copy; by default, the pod itself.',
            v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(253))),
          ),
        }),
      ),
    ),
    address: described(
      'Address on the network of VMs that the pod gets; by default, a free one.',
      v.optional(v.pipe(v.string(), v.ip('must be an IP address'))),
    ),
    router: described(
      'Router that the pod is behind, with the VMs of its namespace that name the same one. It cannot be changed.',
      v.optional(label),
    ),
    routes: described(
      'Ways by which the programs reach what is behind neighbours of the pod. They are changed while the programs run.',
      v.optional(routesSchema),
    ),
  }),
  v.check(
    ({ programs, balancer }) => balancer === undefined || programs.length === 0,
    'must have either programs or a balancer',
  ),
  v.check(
    ({ routes, balancer }) => balancer === undefined || routes === undefined,
    'must have no routes beside a balancer',
  ),
  v.check(
    ({ programs, balancer, restored, copiesOf }) =>
      copiesOf === undefined || (programs.length === 0 && !balancer && !restored),
    'must have neither programs nor a balancer, and go back to no copy, if it holds those of another pod',
  ),
);
export type HostPodSpec = v.InferOutput<typeof hostPodSpecSchema>;

/** The name of the balancer of a pod in its status, where there are no other programs. */
export const balancerName = 'balancer';

/** Returns how many programs a pod has that are to be ready. */
export const programCount = ({ programs, balancer }: HostPodSpec): number =>
  programs.length + (balancer ? 1 : 0);

export type HostProgramState = 'Waiting' | 'Running' | 'Ended';

export interface HostProgramStatus {
  readonly name: string;
  readonly state: HostProgramState;
  /** Whether it answers its probe, or runs if it has none. */
  readonly isReady: boolean;
  /** The image of the program that runs, or ran last. */
  readonly image?: string;
  readonly startTime?: string;
  /** How often it ended since it was started for the first time after a boot. */
  readonly restarts?: number;
  /** Why it waits or has ended. */
  readonly message?: string;
}

export interface HostPodStatus {
  /** Where VMs reach the programs, and the host too, unless the pod is behind a router. */
  readonly address?: string;
  /** Where the host reaches the programs of a pod that is behind a router. */
  readonly reachedAt?: string;
  readonly programs?: readonly HostProgramStatus[];
  /** The copies that there are of what the programs keep. */
  readonly copies?: readonly string[];
  /** The id of the wish by which that was last brought back to a copy. */
  readonly restored?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** Programs that a host runs in sandboxes beside its VMs, with an address on the network of VMs. */
export interface HostPod extends KubeObject {
  readonly kind: 'HostPod';
  readonly spec: HostPodSpec;
  readonly status?: HostPodStatus;
}
