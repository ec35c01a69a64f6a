import { isOlder, minorOf, minorsBetween } from '../contract/kubernetes-version.ts';

/** What MachineSets look at before they create Machines: the control plane that these are to join. */
export interface PreflightSubject {
  /** The version of the Machines. */
  readonly version: string | undefined;
  readonly usesKubeadm: boolean;
  /** What is wanted and seen of the control plane, if there is one with a version. */
  readonly controlPlane:
    | { readonly version: string; readonly seenVersion: string | undefined; readonly isProvisioning: boolean }
    | undefined;
  /** The names of checks not to make; `All` for all of them. */
  readonly skipped: readonly string[];
}

/** Pure. Returns why Machines should not be created now. */
export function preflightProblems(subject: PreflightSubject): readonly string[] {
  const { version, usesKubeadm, controlPlane, skipped } = subject;
  if (!controlPlane || skipped.includes('All')) return [];
  const problems: readonly (readonly [string, boolean, string])[] = [
    ['ControlPlaneIsStable', controlPlane.isProvisioning, 'the control plane is provisioning'],
    [
      'ControlPlaneIsStable',
      controlPlane.seenVersion !== undefined && isOlder(controlPlane.seenVersion, controlPlane.version),
      `the control plane is upgrading to ${controlPlane.version}`,
    ],
    ...(version === undefined || !minorOf(version)
      ? []
      : skewProblems(version, usesKubeadm, controlPlane.version)),
  ];
  return problems
    .filter(([name, holds]) => holds && !skipped.includes(name))
    .map(([name, , text]) => `${name}: ${text}`);
}

function skewProblems(
  version: string,
  usesKubeadm: boolean,
  ofControlPlane: string,
): readonly (readonly [string, boolean, string])[] {
  const ahead = minorsBetween(version, ofControlPlane);
  return [
    [
      'KubernetesVersionSkew',
      isOlder(ofControlPlane, version),
      `${version} is newer than ${ofControlPlane} of the control plane`,
    ],
    [
      'KubernetesVersionSkew',
      ahead < -3,
      `${version} is more than three minor versions older than ${ofControlPlane} of the control plane`,
    ],
    [
      'KubeadmVersionSkew',
      usesKubeadm && ahead !== 0,
      `kubeadm of ${version} cannot join a control plane of ${ofControlPlane}`,
    ],
  ];
}
