// Names that strangers chose, as values of headers.

/** Characters of a header. */
const LONGEST_HEADER = 1_024

export const headerText = (text: string): string => text.replace(/[^\t\x20-\x7e]/g, '?').slice(0, LONGEST_HEADER)
