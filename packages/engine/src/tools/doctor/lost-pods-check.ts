import type { DoctorCheck } from '@ignite/api/client/host-client';

/** Pure. Reports pods that are on this host without their objects. */
export function lostPodsCheck(uids: readonly string[]): readonly DoctorCheck[] {
  if (uids.length === 0) return [];
  return [
    {
      ...{ name: 'lost pods', state: 'degraded', found: `no HostPod has the uid ${uids.join(', ')}` },
      cost: 'their programs, data and addresses stay on this host',
      cure: 'ignite prune',
    },
  ];
}
