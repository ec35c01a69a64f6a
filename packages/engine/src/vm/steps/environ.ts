/** Pure. The image's `NAME=VALUE` lines with the variables of `wanted` in the place of theirs, and behind them. */
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
