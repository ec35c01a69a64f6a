import type { Vm } from '@ignite/api/v1/vm';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';

/** Pure. What the guest that runs was booted with, which is the most that it can have. */
export const bootMemoryOf = ({ spec, status }: Vm): Bytes => (status.booted ?? spec).memory;

/** Pure. What the guest that runs has been told to make do with. */
export const allottedMemoryOf = (vm: Vm): Bytes => vm.status.memory ?? bootMemoryOf(vm);

/** Pure. What the guest that runs shall make do with: it cannot have more than it was booted with. */
export const dueMemoryOf = (vm: Vm): Bytes => bytes(Math.min(vm.spec.memory, bootMemoryOf(vm)));

/** Pure. Whether the guest that runs has been told to make do with other memory than it shall have. */
export const isMemoryOff = (vm: Vm): boolean => allottedMemoryOf(vm) !== dueMemoryOf(vm);
