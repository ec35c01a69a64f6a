/** The first line of user data in which the meta-data is filled in. */
const mark = /^## template: *jinja *\r?\n/;

/** Thrown for user data that is not carried out. The message says why. */
export class UserDataRefused extends Error {}

/**
 * Pure. Fills in `{{ ds.meta_data.NAME }}`, and `{{ v1.NAME }}` for the two names that are the same everywhere. Of Jinja's
 * language, nothing else is known. The meta-data has the names of NoCloud's file, such as `local-hostname`. A text without
 * the first line of a template is returned as it is.
 * @throws UserDataRefused
 */
export function fillTemplate(text: string, readMetaData: () => unknown): string {
  if (!mark.test(text)) return text;
  const values = valuesOf(readMetaData());
  const body = text.replace(mark, '');
  const other = /\{%|\{#/.exec(body);
  if (other) throw new UserDataRefused(`the template has "${other[0]}": only {{ NAME }} is filled in`);
  return body.replaceAll(/\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const value = values.get(expression.trim());
    if (value !== undefined) return value;
    const known = [...values.keys()].join(', ');
    throw new UserDataRefused(`the template asks for "${expression.trim()}"; known: ${known}`);
  });
}

/** In Jinja, a dash would be a minus. cloud-init has underscores instead. */
function valuesOf(metaData: unknown): ReadonlyMap<string, string> {
  const plain = Object.entries(metaData ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number'
      ? [[name.replaceAll('-', '_'), String(value)] as const]
      : [],
  );
  return new Map([
    ...plain.map(([name, value]) => [`ds.meta_data.${name}`, value] as const),
    ...plain
      .filter(([name]) => name === 'instance_id' || name === 'local_hostname')
      .map(([name, value]) => [`v1.${name}`, value] as const),
  ]);
}
