import { posix } from 'node:path';

/**
 * Pure. What is wrong with the relative links of a page: the file that a link names does not exist, or has no such heading.
 * `read` returns the text of a page, an empty text for any other file or folder, and undefined for what does not exist.
 */
export function linkFaults(
  page: string,
  markdown: string,
  read: (path: string) => string | undefined,
): readonly string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target))
    .flatMap((target) => {
      const [path = '', anchor] = target.split('#');
      const text = path === '' ? markdown : read(posix.join(posix.dirname(page), path));
      if (text === undefined) return [`${target}: no such file`];
      return anchor === undefined || anchorsOf(text).has(anchor) ? [] : [`${target}: no such heading`];
    });
}

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const prose = markdown.replaceAll(/^```.*?^```/gms, '');
  return new Set(
    [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
