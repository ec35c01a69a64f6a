import type { Differences } from './conversion.ts';
import { type Move, dropped, moved, rewritten, within } from './field-moves.ts';
import { withSeverities } from './old-conditions.ts';
import { args, failureDomains, nodeReference, reference, seconds, templateReference } from './forms.ts';

/** The times in which a Machine is deleted, in whatever is made into Machines. */
const deletion: readonly Move[] = ['nodeDrainTimeout', 'nodeVolumeDetachTimeout', 'nodeDeletionTimeout'].map(
  (name) => moved(name, `deletion.${name}Seconds`, seconds),
);

const machine: readonly Move[] = [
  rewritten('bootstrap.configRef', reference),
  rewritten('infrastructureRef', reference),
  ...deletion,
];

/** Conditions are those of Kubernetes now, which v1beta1 has in a part of its own beside others with severities. */
const conditions: readonly Move[] = [withSeverities, moved('v1beta2.conditions', 'conditions')];

const counted: readonly Move[] = [
  ...conditions,
  dropped('v1beta2'),
  dropped('unavailableReplicas'),
  moved('updatedReplicas', 'upToDateReplicas'),
];

const strategy: readonly Move[] = [
  moved('strategy.remediation.maxInFlight', 'remediation.maxInFlight'),
  moved('strategy.rollingUpdate.deletePolicy', 'deletion.order'),
  moved('strategy', 'rollout.strategy'),
  moved('rolloutAfter', 'rollout.after'),
];

const health = (enabled: readonly Move[] = []): readonly Move[] => [
  ...enabled,
  moved('nodeStartupTimeout', 'checks.nodeStartupTimeoutSeconds', seconds),
  moved('unhealthyConditions', 'checks.unhealthyNodeConditions'),
  moved('unhealthyMachineConditions', 'checks.unhealthyMachineConditions'),
  within('checks.unhealthyNodeConditions', [moved('timeout', 'timeoutSeconds', seconds)]),
  within('checks.unhealthyMachineConditions', [moved('timeout', 'timeoutSeconds', seconds)]),
  moved('maxUnhealthy', 'remediation.triggerIf.unhealthyLessThanOrEqualTo'),
  moved('unhealthyRange', 'remediation.triggerIf.unhealthyInRange'),
  moved('remediationTemplate', 'remediation.templateRef', templateReference),
];

const inTopology: readonly Move[] = [
  moved('machineHealthCheck', 'healthCheck'),
  within('healthCheck', health([moved('enable', 'enabled')])),
  ...deletion,
];

const kubeadmConfig: readonly Move[] = [
  dropped('useExperimentalRetryJoin'),
  ...['apiVersion', 'kind', 'networking', 'kubernetesVersion', 'clusterName'].map((name) =>
    dropped(`clusterConfiguration.${name}`),
  ),
  moved(
    'clusterConfiguration.apiServer.timeoutForControlPlane',
    'initConfiguration.timeouts.controlPlaneComponentHealthCheckSeconds',
    seconds,
  ),
  ...['apiServer', 'controllerManager', 'scheduler', 'etcd.local'].map((component) =>
    rewritten(`clusterConfiguration.${component}.extraArgs`, args),
  ),
  ...['initConfiguration', 'joinConfiguration'].flatMap((name) => [
    dropped(`${name}.apiVersion`),
    dropped(`${name}.kind`),
    rewritten(`${name}.nodeRegistration.kubeletExtraArgs`, args),
  ]),
];

const controlPlane: readonly Move[] = [
  moved('rolloutStrategy', 'rollout.strategy'),
  moved('rolloutBefore', 'rollout.before'),
  moved('rolloutAfter', 'rollout.after'),
  moved('remediationStrategy', 'remediation'),
  within('remediation', [
    moved('retryPeriod', 'retryPeriodSeconds', seconds),
    moved('minHealthyPeriod', 'minHealthyPeriodSeconds', seconds),
  ]),
  within('machineTemplate', [
    moved('infrastructureRef', 'spec.infrastructureRef', reference),
    moved('readinessGates', 'spec.readinessGates'),
    moved('taints', 'spec.taints'),
    ...['nodeDrainTimeout', 'nodeVolumeDetachTimeout', 'nodeDeletionTimeout'].map((name) =>
      moved(name, `spec.deletion.${name}Seconds`, seconds),
    ),
  ]),
  within('kubeadmConfigSpec', kubeadmConfig),
];

