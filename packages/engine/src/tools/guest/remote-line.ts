/**
 * The script runs a line, which its argument contains in the form that `escaped` returns, with the login
 * shell of the user. Its exit status is that of the line. If a signal ended the line, the exit status is 128
 * plus the signal's number, because ssh(1) does not pass on what sshd reports about signals. The line keeps
 * the given standard error, but messages of this shell about the signal are dropped. The keys ^C and ^\ reach
 * the line as if this shell did not exist. SHLVL keeps a bash from reading its .bashrc, which the bash that
 * sshd started has read.
 */
const script = (variables: string): string =>
  `trap : INT QUIT; exec 3>&2 2>/dev/null; (export ${variables}; exec "\${SHELL:-sh}" -c "$(printf %b "$1")" 2>&3 3>&-); exit $?`;

/**
 * Pure. Returns a line for the login shell of a guest's user, wrapped so that its exit status tells of
 * signals. Every shell (sh, zsh, fish, csh) must be able to read the result, so the text in its single quotes
 * contains nothing that is special to one of them.
 * @param terminal names the terminal of the line, so that it can be found among others
 */
export function remoteLine(line: string, terminal?: string): string {
  const variables = terminal === undefined ? 'SHLVL=1' : `SHLVL=1 ${terminalVariable}=${terminal}`;
  return `exec sh -c '${script(variables)}' sh '${escaped(line)}'`;
}

/** The variable by which the programs at a terminal can be found. */
export const terminalVariable = 'IGNITE_TERMINAL';

/** Returns the text in the form that `%b` of printf(1) reads. */
const escaped = (text: string): string =>
  text.replaceAll(
    /[\\'!\p{Cc}]/gu,
    (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
