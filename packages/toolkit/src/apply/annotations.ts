/** The prefix of the annotations by which an author controls how one object is handled. */
const prefix = 'gitops.weave.works';

/**
 * Names the Sync that applied an object, and the object itself, so that a mark copied to another object does
 * not count.
 */
export const ownerAnnotation = `${prefix}/owner`;
/** Confirms that an object may be pruned. The value is the object's uid. */
export const confirmAnnotation = `${prefix}/confirm-prune`;

/** Keeps what was declared the last time, of objects whose controllers write into their specs too. */
export const appliedAnnotation = `${prefix}/last-applied`;

export interface ObjectPolicy {
  /** What happens when the object is gone from the source. */
  readonly prune: 'enabled' | 'disabled' | 'confirm';
  /** What happens when the object no longer is as it was applied. */
  readonly drift: 'repair' | 'report' | 'ignore';
  readonly replace: 'allowed' | 'forbidden';
  /** If false, the object is left alone altogether. */
  readonly reconcile: boolean;
  /**
   * The wave of the object. Objects of a lower wave must be healthy before those of a higher wave are
   * touched.
   */
  readonly wave: number;
  /** The objects that this one depends on, as `keyText` writes them. */
  readonly dependsOn: readonly string[];
  /** The fields that are neither compared nor changed, as JSON pointers. */
  readonly ignore: readonly string[];
}

export interface PolicyDefaults {
  readonly prune?: ObjectPolicy['prune'];
  readonly drift: ObjectPolicy['drift'];
  readonly replace: ObjectPolicy['replace'];
}

const choices = {
  prune: ['enabled', 'disabled', 'confirm'],
  drift: ['repair', 'report', 'ignore'],
  replace: ['allowed', 'forbidden'],
  reconcile: ['enabled', 'disabled'],
} as const;

/** Pure. Returns the policy of one object. `invalid` names each annotation whose value is invalid. */
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
    prune: choose('prune', defaults.prune ?? 'enabled'),
    drift: choose('drift', defaults.drift),
    replace: choose('replace', defaults.replace),
    reconcile: choose('reconcile', 'enabled') === 'enabled',
    wave: /^-?\d{1,6}$/.test(wave) ? Number(wave) : 0,
    dependsOn: words(given('depends-on')),
    ignore: words(given('ignore')),
  };
  return { policy, invalid };
}

/** Tells whether an annotation is the engine's own, and so not part of what an author declares. */
export const isBookkeeping = (name: string): boolean =>
  name === ownerAnnotation || name === confirmAnnotation || name === appliedAnnotation;

/** Returns the annotations that are part of what an author declares. */
export function authored(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name in annotations)
    if (isBookkeeping(name))
      return Object.fromEntries(Object.entries(annotations).filter(([each]) => !isBookkeeping(each)));
  return annotations;
}

/**
 * Tells whether an annotation asks for a restart, once for each new value. Commands write it too, so it is
 * compared only if the author declares it.
 */
export const isRestartMark = (name: string): boolean => name.endsWith('/restartedAt');

const words = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
