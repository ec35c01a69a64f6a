/**
 * Pure. Returns the image's `NAME=VALUE` lines, in which the variables of `wanted` replace those of the same
 * name; the others are appended.
 */
export function environOf(
  image: readonly string[],
  wanted: Readonly<Record<string, string>> = {},
): readonly string[] {
  const nameOf = (line: string): string => line.split('=', 1)[0]!;
  return [
    ...image.filter((line) => !Object.hasOwn(wanted, nameOf(line))),
    ...Object.entries(wanted).map(([name, value]) => `${name}=${value}`),
  ];
}
