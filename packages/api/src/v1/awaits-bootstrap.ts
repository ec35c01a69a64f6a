import type { Vm } from './vm.ts';

/** Pure. Tells whether the guest of a VM may still have to tell about its user data, which it does when its own init is about to begin or has begun. */
export function awaitsBootstrap({ spec: { cloudInit }, status: { image, bootstrap } }: Vm): boolean {
  const hasUserData = cloudInit?.userData !== undefined || cloudInit?.userDataSecretRef !== undefined;
  return (
    hasUserData && image?.bootMode === 'init' && (bootstrap === undefined || bootstrap.state === 'Running')
  );
}
