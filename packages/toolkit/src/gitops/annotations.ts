/** What an author may ask of the engine for one object, by annotations. */
const prefix = 'gitops.weave.works';

/** The Sync that applied an object, and the object: a copied mark does not count. */
export const ownerAnnotation = `${prefix}/owner`;
/** When it was confirmed that an object may be pruned: the value is the object's uid. */
export const confirmAnnotation = `${prefix}/confirm-prune`;

export interface ObjectPolicy {
  /** What happens once the object is gone from the source. */
  readonly prune: 'enabled' | 'disabled' | 'confirm';
  /** What happens when the object is no longer as it was applied. */
  readonly drift: 'repair' | 'report' | 'ignore';
  readonly replace: 'allowed' | 'forbidden';
  /** False: the object is left alone altogether. */
  readonly reconcile: boolean;
  /** Objects of a lower wave are healthy before those of a higher one are touched. */
  readonly wave: number;
  /** As `keyText` writes them. */
  readonly dependsOn: readonly string[];
  /** JSON pointers of fields that are neither compared nor changed. */
  readonly ignore: readonly string[];
}

export interface PolicyDefaults {
  readonly drift: ObjectPolicy['drift'];
  readonly replace: ObjectPolicy['replace'];
}

const choices = {
  prune: ['enabled', 'disabled', 'confirm'],
  drift: ['repair', 'report', 'ignore'],
  replace: ['allowed', 'forbidden'],
  reconcile: ['enabled', 'disabled'],
} as const;

/** Pure. The policy of one object; `invalid` names each annotation that means nothing. */
export function policyOf(
  annotations: Readonly<Record<string, string>>,
  defaults: PolicyDefaults,
): { readonly policy: ObjectPolicy; readonly invalid: readonly string[] } {
  const invalid: string[] = [];
  const given = (name: string): string | undefined => annotations[`${prefix}/${name}`];
  const choose = <Name extends keyof typeof choices>(
    name: Name,
    otherwise: (typeof choices)[Name][number],
  ): (typeof choices)[Name][number] => {
    const value = given(name);
    if (value === undefined) return otherwise;
    const chosen = choices[name].find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    invalid.push(`${prefix}/${name}: "${value}" is not one of ${choices[name].join(', ')}`);
    return otherwise;
  };
  const wave = given('wave') ?? '0';
  if (!/^-?\d{1,6}$/.test(wave)) invalid.push(`${prefix}/wave: "${wave}" is not a whole number`);
  const policy: ObjectPolicy = {
    prune: choose('prune', 'enabled'),
    drift: choose('drift', defaults.drift),
    replace: choose('replace', defaults.replace),
    reconcile: choose('reconcile', 'enabled') === 'enabled',
    wave: /^-?\d{1,6}$/.test(wave) ? Number(wave) : 0,
    dependsOn: words(given('depends-on')),
    ignore: words(given('ignore')),
  };
  return { policy, invalid };
}

/** Whether an annotation is the engine's own bookkeeping, and no part of what an author declares. */
export const isBookkeeping = (name: string): boolean =>
  name === ownerAnnotation || name === confirmAnnotation;

const words = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
