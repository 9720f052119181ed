// How much of an app file is read. The size is the app format's own limit; the others keep a small file from meaning a huge one.

/** UTF-8 bytes of the text. */
export const MAX_BYTES = 10 * 1024 * 1024
/** Nested maps and lists. Real files stay below 20. */
export const MAX_DEPTH = 200
/** Characters and values of the content with all aliases written out. */
export const MAX_WEIGHT = 2 * MAX_BYTES
/** Bytes of the value of one declared variable as JSON. */
export const MAX_VARIABLE_BYTES = 200 * 1024
