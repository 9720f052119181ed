// Hides secrets in texts that people and logs see.

/** Says nothing about the secret, not even its length. */
export const MASK = '*'.repeat(20)
/** Shorter secrets would hide half of every text, and protect nothing. */
const SHORTEST = 4

/** Replaces the secrets wherever they stand in a text, also percent-encoded or inside JSON. */
export const createTextMask = (secrets: Iterable<string>): ((text: string) => string) => {
  const forms = new Set<string>()
  for (const secret of secrets) {
    if (secret.length < SHORTEST) continue
    forms.add(secret).add(encodeURIComponent(secret)).add(JSON.stringify(secret).slice(1, -1))
  }
  // Longer forms first: one secret may stand inside another.
  const ordered = [...forms].sort((a, b) => b.length - a.length)
  return (text) => ordered.reduce((masked, form) => masked.replaceAll(form, MASK), text)
}