/** What of Cluster API's kinds is different in v1beta1, by kind. */
export const differences: Readonly<Record<string, Differences>> = {
  Cluster: {
    spec: [
      rewritten('controlPlaneRef', reference),
      rewritten('infrastructureRef', reference),
      within('topology', [
        moved('class', 'classRef.name'),
        moved('classNamespace', 'classRef.namespace'),
        dropped('rolloutAfter'),
        within('controlPlane', inTopology),
        within('workers.machineDeployments', [
          ...inTopology,
          moved('strategy.remediation.maxInFlight', 'healthCheck.remediation.maxInFlight'),
          moved('strategy.rollingUpdate.deletePolicy', 'deletion.order'),
          moved('strategy', 'rollout.strategy'),
        ]),
      ]),
    ],
    status: [
      ...conditions,
      moved('v1beta2.controlPlane', 'controlPlane'),
      moved('v1beta2.workers', 'workers'),
      moved('infrastructureReady', 'initialization.infrastructureProvisioned'),
      moved('controlPlaneReady', 'initialization.controlPlaneInitialized'),
      rewritten('failureDomains', failureDomains),
    ],
  },
  Machine: {
    spec: machine,
    status: [
      ...conditions,
      moved('infrastructureReady', 'initialization.infrastructureProvisioned'),
      moved('bootstrapReady', 'initialization.bootstrapDataSecretCreated'),
      rewritten('nodeRef', nodeReference),
    ],
  },
  MachineSet: {
    spec: [
      moved('minReadySeconds', 'template.spec.minReadySeconds'),
      moved('deletePolicy', 'deletion.order'),
      moved('machineNamingStrategy', 'machineNaming'),
      within('template.spec', machine),
    ],
    status: [...counted, dropped('fullyLabeledReplicas')],
  },
  MachineDeployment: {
    spec: [
      dropped('revisionHistoryLimit'),
      dropped('progressDeadlineSeconds'),
      moved('minReadySeconds', 'template.spec.minReadySeconds'),
      moved('machineNamingStrategy', 'machineNaming'),
      ...strategy,
      within('template.spec', machine),
    ],
    status: counted,
  },
  MachinePool: {
    spec: [moved('minReadySeconds', 'template.spec.minReadySeconds'), within('template.spec', machine)],
    status: [
      ...counted,
      moved('infrastructureReady', 'initialization.infrastructureProvisioned'),
      moved('bootstrapReady', 'initialization.bootstrapDataSecretCreated'),
    ],
  },
  MachineHealthCheck: { spec: health(), status: conditions },
  MachineDrainRule: { spec: [] },
  KubeadmConfig: {
    spec: kubeadmConfig,
    status: [...conditions, moved('ready', 'initialization.dataSecretCreated')],
  },
  KubeadmConfigTemplate: { spec: [within('template.spec', kubeadmConfig)] },
  KubeadmControlPlane: {
    spec: controlPlane,
    status: [
      ...counted,
      dropped('ready'),
      dropped('version'),
      moved('initialized', 'initialization.controlPlaneInitialized'),
      moved('lastRemediation.timestamp', 'lastRemediation.time'),
    ],
  },
  KubeadmControlPlaneTemplate: { spec: [within('template.spec', controlPlane)] },
  ClusterResourceSet: { spec: [], status: conditions },
  ClusterResourceSetBinding: { spec: [] },
  IPAddressClaim: { spec: [], status: conditions },
  IPAddress: { spec: [] },
  // The provider that the pools are known from has them in this version only.
  InClusterIPPool: { version: 'v1alpha2', spec: [] },
  GlobalInClusterIPPool: { version: 'v1alpha2', spec: [] },
};
