import type { Vm } from '@ignite/api/v1/vm';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';

/** Pure. Returns the memory that the running guest was booted with, which is its maximum. */
export const bootMemoryOf = ({ spec, status }: Vm): Bytes => (status.booted ?? spec).memory;

/** Pure. Returns the memory that the running guest was last told to use. */
export const allottedMemoryOf = (vm: Vm): Bytes => vm.status.memory ?? bootMemoryOf(vm);

/** Pure. Returns the memory that the running guest should use, at most what it was booted with. */
export const dueMemoryOf = (vm: Vm): Bytes => bytes(Math.min(vm.spec.memory, bootMemoryOf(vm)));

/** Pure. Tells whether the running guest should be told to use another amount of memory. */
export const isMemoryOff = (vm: Vm): boolean => allottedMemoryOf(vm) !== dueMemoryOf(vm);
