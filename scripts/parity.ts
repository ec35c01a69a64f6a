/**
 * Pure. Returns the faults in the tables of a page: each row must name existing tests, or say why Ignite
 * differs.
 */
export function parityFaults(
  markdown: string,
  titlesOf: (file: string) => readonly RegExp[] | undefined,
): readonly string[] {
  return rowsOf(markdown).flatMap((cells) => {
    const [row = '', , proof = ''] = cells;
    if (cells.length !== 3) return [`${row}: ${cells.length} cells, not 3`];
    if (/^differs: ./.test(proof)) return [];
    return proof.split(/; (?=\S+\.ts\b)/).flatMap((reference) => {
      const [, file = '', title = ''] = /^(\S+\.ts) › (.+)$/.exec(reference) ?? [];
      const titles = file === '' ? undefined : titlesOf(file);
      if (!titles) return [`${row}: no test file: ${reference}`];
      return titles.some((known) => known.test(title)) ? [] : [`${row}: no such test: ${reference}`];
    });
  });
}

/** Returns the cells of each row, without the headings. */
function rowsOf(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|'));
  return lines
    .filter((line, at) => !/^\|[-| ]+$/.test(line) && !/^\|[-| ]+$/.test(lines[at + 1] ?? ''))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/**
 * Pure. Returns patterns for the titles of tests and groups of tests in a source. The parts of a title that
 * are computed at run time match anything.
 */
export function testTitles(source: string): readonly RegExp[] {
  const calls = source.matchAll(
    /\b(?:test|it|describe|suite)\(\s*(?:'((?:\\.|[^'\\\n])*)'|"([^"\n]*)"|`([^`]*)`)/g,
  );
  return [...calls].map(([, single, double, template]) => {
    const parts = template === undefined ? [single ?? double ?? ''] : template.split(/\$\{[^}]*\}/);
    return new RegExp(`^${parts.map((part) => RegExp.escape(part.replaceAll("\\'", "'"))).join('.+')}$`);
  });
}
