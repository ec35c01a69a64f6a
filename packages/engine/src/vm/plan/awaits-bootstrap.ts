import type { Vm } from '@ignite/api/v1/vm';

const soonestMs = 2_000;

/** Pure. Tells whether the guest of a VM may still have to tell about its user data. */
export function awaitsBootstrap({ spec: { cloudInit }, status: { image, bootstrap } }: Vm): boolean {
  const hasUserData = cloudInit?.userData !== undefined || cloudInit?.userDataSecretRef !== undefined;
  return (
    hasUserData && image?.bootMode === 'init' && (bootstrap === undefined || bootstrap.state === 'Running')
  );
}

/**
 * Pure. Returns when to look again at what a guest that runs tells of its user data: a tenth late at most, however long
 * it takes.
 */
export const bootstrapLookMs = ({ status: { startTime = '' } }: Vm, nowMs: number): number =>
  Math.max(soonestMs, (nowMs - Date.parse(startTime)) / 10 || 0);
