import { CodedError } from '@ignite/toolkit/errors/coded-error';

export type PoolErrorCode = 'POOL_NOT_FOUND' | 'POOL_AMBIGUOUS' | 'POOL_NAME_TAKEN' | 'POOL_EMPTY';

export const poolNameTaken = (name: string): CodedError =>
  new CodedError<PoolErrorCode>('POOL_NAME_TAKEN', `there is a pool "${name}" already, for other VMs`, {
    hint: `remove it with "ignite pool rm ${name}", or choose another name`,
  });

export const poolEmpty = (name: string): CodedError =>
  new CodedError<PoolErrorCode>('POOL_EMPTY', `pool "${name}" has no VM that is ready`, {
    hint: `"ignite pool scale ${name} COUNT" fills it, and so does ignited by itself`,
  });
