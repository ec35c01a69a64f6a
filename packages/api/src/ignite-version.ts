/** The version of this program. */
export const igniteVersion = '0.1.0';
