import { vmKind } from '@ignite/api/v1/object-kinds';
import { withWish } from '@ignite/api/v1/life-wish';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { Scaling } from '../resource/scale.ts';

const isWantedUp = ({ power }: VmSpec): boolean => power !== 'Stopped' && power !== 'Suspended';

const onlyOnce = 'a VM is there once: 1 switches it on, and 0 off';

/** The power of a VM as a number of replicas. */
export const vmScaling: Scaling = {
  replicasOf: (object) => {
    const { spec, status } = vmKind.decode(object);
    return { wanted: isWantedUp(spec) ? 1 : 0, actual: hasVmm({ status }) ? 1 : 0 };
  },
  withReplicas: (object, replicas) => {
    if (replicas > 1)
      throw new ObjectError('INVALID', onlyOnce, {
        causes: [{ field: 'spec.replicas', reason: 'FieldValueInvalid', message: onlyOnce }],
      });
    const vm = object as Vm;
    if (replicas === 0) return withWish(vm, { power: 'Stopped' }, Date.now());
    // A paused VM is up. One that has ended by itself is to run already, and is asked to start anew.
    const hasEnded = vm.status.phase === 'Stopped' && vm.spec.power !== 'Stopped';
    const power = vm.spec.power === 'Paused' ? 'Paused' : 'Running';
    return withWish(vm, { power, anew: hasEnded }, Date.now());
  },
};
