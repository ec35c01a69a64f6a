/** The kinds whose damaged records can be removed. */
export type SalvagedKind =
  | ('VM' | 'Image' | 'Kernel' | 'Volume' | 'Snapshot' | 'WarmPool' | 'Host')
  | ('GitSource' | 'Sync')
  | ('Namespace' | 'ConfigMap' | 'Secret' | 'Event' | 'Lease');
