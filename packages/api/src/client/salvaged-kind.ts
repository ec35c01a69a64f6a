/** The kinds whose damaged records can be removed. */
export type SalvagedKind =
  | ('VM' | 'Image' | 'Kernel' | 'Volume' | 'Host')
  | ('GitSource' | 'Sync')
  | ('Namespace' | 'ConfigMap' | 'Secret' | 'Event' | 'Lease');
